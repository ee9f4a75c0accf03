"""A soft tone that tells a waiting caller that the line is alive."""

from __future__ import annotations

import numpy as np

from realtime_service.audio import SPOKEN_RATE

PIECE_SECONDS = 0.5
"""Sent one at a time, so that the agent never waits longer behind it."""
_EVERY_SECONDS = 2.0
_HERTZ = 425.0
"""The frequency of European and Indian call progress tones (ITU-T E.180)."""
_LOUDNESS = 0.02
"""Of full scale, -34 dB."""


def _pulse() -> bytes:
    times = np.arange(int(PIECE_SECONDS * SPOKEN_RATE)) / SPOKEN_RATE
    envelope = np.sin(np.pi * times / PIECE_SECONDS) ** 2
    wave = np.sin(2 * np.pi * _HERTZ * times) * envelope * _LOUDNESS * 32_767
    return bytes(wave.astype("<i2").tobytes())


class ComfortTone:
    """When to play it: times are seconds of a steady clock."""

    pulse = _pulse()
    """PCM16 little-endian mono at 24 kHz, PIECE_SECONDS long."""

    def __init__(self) -> None:
        self._next_at = 0.0

    def is_due(self, now: float) -> bool:
        """Tell whether a pulse is due, once for each."""
        if now < self._next_at:
            return False
        self._next_at = now + _EVERY_SECONDS
        return True
