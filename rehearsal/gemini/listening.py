"""The caller's audio: from any stated rate to 16 kHz, and from there to turns of speech."""

from __future__ import annotations

import re

import numpy as np
import soxr

from rehearsal.gemini.contents import Blob
from rehearsal.gemini.faculties import HEARING_RATE, Detector
from rehearsal.gemini.refusal import invalid
from rehearsal.gemini.setup_message import AutomaticActivityDetection
from rehearsal.speech.turns import SpeechEnded, SpeechStarted, TurnDetector

Event = SpeechStarted | SpeechEnded

_MIME = re.compile(r"audio/pcm(?:\s*;\s*rate=(?P<rate>\d{4,6}))?", re.IGNORECASE)
_RATES = range(8_000, 192_001)
_LONGEST_WINDOW = 60 * HEARING_RATE * 2
"""Bytes: what a client that never says activityEnd can make us keep."""

_SILENCE_MS = 600
"""After speech, of a set-up that leaves silenceDurationMs to the service."""
_LEAST_SPEECH_MS = 80
"""Whatever prefixPaddingMs asks: less than that is a click on the line."""
_MARGIN_SECONDS = 0.1
"""A detector works in frames: what is left of one must not hold up the end of a turn."""


def turn_detector_for(detection: AutomaticActivityDetection) -> TurnDetector:
    """Return the detector a set-up asks for: prefixPaddingMs is the speech it takes to be believed."""
    return TurnDetector(
        HEARING_RATE,
        silence_ms=_silence_ms(detection),
        least_speech_ms=max(_LEAST_SPEECH_MS, detection.prefix_padding_ms or 0),
    )


def _silence_ms(detection: AutomaticActivityDetection) -> int:
    return detection.silence_duration_ms or _SILENCE_MS


def rate_of(blob: Blob) -> int:
    """Return the sampling rate that the blob's type states, hertz; 16000 if it states none.

    Raises Refused (1007) for any other type and for half a frame.
    """
    mime = _MIME.fullmatch(blob.mime_type)
    rate = int(mime["rate"] or HEARING_RATE) if mime else 0
    if rate not in _RATES:
        raise invalid(f"Unsupported audio type '{blob.mime_type}'.")
    if len(blob.data) % 2:
        raise invalid("Audio must be whole 16-bit samples.")
    return rate


class Listening:
    """One caller's audio stream. With a detector turns are found, without one the client marks them."""

    def __init__(self, detector: Detector | None, detection: AutomaticActivityDetection) -> None:
        self._detector = detector
        silence_seconds = _silence_ms(detection) / 1000 + _MARGIN_SECONDS
        self._silence = bytes(int(silence_seconds * HEARING_RATE) * 2)
        self._rate = HEARING_RATE
        self._resampler: soxr.ResampleStream | None = None
        self._window: bytearray | None = None

    def audio(self, blob: Blob) -> list[Event]:
        """Take audio and return what began or ended with it. Raises Refused as `rate_of` does."""
        pcm = self._resampled(blob.data, rate_of(blob))
        if self._detector is not None:
            return self._detector.feed(pcm)
        if self._window is not None and len(self._window) < _LONGEST_WINDOW:
            self._window += pcm
        return []

    def stream_end(self) -> list[Event]:
        """Take that the stream pauses: a turn that is under way ends without waiting for its silence."""
        rest = self._drained() + self._silence
        return self._detector.feed(rest) if self._detector is not None else []

    def activity_start(self) -> list[Event]:
        """Take the client's word that the caller speaks. Raises Refused where turns are detected."""
        self._refuse_if_detecting()
        self._window = bytearray()
        return [SpeechStarted()]

    def activity_end(self) -> list[Event]:
        """Take the client's word that the caller has spoken. Raises Refused where turns are detected."""
        self._refuse_if_detecting()
        rest, window, self._window = self._drained(), self._window, None
        return [] if window is None else [SpeechEnded(bytes(window) + rest)]

    def _refuse_if_detecting(self) -> None:
        if self._detector is not None:
            raise invalid("Explicit activity control needs automatic activity detection disabled.")

    def _resampled(self, pcm: bytes, rate: int) -> bytes:
        if rate == HEARING_RATE:
            return pcm
        if self._resampler is None or rate != self._rate:
            self._rate = rate
            self._resampler = soxr.ResampleStream(rate, HEARING_RATE, 1, dtype="int16", quality="HQ")
        return bytes(self._resampler.resample_chunk(np.frombuffer(pcm, "<i2")).tobytes())

    def _drained(self) -> bytes:
        """Return what the resampler holds back, up to 120 ms at 8 kHz, and begin afresh."""
        resampler, self._resampler = self._resampler, None
        if resampler is None:
            return b""
        return bytes(resampler.resample_chunk(np.zeros(0, np.int16), last=True).tobytes())
