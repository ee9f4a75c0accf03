"""Twilio's playback buffer: plays what the service sends in real time, and returns marks as they are heard.

Pure: time passes when `advance` is called.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from rehearsal.twilio.messages import Audio, Clear, Mark, Received
from rehearsal.twilio.mulaw import BYTES_PER_MS, SILENCE


class Played(NamedTuple):
    """What the caller heard in a stretch of time."""

    audio: bytes
    """Mu-law, 8 bytes a millisecond, silence where nothing was buffered."""
    audible: bool
    """Whether any of it came from the buffer."""
    marks: list[str]
    """The marks that were passed, to be sent back."""


class Playback:
    """The buffer of one stream."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._played = 0
        self._marks: deque[tuple[int, str]] = deque()
        """The bytes played when each comes due, and its name; in order."""

    @property
    def buffered_ms(self) -> float:
        """How much is waiting to be played."""
        return len(self._buffer) / BYTES_PER_MS

    @property
    def idle(self) -> bool:
        """Whether everything was played and every mark sent back."""
        return not self._buffer and not self._marks

    def receive(self, message: Received) -> list[str]:
        """Take a message of the service; return the marks to send back at once."""
        if isinstance(message, Audio):
            self._buffer += message.mulaw
            return []
        if isinstance(message, Clear):
            self._buffer.clear()
            return self._take_marks(all_of_them=True)
        return self._mark(message)

    def advance(self, milliseconds: int) -> Played:
        """Let time pass: play that much."""
        wanted = milliseconds * BYTES_PER_MS
        audio = bytes(self._buffer[:wanted])
        del self._buffer[:wanted]
        self._played += len(audio)
        marks = self._take_marks(all_of_them=False)
        return Played(audio.ljust(wanted, bytes([SILENCE])), bool(audio), marks)

    def _mark(self, mark: Mark) -> list[str]:
        """A mark goes back at once where nothing is buffered: there is nothing it waits for."""
        if not self._buffer:
            return [mark.name]
        self._marks.append((self._played + len(self._buffer), mark.name))
        return []

    def _take_marks(self, *, all_of_them: bool) -> list[str]:
        taken = []
        while self._marks and (all_of_them or self._marks[0][0] <= self._played):
            taken.append(self._marks.popleft()[1])
        return taken
