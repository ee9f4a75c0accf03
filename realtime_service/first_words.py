"""Protects the greeting from the caller's first "hello?", which would cut it off or make it begin anew. Pure.

The model's own switch, NO_INTERRUPTION, is for a whole session. To ignore its `interrupted` would not help:
it has stopped speaking by then. So it must not hear the "hello?" at all. A longer utterance is no "hello?":
it is passed on from its first sound, and may interrupt; nothing that matters is lost.
"""

from __future__ import annotations

from realtime_service.audio import HEARD_RATE, is_loud

LONGEST_HELLO_MS = 900.0
"""Voice, without pauses."""
_PAUSE_MS = 500.0
"""Silence after which an utterance is over."""
_BYTES_PER_MS = HEARD_RATE * 2 / 1000


class FirstWords:
    """What a caller says while the greeting plays. Audio is PCM16 little-endian mono at 16 kHz."""

    def __init__(self) -> None:
        self._protects = True
        self._held = bytearray()
        self._voice_ms = 0.0
        self._pause_ms = 0.0

    @property
    def protects(self) -> bool:
        """Whether the greeting is still protected."""
        return self._protects

    def greeting_over(self) -> None:
        """Take that the greeting has been heard; whoever is speaking just now is heard from the beginning."""
        self._protects = False

    def passed_on(self, pcm: bytes) -> bytes:
        """Return what the model is to hear instead: the same length of silence for what is held back."""
        if not self._protects:
            return self._all(pcm)
        loud = is_loud(pcm)
        if not loud and not self._held:
            return pcm
        self._hold(pcm, loud)
        if self._voice_ms > LONGEST_HELLO_MS:
            self._protects = False
            return self._all(b"")
        return bytes(len(pcm))

    def _all(self, pcm: bytes) -> bytes:
        if not self._held:
            return pcm
        pcm = bytes(self._held) + pcm
        self._held.clear()
        return pcm

    def _hold(self, pcm: bytes, loud: bool) -> None:
        milliseconds = len(pcm) / _BYTES_PER_MS
        self._held += pcm
        self._voice_ms += milliseconds if loud else 0
        self._pause_ms = 0 if loud else self._pause_ms + milliseconds
        if self._pause_ms >= _PAUSE_MS:
            self._held.clear()
            self._voice_ms = self._pause_ms = 0.0
