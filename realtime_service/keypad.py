"""The phone's keys: digits until # or a pause, and 0 alone for a human. Pure; times are a clock's seconds."""

from __future__ import annotations

from msgspec import Struct

PAUSE_SECONDS = 3.0
"""After the last digit of an entry."""
ZERO_PAUSE_SECONDS = 1.5
"""After a 0 that nothing follows; numbers begin with 0, too."""
_MOST_DIGITS = 20


class Entry(Struct, frozen=True):
    """What was keyed in."""

    digits: str
    wants_human: bool = False
    """A 0 and nothing else."""


class Keypad:
    """One call's keys."""

    def __init__(self) -> None:
        self._digits = ""
        self._pressed_at = 0.0
        self._is_done = False

    def press(self, key: str, now: float) -> None:
        """Take a key: # ends an entry, * begins it anew, A to D mean nothing here."""
        self._pressed_at = now
        if key == "*":
            self._digits = ""
        elif key == "#":
            self._is_done = bool(self._digits)
        elif key.isdigit() and not self._is_done:
            self._digits += key
            self._is_done = len(self._digits) == _MOST_DIGITS

    def due(self, now: float) -> Entry | None:
        """Return the entry that is complete by now, once."""
        pause = ZERO_PAUSE_SECONDS if self._digits == "0" else PAUSE_SECONDS
        if not self._digits or not (self._is_done or now - self._pressed_at >= pause):
            return None
        entry = Entry(self._digits, self._digits == "0")
        self._digits, self._is_done = "", False
        return entry
