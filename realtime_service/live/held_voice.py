"""Keeps the caller's last words while they can't be sent."""

from __future__ import annotations

from realtime_service.audio import HEARD_RATE

_ONSET_SECONDS = 0.5
"""What a turn may have begun with before it was certain that it is one."""

_PIECE = HEARD_RATE * 2 // 10
"""Bytes, 100 ms: whoever hears it listens a message at a time."""


class HeldVoice:
    """The latest so many seconds of PCM16 mono at 16 kHz; what is older is forgotten."""

    def __init__(self, seconds: float) -> None:
        self._most = int(seconds * HEARD_RATE) * 2
        self._pcm = bytearray()

    def hold(self, pcm: bytes) -> None:
        """Add the newest; whole frames."""
        self._pcm += pcm
        del self._pcm[: max(0, len(self._pcm) - self._most)]

    def take(self) -> list[bytes]:
        """Return what is held, in pieces no longer than 100 ms, and hold nothing."""
        pcm = bytes(self._pcm)
        self._pcm.clear()
        return [pcm[at : at + _PIECE] for at in range(0, len(pcm), _PIECE)]

    def shorten(self) -> None:
        """Keep only what the next turn may have begun with."""
        del self._pcm[: max(0, len(self._pcm) - int(_ONSET_SECONDS * HEARD_RATE) * 2)]

    def drop(self) -> None:
        """Hold nothing."""
        self._pcm.clear()
