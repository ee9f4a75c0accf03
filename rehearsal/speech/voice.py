"""A synthesised voice: text in, 16-bit mono PCM at the listener's rate out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr

from rehearsal.speech import espeak

_VOICES = {"en-gb": "en", "en-us": "en-us", "en": "en", "hi": "hi", "te": "te"}
"""BCP-47 tag, lower case -> the file espeak-ng keeps the language in."""
_LOUDEST = 32767


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One speaker; without choices the rehearsed caller, whom the rehearsed ear understands best.

    `speak` raises EspeakError where the variant is unknown, KeyError where the language is.
    """

    rate: int
    """Hertz, of what `speak` returns: 24000 for the model, 8000 or 16000 for a telephone."""
    language: str = "en-us"
    """en-gb, en-us, hi or te."""
    variant: str = "klatt4"
    """One of espeak-ng's voice variants (`f3`, `m1`, `steph`); empty for the plain voice."""
    pitch: int = 50
    """0 to 100."""
    words_per_minute: int = 150
    word_gap: int = 0
    """Silence between words, units of 10 ms."""

    def speak(self, text: str) -> bytes:
        """Return the text spoken: signed 16-bit little-endian mono PCM, two bytes a frame."""
        name = _VOICES[self.language.lower()] + (f"+{self.variant}" if self.variant else "")
        rendered = espeak.render(
            text, name, words_per_minute=self.words_per_minute, pitch=self.pitch, word_gap=self.word_gap
        )
        samples = np.frombuffer(rendered, np.int16).astype(np.float32)
        resampled = soxr.resample(samples, espeak.SAMPLE_RATE, self.rate)
        return bytes(np.clip(resampled, -_LOUDEST, _LOUDEST).astype("<i2").tobytes())


def receptionist_voice(rate: int, language: str = "en-gb") -> Voice:
    """Return the receptionist's voice, a woman's, which nobody takes for the caller's."""
    return Voice(rate=rate, language=language, variant="f3", pitch=58, words_per_minute=165)
