"""Finds where a caller's turns begin and end in a stream of audio, by its energy."""

from __future__ import annotations

from collections import deque
from dataclasses import KW_ONLY, dataclass, field

import numpy as np

_FRAME_MS = 10
_BYTES_PER_SAMPLE = 2
_RISE_DB = 0.05
"""How much the noise floor may rise in a frame: 5 dB a second."""
_QUIETEST = 1.0
"""Root mean square, so that digital silence has a logarithm."""


@dataclass(frozen=True)
class SpeechStarted:
    """The caller has been speaking for `least_speech_ms`."""


@dataclass(frozen=True)
class SpeechEnded:
    """The caller has been silent for `silence_ms`."""

    pcm: bytes
    """The turn: 16-bit little-endian mono PCM, prefix padding and closing silence included."""


Event = SpeechStarted | SpeechEnded


@dataclass
class TurnDetector:
    """Feed it audio in pieces of any length, it tells the turns; no I/O, no clock but the audio's own."""

    rate: int = 16000
    """Hertz, of 16-bit little-endian mono PCM."""
    _: KW_ONLY
    silence_ms: int = 600
    """How much silence ends a turn."""
    prefix_ms: int = 300
    """How much of what came before the first loud frame belongs to the turn: soft consonants."""
    least_speech_ms: int = 80
    """How much speech makes a turn; less is a click."""
    threshold_db: float = 12.0
    """How far above the noise floor speech is."""
    floor_db: float = 30.0
    """The least noise floor assumed, dB above one step of 16 bits."""
    longest_ms: int = 30_000
    """A turn is cut here, so that noise can not hold it open for ever."""
    _rest: bytes = b""
    _noise_db: float = field(init=False)
    _before: deque[bytes] = field(init=False)
    _turn: list[bytes] = field(default_factory=list)
    _loud_ms: int = 0
    _quiet_ms: int = 0
    _started: bool = False

    def __post_init__(self) -> None:
        self._noise_db = self.floor_db
        self._before = deque(maxlen=self.prefix_ms // _FRAME_MS)

    @property
    def speaking(self) -> bool:
        """Whether a turn is under way."""
        return self._started

    def feed(self, pcm: bytes) -> list[Event]:
        """Take the next audio, return what it made known."""
        data, size = self._rest + pcm, self.rate * _FRAME_MS // 1000 * _BYTES_PER_SAMPLE
        whole = len(data) - len(data) % size
        self._rest = data[whole:]
        events = []
        for start in range(0, whole, size):
            events += self._hear(data[start : start + size])
        return events

    def finish(self) -> list[Event]:
        """The stream has ended: return the end of a turn that was under way."""
        return [self._end()] if self._started else []

    def _hear(self, frame: bytes) -> list[Event]:
        loud = self._is_loud(frame)
        if not self._turn and not loud:
            self._before.append(frame)
            return []
        if not self._turn:
            self._turn = list(self._before)
            self._before.clear()
        self._turn.append(frame)
        self._loud_ms += _FRAME_MS if loud else 0
        self._quiet_ms = 0 if loud else self._quiet_ms + _FRAME_MS
        return self._news()

    def _news(self) -> list[Event]:
        events: list[Event] = []
        if not self._started and self._loud_ms >= self.least_speech_ms:
            self._started = True
            events.append(SpeechStarted())
        if self._quiet_ms >= self.silence_ms or len(self._turn) * _FRAME_MS >= self.longest_ms:
            events += [self._end()] if self._started else self._forget()
        return events

    def _end(self) -> SpeechEnded:
        pcm = b"".join(self._turn)
        self._forget()
        return SpeechEnded(pcm)

    def _forget(self) -> list[Event]:
        self._before.extend(self._turn)
        self._turn, self._loud_ms, self._quiet_ms, self._started = [], 0, 0, False
        return []

    def _is_loud(self, frame: bytes) -> bool:
        samples = np.frombuffer(frame, "<i2").astype(np.float32)
        level = 20 * float(np.log10(max(_QUIETEST, float(np.sqrt(np.mean(samples * samples))))))
        loud = level > self._noise_db + self.threshold_db
        # It falls at once and rises slowly: speech dips between its words, a steady noise does not.
        self._noise_db = max(self.floor_db, min(level, self._noise_db + _RISE_DB))
        return loud
