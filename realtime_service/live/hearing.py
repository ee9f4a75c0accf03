"""Tells by its loudness when the caller speaks and has spoken, beside the model's own ear."""

from __future__ import annotations

from enum import Enum, auto

from realtime_service.audio import HEARD_RATE, is_loud

_BYTES_A_SECOND = HEARD_RATE * 2
_SPOKEN_SECONDS = 0.3
"""Of loudness make a turn; less is a click or a cough."""
_QUIET_SECONDS = 0.7
"""End it: a little more than what the model is told to wait for."""
_LONGEST_SECONDS = 20.0
"""A voice pauses for breath; what goes on for so long is a street or a television."""


class Heard(Enum):
    """What a piece of the caller's voice brought about."""

    BEGAN = auto()
    ENDED = auto()
    WAS_NOISE = auto()


class CallerSpeech:
    """The caller's turns, as far as loudness tells them; it decides when to worry, never what was said."""

    def __init__(self) -> None:
        self._loud = 0.0
        self._quiet = 0.0
        self._is_noise = False
        self.is_on = False
        """Whether the caller is in the midst of a turn."""

    @property
    def is_loud(self) -> bool:
        """Whether the last piece was."""
        return self._loud > 0.0 and self._quiet == 0.0

    def feed(self, pcm: bytes) -> Heard | None:
        """Take PCM16 little-endian mono at 16 kHz, about 20 ms; return what it brought about."""
        seconds = len(pcm) / _BYTES_A_SECOND
        if is_loud(pcm):
            self._loud, self._quiet = self._loud + seconds, 0.0
        else:
            self._quiet += seconds
        return self._change()

    def stop(self) -> Heard | None:
        """Take that the voice pauses by the caller's own doing: a muted microphone."""
        self._quiet = _QUIET_SECONDS
        return self._change()

    def _change(self) -> Heard | None:
        if self._quiet >= _QUIET_SECONDS:
            was_on, self.is_on, self._loud, self._is_noise = self.is_on, False, 0.0, False
            return Heard.ENDED if was_on else None
        if self.is_on and self._loud >= _LONGEST_SECONDS:
            self.is_on, self._is_noise = False, True
            return Heard.WAS_NOISE
        if not self.is_on and not self._is_noise and self._loud >= _SPOKEN_SECONDS:
            self.is_on = True
            return Heard.BEGAN
        return None
