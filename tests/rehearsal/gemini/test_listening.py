"""The caller's audio on its way to the ear."""

from __future__ import annotations

import numpy as np
import pytest

from rehearsal.gemini.contents import Blob
from rehearsal.gemini.faculties import HEARING_RATE
from rehearsal.gemini.listening import Listening, rate_of, turn_detector_for
from rehearsal.gemini.refusal import Refused
from rehearsal.gemini.setup_message import AutomaticActivityDetection
from rehearsal.speech.turns import SpeechEnded, SpeechStarted

DETECTION = AutomaticActivityDetection(silence_duration_ms=300, prefix_padding_ms=20)


class Recorder:
    """A detector that only keeps what it is fed."""

    def __init__(self) -> None:
        self.fed = bytearray()

    def feed(self, pcm: bytes) -> list[SpeechStarted | SpeechEnded]:
        self.fed += pcm
        return []


def sine(hertz: float, seconds: float, rate: int) -> bytes:
    times = np.arange(int(seconds * rate)) / rate
    return (np.sin(times * 2 * np.pi * hertz) * 12000).astype("<i2").tobytes()


def loudest_frequency(pcm: bytes) -> float:
    samples = np.frombuffer(pcm, "<i2")
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * HEARING_RATE / len(samples))


@pytest.mark.parametrize(
    ("mime_type", "rate"),
    [
        ("audio/pcm;rate=8000", 8000),
        ("audio/pcm; rate=16000", 16000),
        ("audio/PCM;rate=48000", 48000),
        ("audio/pcm", 16000),
    ],
)
def test_the_rate_is_the_one_stated_or_sixteen_kilohertz(mime_type: str, rate: int) -> None:
    assert rate_of(Blob(mime_type=mime_type)) == rate


@pytest.mark.parametrize(
    "blob",
    [
        Blob(mime_type="audio/wav"),
        Blob(mime_type=""),
        Blob(mime_type="audio/pcmu;rate=8000"),
        Blob(mime_type="audio/pcm;rate=0000"),
        Blob(mime_type="audio/pcm;rate=999999"),
        Blob(mime_type="audio/pcm;rate=16000", data=b"\0\0\0"),
    ],
)
def test_audio_that_is_not_whole_frames_of_pcm_is_refused(blob: Blob) -> None:
    with pytest.raises(Refused) as refused:
        rate_of(blob)
    assert refused.value.code == 1007


@pytest.mark.parametrize("rate", [8000, 24000, 44100, 48000])
def test_audio_of_any_rate_reaches_the_detector_at_sixteen_kilohertz_without_seams(rate: int) -> None:
    recorder = Recorder()
    listening = Listening(recorder, DETECTION)
    pcm, chunk = sine(440, 1.0, rate), rate // 50 * 2
    for at in range(0, len(pcm), chunk):
        listening.audio(Blob(mime_type=f"audio/pcm;rate={rate}", data=pcm[at : at + chunk]))
    seconds = len(recorder.fed) / 2 / HEARING_RATE
    assert seconds == pytest.approx(1.0, abs=0.13)
    assert loudest_frequency(bytes(recorder.fed)) == pytest.approx(440, abs=2)
    # A resampler that forgot between chunks would click at every seam: energy far above the tone.
    settled = np.abs(np.fft.rfft(np.frombuffer(recorder.fed, "<i2")[1600:-1600]))
    assert settled[len(settled) // 2 :].max() < settled.max() / 300


def test_audio_of_sixteen_kilohertz_is_left_as_it_is() -> None:
    recorder = Recorder()
    Listening(recorder, DETECTION).audio(Blob(mime_type="audio/pcm;rate=16000", data=b"\1\2"))
    assert bytes(recorder.fed) == b"\1\2"


def test_the_end_of_a_stream_is_so_much_silence_to_the_detector() -> None:
    recorder = Recorder()
    Listening(recorder, DETECTION).stream_end()
    assert bytes(recorder.fed) == bytes(int(0.4 * HEARING_RATE) * 2)


def test_the_end_of_a_stream_keeps_nothing_back() -> None:
    recorder = Recorder()
    listening = Listening(recorder, DETECTION)
    listening.audio(Blob(mime_type="audio/pcm;rate=8000", data=sine(440, 1.0, 8000)))
    listening.stream_end()
    assert len(recorder.fed) / 2 / HEARING_RATE == pytest.approx(1.4, abs=0.001)


def test_marked_by_the_client_a_turn_is_what_lies_between_the_marks() -> None:
    listening, blob = Listening(None, DETECTION), Blob(mime_type="audio/pcm", data=b"\1\2")
    assert listening.audio(blob) == []
    assert listening.activity_start() == [SpeechStarted()]
    listening.audio(blob)
    listening.audio(blob)
    assert listening.activity_end() == [SpeechEnded(b"\1\2\1\2")]
    assert listening.activity_end() == []


def test_a_marked_turn_is_complete_at_any_rate() -> None:
    listening = Listening(None, DETECTION)
    listening.activity_start()
    listening.audio(Blob(mime_type="audio/pcm;rate=8000", data=sine(440, 1.0, 8000)))
    (ended,) = listening.activity_end()
    assert isinstance(ended, SpeechEnded)
    assert len(ended.pcm) / 2 / HEARING_RATE == pytest.approx(1.0, abs=0.001)


def test_a_turn_that_the_client_never_ends_does_not_grow_for_ever() -> None:
    listening, minute = Listening(None, DETECTION), bytes(60 * HEARING_RATE * 2)
    listening.activity_start()
    for _ in range(4):
        listening.audio(Blob(mime_type="audio/pcm", data=minute))
    (ended,) = listening.activity_end()
    assert isinstance(ended, SpeechEnded)
    assert len(ended.pcm) == len(minute)


def test_marks_are_refused_where_turns_are_detected() -> None:
    listening = Listening(Recorder(), DETECTION)
    for mark in (listening.activity_start, listening.activity_end):
        with pytest.raises(Refused):
            mark()


@pytest.mark.parametrize("extra", [0, 7, 100, 319])
def test_the_end_of_a_stream_ends_a_turn_whatever_part_of_a_frame_is_left(extra: int) -> None:
    listening = Listening(turn_detector_for(DETECTION), DETECTION)
    speech = (
        bytes(HEARING_RATE // 5 * 2)
        + sine(440, 0.3, HEARING_RATE)
        + sine(440, 1.0, HEARING_RATE)[: extra * 2]
    )
    assert listening.audio(Blob(mime_type="audio/pcm;rate=16000", data=speech)) == [SpeechStarted()]
    (ended,) = listening.stream_end()
    assert isinstance(ended, SpeechEnded)


def test_a_click_is_no_speech_however_eager_the_set_up_is() -> None:
    detector = turn_detector_for(DETECTION)
    assert detector.feed(bytes(HEARING_RATE) + sine(440, 0.04, HEARING_RATE) + bytes(HEARING_RATE)) == []
    assert detector.feed(sine(440, 0.12, HEARING_RATE)) == [SpeechStarted()]


def test_silence_lasts_as_long_as_the_set_up_says_or_six_tenths_of_a_second() -> None:
    for detection, silent in ((DETECTION, 0.3), (AutomaticActivityDetection(), 0.6)):
        detector = turn_detector_for(detection)
        detector.feed(bytes(HEARING_RATE) + sine(440, 0.3, HEARING_RATE))
        assert detector.feed(bytes(int((silent - 0.02) * HEARING_RATE) * 2)) == []
        assert len(detector.feed(bytes(int(0.04 * HEARING_RATE) * 2))) == 1
