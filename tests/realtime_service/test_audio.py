"""Tests of the audio conversions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import soxr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from realtime_service.audio import (
    AgentAudio,
    PhoneAgentAudio,
    PhoneCallerAudio,
    WholeFrames,
    mulaw_from_pcm,
    pcm_from_mulaw,
)

LEAD = 200
"""Bytes of mu-law, 25 ms of silence before an utterance."""
AT_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The table of all characters is built at the first draw of a fresh clone, which takes a second."""

ALL_CODES = bytes(range(256))
SILENCE = b"\xff"
MINUS_ZERO = 0x7F


def tone(hertz: float, rate: int, seconds: float, amplitude: float = 8_000) -> NDArray[np.int16]:
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


def loudness(pcm: bytes) -> float:
    """Root mean square of the middle half, away from the filter's edges."""
    samples = np.frombuffer(pcm, "<i2").astype(float)
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    return float(np.sqrt(np.mean(middle**2)))


def pitch(pcm: bytes, rate: int) -> float:
    samples = np.frombuffer(pcm, "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def spoken(audio: AgentAudio, pcm: bytes, chunk: int) -> bytes:
    parts = [audio.convert(pcm[at : at + chunk]) for at in range(0, len(pcm), chunk)]
    return b"".join(parts) + audio.flush()


def split(data: bytes, borders: list[int]) -> list[bytes]:
    at = [0, *sorted(border % (len(data) + 1) for border in borders), len(data)]
    return [data[start:end] for start, end in pairwise(at)]


def g191_code(value: int) -> int:
    """Return the mu-law code as `ulaw_compress` of the ITU-T's Software Tools Library (G.191) computes it."""
    absolute = min((((~value) if value < 0 else value) >> 2) + 33, 0x1FFF)
    segment = 1 + (absolute >> 6).bit_length()
    code = (8 - segment) << 4 | 0xF - (absolute >> segment & 0xF)
    return code | (0x80 if value >= 0 else 0)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (0xFF, 0),
        (0x7F, 0),
        (0x80, 32_124),
        (0x00, -32_124),
        (0xFE, 8),
        (0x7E, -8),
        (0xEF, 132),
        (0x9F, 8_316),
        (0x8F, 16_764),
    ],
)
def test_mulaw_codes_have_the_values_of_g711(code: int, value: int) -> None:
    assert np.frombuffer(pcm_from_mulaw(bytes([code])), "<i2")[0] == value


def test_every_code_but_minus_zero_survives_the_way_to_pcm_and_back() -> None:
    again = mulaw_from_pcm(pcm_from_mulaw(ALL_CODES))
    assert [code for code in ALL_CODES if again[code] != code] == [MINUS_ZERO]


def test_every_sample_has_the_code_of_the_itu_reference() -> None:
    samples = range(-32_768, 32_768)
    coded = mulaw_from_pcm(np.array(samples, "<i2").tobytes())
    assert coded == bytes(map(g191_code, samples))


def test_the_loudest_samples_are_clipped_and_do_not_wrap_around() -> None:
    loudest = np.array([32_767, -32_768], "<i2").tobytes()
    assert mulaw_from_pcm(loudest) == b"\x80\x00"


def test_half_a_sample_cannot_be_coded() -> None:
    with pytest.raises(ValueError, match="buffer size"):
        mulaw_from_pcm(b"\x00")


@AT_ANY_PACE
@given(st.binary(max_size=400), st.lists(st.integers(min_value=0), max_size=8))
def test_whole_frames_come_out_in_order_wherever_the_chunks_are_cut(pcm: bytes, borders: list[int]) -> None:
    frames = WholeFrames()
    parts = [frames.convert(chunk) for chunk in split(pcm, borders)]
    assert b"".join(parts) == pcm[: len(pcm) & ~1]
    assert all(len(part) % 2 == 0 for part in parts)


def test_an_interruption_forgets_half_a_frame() -> None:
    frames = WholeFrames()
    frames.convert(b"\x01")
    frames.reset()
    assert frames.convert(b"\x02\x03") == b"\x02\x03"


def test_the_end_of_an_utterance_forgets_half_a_frame() -> None:
    frames = WholeFrames()
    frames.convert(b"\x01")
    assert frames.flush() == b""
    assert frames.convert(b"\x02\x03") == b"\x02\x03"


@AT_ANY_PACE
@given(st.binary(min_size=1, max_size=3_000), st.lists(st.integers(min_value=0), max_size=8))
def test_the_model_hears_the_same_wherever_the_callers_chunks_are_cut(
    mulaw: bytes, borders: list[int]
) -> None:
    whole, cut = PhoneCallerAudio(), PhoneCallerAudio()
    assert b"".join(map(cut.convert, split(mulaw, borders))) == whole.convert(mulaw)


@AT_ANY_PACE
@given(st.binary(max_size=9_000), st.lists(st.integers(min_value=0), max_size=8))
def test_the_caller_hears_the_same_wherever_the_models_chunks_are_cut(pcm: bytes, borders: list[int]) -> None:
    whole, cut = PhoneAgentAudio(), PhoneAgentAudio()
    parts = [cut.convert(chunk) for chunk in split(pcm, borders)]
    assert b"".join(parts) + cut.flush() == whole.convert(pcm) + whole.flush()


