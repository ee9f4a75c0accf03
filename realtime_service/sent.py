"""What a web page was sent, by number, so that one that comes back gets exactly what it has missed. No I/O.

Captions and cards are kept to the end: a page that was reloaded shows them all again. Audio is kept until
the page brings back a mark sent after it, or until it is cleared.
"""

from __future__ import annotations

from collections import deque

import msgspec
from msgspec import Struct

from realtime_service.audio import SPOKEN_RATE
from realtime_service.media.browser import CLEAR, skipped

MOST_AUDIO_KEPT = SPOKEN_RATE * 2 * 60
"""Bytes, a minute of the agent's voice: the most that a page without marks would have to hear again."""


class _Mark(Struct, tag_field="event", tag="mark"):
    name: str


_mark = msgspec.json.Decoder(_Mark)


class Sent:
    """The messages of one conversation to its page, in order."""

    def __init__(self) -> None:
        self._messages: list[str | bytes | None] = []
        """None where it must not be heard any more."""
        self._unplayed: deque[tuple[int, str]] = deque()
        """The numbers of audio and, with their names, of marks."""
        self._unplayed_bytes = 0

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, message: str | bytes) -> None:
        """Take a message; a `clear` withdraws all audio before it."""
        number = len(self._messages)
        if message == CLEAR:
            while self._unplayed:
                self._withdraw_first()
        self._messages.append(message)
        if isinstance(message, bytes):
            self._unplayed.append((number, ""))
            self._unplayed_bytes += len(message)
        elif name := name_of_mark(message):
            self._unplayed.append((number, name))
        while self._unplayed_bytes > MOST_AUDIO_KEPT:
            self._withdraw_first()

    def played(self, mark: str) -> None:
        """Take that everything up to a mark was heard; a mark that nobody waits for says nothing."""
        if mark and any(name == mark for _, name in self._unplayed):
            while self._withdraw_first() != mark:
                pass

    def after(self, number: int) -> tuple[str | bytes, int]:
        """Return what to send to a page that has `number` messages, and how many it has then.

        IndexError where it has them all.
        """
        message = self._messages[number]
        if message is not None:
            return message, number + 1
        until = number
        while until < len(self._messages) and self._messages[until] is None:
            until += 1
        return skipped(until - number), until

    def _withdraw_first(self) -> str:
        number, name = self._unplayed.popleft()
        withdrawn, self._messages[number] = self._messages[number], None
        self._unplayed_bytes -= len(withdrawn) if isinstance(withdrawn, bytes) else 0
        return name


def name_of_mark(message: str) -> str:
    """Return the name in a `mark` message of either side; empty where it is another message."""
    try:
        return _mark.decode(message).name
    except (msgspec.DecodeError, ValueError, RecursionError):
        return ""
