"""Turns the caller's audio into what the model hears, and the model's into what the caller hears."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

PHONE_RATE = 8_000
"""Hertz, mono mu-law, one byte per frame: the only format of Twilio's media streams."""
HEARD_RATE = 16_000
"""Hertz, mono PCM16 little-endian, two bytes per frame: what the model takes in."""
SPOKEN_RATE = 24_000
"""Hertz, mono PCM16 little-endian, two bytes per frame: what the model gives out."""

Samples = NDArray[np.float32]

_LEAD = b"\xff" * (25 * PHONE_RATE // 1000)
"""25 ms of silence, mu-law: what the resampler holds back."""
_NOTHING = np.zeros(0, np.float32)
_BIAS = 132
"""Added before the segment is looked up, so that each starts at a power of two (33 of G.711, in 16 bits)."""
_CLIP = 32_635
_LOUD = 328.0
"""Root mean square of PCM16, -40 dB of full scale."""


def _decoding_table() -> NDArray[np.int16]:
    """Return the PCM16 value of each of the 256 codes (ITU-T G.711, table 2b, scaled to 16 bits)."""
    bits = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((bits & 0x0F) << 3) + _BIAS << (bits >> 4 & 0x07)) - _BIAS
    return np.where(bits & 0x80, -magnitude, magnitude).astype(np.int16)


def _encoding_table() -> NDArray[np.uint8]:
    """Return the code of each PCM16 value, indexed by the value's bits (ITU-T G.711, as in G.191)."""
    value = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)
    biased = np.minimum(np.where(value < 0, ~value, value), _CLIP) + _BIAS
    segment = np.floor(np.log2(biased)).astype(np.int32) - 7
    code = (segment << 4) | (biased >> segment + 3 & 0x0F)
    table: NDArray[np.uint8] = (~(code | np.where(value < 0, 0x80, 0)) & 0xFF).astype(np.uint8)
    return table


_VALUE = _decoding_table()
_CODE = _encoding_table()
_VALUE_AS_FLOAT = _VALUE.astype(np.float32)


def is_loud(pcm: bytes) -> bool:
    """Tell whether PCM16 little-endian is as loud as a voice on the phone: above -40 dB of full scale.

    Voices on a phone line are at -30 to -15 dB, a quiet line's noise is below -50. Silence for no samples.
    """
    samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    return bool(samples.size and np.dot(samples, samples) > samples.size * _LOUD * _LOUD)


def pcm_from_mulaw(mulaw: bytes) -> bytes:
    """Return PCM16 little-endian, two bytes for each byte of mu-law."""
    return _VALUE[np.frombuffer(mulaw, np.uint8)].astype("<i2").tobytes()


def mulaw_from_pcm(pcm: bytes) -> bytes:
    """Return mu-law, one byte for each two of PCM16 little-endian.

    Raises ValueError on an odd number of bytes.
    """
    return _coded(np.frombuffer(pcm, "<u2"))


class CallerAudio(Protocol):
    """The caller's side to the model's: one object per call, fed in order."""

    def convert(self, payload: bytes) -> bytes:
        """Return PCM16 mono at 16 kHz, whole frames; may hold samples back."""
        ...


class AgentAudio(Protocol):
    """The model's side to the caller's: one object per call, fed in order."""

    def convert(self, pcm: bytes) -> bytes:
        """Take PCM16 mono at 24 kHz, return what the caller's side plays; may hold samples back."""
        ...

    def flush(self) -> bytes:
        """Return what is held back and be ready for the next utterance: call it when one has ended."""
        ...

    def reset(self) -> None:
        """Drop what is held back, which would play after the interruption that cut it off."""
        ...


class WholeFrames:
    """Cuts a PCM16 stream at frame borders, wherever the chunks' borders fall."""

    def __init__(self) -> None:
        self._odd = b""

    def convert(self, pcm: bytes) -> bytes:
        """Return all whole frames so far; an odd last byte waits for the next chunk."""
        pcm = self._odd + pcm
        whole = len(pcm) & ~1
        self._odd = pcm[whole:]
        return pcm[:whole]

    def flush(self) -> bytes:
        """Forget half a frame: nothing can complete it any more."""
        self._odd = b""
        return b""

    def reset(self) -> None:
        """Forget half a frame."""
        self._odd = b""


class PhoneCallerAudio:
    """8 kHz mu-law to 16 kHz PCM16.

    soxr's variable-rate engine, at a fixed rate, always holds back 30 ms. The default engine works in blocks
    and holds back 12 to 115 ms, in a saw-tooth; each millisecond here is one more to wait for an answer.
    """

    def __init__(self) -> None:
        self._resampler = soxr.ResampleStream(
            PHONE_RATE, HEARD_RATE, 1, dtype="float32", quality="HQ", vr=True
        )

    def convert(self, payload: bytes) -> bytes:
        """Return four bytes for each byte of mu-law, 30 ms later."""
        heard = self._resampler.resample_chunk(_VALUE_AS_FLOAT[np.frombuffer(payload, np.uint8)])
        return _rounded(heard).tobytes()


class PhoneAgentAudio:
    """24 kHz PCM16 to 8 kHz mu-law.

    The variable-rate engine here, too: it always holds back 25 ms, and each utterance begins with as much
    silence, so that even a model that speaks no faster than real time gets no gap it did not make. soxr's
    default engine costs an eighth, 4 µs for 40 ms instead of 31, but it holds back 12 to 73 ms.
    """

    def __init__(self) -> None:
        self._frames = WholeFrames()
        self._lead = _LEAD
        self._resampler = soxr.ResampleStream(
            SPOKEN_RATE, PHONE_RATE, 1, dtype="float32", quality="HQ", vr=True
        )

    def convert(self, pcm: bytes) -> bytes:
        """Return one byte for each six of PCM16, 25 ms later."""
        lead, self._lead = (self._lead, b"") if pcm else (b"", self._lead)
        spoken = np.frombuffer(self._frames.convert(pcm), "<i2").astype(np.float32)
        return lead + _companded(self._resampler.resample_chunk(spoken))

    def flush(self) -> bytes:
        """Return the utterance's last 25 ms."""
        tail = _companded(self._resampler.resample_chunk(_NOTHING, last=True))
        self.reset()
        return tail

    def reset(self) -> None:
        """Drop the last 25 ms."""
        self._frames.reset()
        self._resampler.clear()
        self._lead = _LEAD


def _rounded(samples: Samples) -> NDArray[np.int16]:
    """Return PCM16; overshoot of the filter is clipped, for it would wrap around into a loud click."""
    return np.rint(samples).clip(-32_768, 32_767).astype("<i2")


def _companded(samples: Samples) -> bytes:
    return _coded(_rounded(samples).view(np.uint16))


def _coded(bits: NDArray[np.uint16]) -> bytes:
    return _CODE[bits].tobytes()