@AT_ANY_PACE
@given(st.integers(min_value=0, max_value=4_800))
def test_an_utterance_is_as_long_for_the_caller_as_for_the_model(frames: int) -> None:
    heard = spoken(PhoneAgentAudio(), bytes(2 * frames), 1_920)
    assert abs(len(heard) - frames / 3 - (LEAD if frames else 0)) <= 1


def test_the_model_hears_the_caller_thirty_milliseconds_late_and_never_later() -> None:
    audio, heard = PhoneCallerAudio(), 0
    for chunk in range(1, 101):
        heard += len(audio.convert(SILENCE * 160))
        late = chunk * 20 - heard / 32
        assert late == pytest.approx(30 if chunk > 1 else 20)


def test_the_caller_is_sent_as_much_as_the_model_has_said_from_its_first_piece_on() -> None:
    audio, played = PhoneAgentAudio(), 0
    for chunk in range(1, 101):
        played += len(audio.convert(bytes(1_920)))
        assert played / 8 == chunk * 40
    assert len(audio.flush()) == LEAD


@pytest.mark.parametrize("hertz", [300, 1_000, 2_000, 3_400])
def test_a_callers_tone_reaches_the_model_at_its_pitch_and_loudness(hertz: int) -> None:
    said = tone(hertz, 8_000, 1.0)
    audio = PhoneCallerAudio()
    coded = mulaw_from_pcm(said.tobytes())
    heard = b"".join(audio.convert(coded[at : at + 160]) for at in range(0, len(coded), 160))
    assert pitch(heard, 16_000) == pytest.approx(hertz, abs=3)
    assert loudness(heard) == pytest.approx(loudness(said.tobytes()), rel=0.03)


@pytest.mark.parametrize("hertz", [300, 1_000, 2_000, 3_400])
def test_a_tone_of_the_model_reaches_the_caller_at_its_pitch_and_loudness(hertz: int) -> None:
    said = tone(hertz, 24_000, 1.0).tobytes()
    heard = pcm_from_mulaw(spoken(PhoneAgentAudio(), said, 1_920))
    assert pitch(heard, 8_000) == pytest.approx(hertz, abs=3)
    assert loudness(heard) == pytest.approx(loudness(said), rel=0.03)


@pytest.mark.parametrize("hertz", [4_600, 7_000, 11_000])
def test_what_the_phone_cannot_carry_does_not_fold_back_as_a_false_tone(hertz: int) -> None:
    said = tone(hertz, 24_000, 1.0).tobytes()
    assert loudness(pcm_from_mulaw(spoken(PhoneAgentAudio(), said, 1_920))) < 1


def test_the_callers_upsampled_voice_has_no_image_above_the_phones_band() -> None:
    audio = PhoneCallerAudio()
    heard = audio.convert(mulaw_from_pcm(tone(1_000, 8_000, 1.0).tobytes()))
    spectrum = np.abs(np.fft.rfft(np.frombuffer(heard, "<i2") * np.hanning(len(heard) // 2)))
    above = int(len(spectrum) * 4_300 / 8_000)
    assert spectrum[above:].max() < spectrum.max() / 1_000


def test_a_voice_at_full_scale_is_clipped_and_does_not_wrap_around() -> None:
    said = np.tile(np.repeat(np.array([32_767, -32_768], "<i2"), 60), 100)  # 200 Hz, square
    heard = np.frombuffer(pcm_from_mulaw(spoken(PhoneAgentAudio(), said.tobytes(), 1_920)), "<i2")
    heard = heard[LEAD:]
    within_a_crest = (np.arange(len(heard)) % 20 > 2) & (np.arange(len(heard)) % 20 < 18)
    assert (np.sign(heard) == np.sign(said[::3]))[within_a_crest].all()
    assert np.abs(heard[400:]).max() == 32_124


def test_what_the_model_hears_is_rounded_and_not_cut_off() -> None:
    quiet = mulaw_from_pcm(tone(700, 8_000, 0.5, amplitude=200).tobytes())
    exact = soxr.ResampleStream(8_000, 16_000, 1, dtype="float32", quality="HQ", vr=True)
    wanted = exact.resample_chunk(np.frombuffer(pcm_from_mulaw(quiet), "<i2").astype(np.float32))
    heard = np.frombuffer(PhoneCallerAudio().convert(quiet), "<i2")
    assert np.abs(heard - wanted).max() <= 0.5


def test_silence_stays_silence() -> None:
    assert set(spoken(PhoneAgentAudio(), bytes(9_600), 1_920)) == {0xFF}
    assert set(PhoneCallerAudio().convert(SILENCE * 800)) == {0}


def test_nothing_of_an_interrupted_utterance_is_played_after_it() -> None:
    audio = PhoneAgentAudio()
    audio.convert(tone(500, 24_000, 0.3).tobytes() + b"\x7f")
    audio.reset()
    assert set(spoken(audio, bytes(9_600), 1_920)) == {0xFF}


def test_the_next_utterance_after_the_end_of_one_starts_afresh() -> None:
    audio, fresh = PhoneAgentAudio(), PhoneAgentAudio()
    first, second = tone(500, 24_000, 0.2).tobytes(), tone(900, 24_000, 0.2).tobytes()
    spoken(audio, first + b"\x01", 1_920)
    assert spoken(audio, second, 1_920) == spoken(fresh, second, 1_920)
