"""Turns 16-bit samples into mu-law and back, by the tables of ITU-T G.711.

The rehearsal is the outside world, so it has tables of its own: a mistake in the
clinic's can't hide behind the same mistake here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

SILENCE = 0xFF
"""The code of a zero sample."""
BYTES_PER_MS = 8
"""8000 samples a second, one byte each."""

_BIAS = 33
_LOUDEST = 8158
"""The highest magnitude G.711 (table 2a) can tell apart, on its 14-bit scale."""


def encode(pcm: bytes) -> bytes:
    """Encode signed 16-bit little-endian mono samples, two bytes each, to one byte each.

    Raises ValueError for half a sample.
    """
    codes: NDArray[np.uint8] = _encoding()[np.frombuffer(pcm, dtype="<u2")]
    return codes.tobytes()


def decode(mulaw: bytes) -> bytes:
    """Decode to signed 16-bit little-endian samples, two bytes for each byte."""
    samples: NDArray[np.int16] = _decoding()[np.frombuffer(mulaw, dtype=np.uint8)]
    return samples.tobytes()


@cache
def _encoding() -> NDArray[np.uint8]:
    """The code of each of the 65,536 samples, by its bits read as unsigned."""
    samples: NDArray[Any] = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32) >> 2
    biased = np.minimum(np.abs(samples), _LOUDEST) + _BIAS
    exponent = np.floor(np.log2(biased)).astype(np.int32) - 5
    mantissa = (biased >> (exponent + 1)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    return np.asarray(~(sign | exponent << 4 | mantissa) & 0xFF, dtype=np.uint8)


@cache
def _decoding() -> NDArray[np.int16]:
    """The sample of each of the 256 codes."""
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((codes & 0x0F) << 1) + _BIAS) << ((codes & 0x70) >> 4)) - _BIAS
    return np.asarray(np.where(codes & 0x80, -magnitude, magnitude) << 2, dtype="<i2")
