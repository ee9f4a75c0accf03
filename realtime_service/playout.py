"""What the caller has been sent of the agent's voice, and what of it was heard. No I/O, no clock of its own.

A caller's side brings a mark back when all audio before it was played, and all waiting marks at once when its
buffer is cleared. So only marks that were not cleared say that something was heard.
"""

from __future__ import annotations

from collections import deque

MARK_EVERY_MS = 500.0
"""Audio between two marks inside an utterance: what was heard is known to about two words. A mark on every
piece of 40 ms has been seen to delay the audio itself."""
_MARKS_ARE_LATE_AFTER_SECONDS = 5.0


GREETING = "utterance-1"
"""The mark of the first utterance, unless that was cut off before its end."""


class Playout:
    """The account of one call's outgoing audio. Milliseconds count from the call's first sound."""

    def __init__(self, brings_marks_back: bool) -> None:
        """`brings_marks_back`: Twilio does; of a web page it is known when the first one has come."""
        self.sent_ms = 0.0
        self.heard_ms = 0.0
        """Up to where the caller has surely heard."""
        self.brings_marks_back = brings_marks_back
        self._marked_ms = 0.0
        self._ended_ms = 0.0
        self._waiting: deque[tuple[str, float]] = deque()
        self._plays_until = 0.0
        self.utterances_over = 0
        """Said to their end, or cut off."""
        self._pieces = 0

    def sent(self, milliseconds: float, now: float) -> None:
        """Count audio as sent at `now`, seconds of any steady clock."""
        self.sent_ms += milliseconds
        self._plays_until = max(self._plays_until, now) + milliseconds / 1000

    def mark_within(self) -> str | None:
        """Return the mark that is due within an utterance, or None."""
        if self.sent_ms - self._marked_ms < MARK_EVERY_MS:
            return None
        self._pieces += 1
        return self._mark(f"piece-{self._pieces}")

    def mark_end(self) -> str | None:
        """Return the mark that ends an utterance; None where nothing was sent since the last end.

        Also where a mark within it happened to be its end: what waits for an utterance knows only this one.
        """
        if self.sent_ms == self._ended_ms:
            return None
        self._ended_ms = self.sent_ms
        self.utterances_over += 1
        return self._mark(f"utterance-{self.utterances_over}")

    def _mark(self, name: str) -> str:
        self._marked_ms = self.sent_ms
        self._waiting.append((name, self.sent_ms))
        return name

    def played(self, name: str) -> bool:
        """Take a mark that came back; False for one that was cleared, or never sent: it says nothing."""
        if name not in (waiting for waiting, _ in self._waiting):
            return False
        self.brings_marks_back = True
        while True:
            waiting, self.heard_ms = self._waiting.popleft()
            if waiting == name:
                return True

    def cleared(self) -> None:
        """Take that the caller's side has dropped everything not played yet."""
        self._waiting.clear()
        self.utterances_over += 1
        self.heard_ms = self._marked_ms = self._ended_ms = self.sent_ms
        self._plays_until = 0.0

    def is_sounding(self, now: float) -> bool:
        """Tell whether the caller is still hearing the agent."""
        if not self.brings_marks_back:
            return now < self._plays_until
        everything_heard = self.heard_ms == self.sent_ms
        return not everything_heard and now < self._plays_until + _MARKS_ARE_LATE_AFTER_SECONDS
