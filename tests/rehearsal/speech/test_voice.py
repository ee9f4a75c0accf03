from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rehearsal.speech.espeak import EspeakError
from rehearsal.speech.voice import Voice, receptionist_voice

TEXTS = {
    "en-gb": "How can I help you?",
    "en-us": "I would like to see doctor Mehta.",
    "hi": "मैं आपकी क्या मदद कर सकती हूँ?",
    "te": "నేను మీకు ఎలా సహాయపడగలను?",
}


def _pitch(pcm: bytes, rate: int) -> float:
    """Fundamental frequency in hertz, by autocorrelation, between 70 and 400."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    loud = int(np.argmax(np.convolve(np.square(samples), np.ones(rate // 20), "same")))
    piece = samples[max(0, loud - rate // 20) : loud + rate // 20]
    likeness = np.correlate(piece, piece, "full")[len(piece) - 1 :]
    return rate / (rate // 400 + int(np.argmax(likeness[rate // 400 : rate // 70])))


def _loudness(pcm: bytes) -> np.ndarray:
    """Root mean square of every 20 ms at 8 kHz, of the first 400 ms."""
    samples = np.frombuffer(pcm, "<i2")[: 20 * 160].astype(np.float64)
    return np.asarray(np.sqrt(np.mean(np.square(samples.reshape(20, 160)), axis=1)))


@pytest.mark.parametrize("language", list(TEXTS))
def test_every_language_of_the_clinic_is_spoken(language: str) -> None:
    samples = np.frombuffer(Voice(rate=24000, language=language).speak(TEXTS[language]), "<i2")
    assert 0.5 < len(samples) / 24000 < 6
    assert 5000 < np.abs(samples).max() <= 32767


def test_the_same_words_last_equally_long_at_every_rate() -> None:
    seconds = [len(Voice(rate=rate).speak("good morning")) / 2 / rate for rate in (8000, 16000, 24000)]
    assert max(seconds) - min(seconds) < 0.001


def test_a_faster_voice_takes_less_time() -> None:
    slow, fast = (Voice(rate=8000, words_per_minute=pace).speak(TEXTS["en-us"]) for pace in (120, 200))
    assert len(fast) < 0.8 * len(slow)


def test_caller_and_receptionist_have_different_voices() -> None:
    caller, receptionist = Voice(rate=8000), receptionist_voice(8000)
    assert _pitch(receptionist.speak("hello"), 8000) > 1.4 * _pitch(caller.speak("hello"), 8000)


def test_nothing_to_say_makes_no_sound() -> None:
    assert not any(Voice(rate=8000).speak(""))


def test_a_long_text_is_spoken_to_its_end() -> None:
    once = len(Voice(rate=8000).speak("one two three four five. "))
    assert len(Voice(rate=8000).speak("one two three four five. " * 40)) > 35 * once


def test_voices_of_several_threads_do_not_mix() -> None:
    voices = [Voice(rate=8000), receptionist_voice(8000), Voice(rate=8000, language="hi", variant="")]
    alone = [voice.speak("namaste") for voice in voices]
    with ThreadPoolExecutor(3) as threads:
        together = list(threads.map(lambda voice: voice.speak("namaste"), voices * 10))
    # Not equal to the byte: a voice flutters a little, as human ones do.
    for each, expected in zip(together, alone * 10, strict=True):
        assert abs(len(each) - len(expected)) < len(expected) / 5
        assert np.corrcoef(_loudness(each), _loudness(expected))[0, 1] > 0.95


def test_an_unknown_language_or_variant_is_refused() -> None:
    with pytest.raises(KeyError):
        Voice(rate=8000, language="xx").speak("hello")
    with pytest.raises(EspeakError, match="nobody"):
        Voice(rate=8000, variant="nobody").speak("hello")
