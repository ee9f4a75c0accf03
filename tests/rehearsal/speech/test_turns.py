import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.speech.turns import Event, SpeechEnded, SpeechStarted, TurnDetector

MS = 32
"""Bytes of 16 kHz, 16-bit mono in a millisecond."""


def _sound(ms: int, loudness: float) -> bytes:
    chance = np.random.default_rng(ms)
    return chance.normal(0, loudness, ms * 16).clip(-32768, 32767).astype("<i2").tobytes()


def _ends(events: list[Event]) -> list[bytes]:
    return [event.pcm for event in events if isinstance(event, SpeechEnded)]


QUIET, SPEECH = 20.0, 3000.0


def test_a_turn_starts_with_speech_and_ends_after_the_silence() -> None:
    detector = TurnDetector()
    assert detector.feed(_sound(500, QUIET)) == []
    assert detector.feed(_sound(400, SPEECH)) == [SpeechStarted()]
    assert detector.speaking
    assert detector.feed(_sound(590, QUIET)) == []
    assert len(_ends(detector.feed(_sound(20, QUIET)))) == 1
    assert not detector.speaking


def test_what_came_just_before_the_speech_belongs_to_the_turn() -> None:
    quiet, speech, after = _sound(1000, QUIET), _sound(400, SPEECH), _sound(700, QUIET)
    (pcm,) = _ends(TurnDetector().feed(quiet + speech + after))
    assert pcm == quiet[-300 * MS :] + speech + after[: 600 * MS]


def test_a_pause_shorter_than_the_silence_does_not_end_a_turn() -> None:
    stream = _sound(300, SPEECH) + _sound(550, QUIET) + _sound(300, SPEECH) + _sound(700, QUIET)
    assert len(_ends(TurnDetector().feed(stream))) == 1
    assert len(_ends(TurnDetector(silence_ms=400).feed(stream))) == 2


def test_a_click_is_no_turn() -> None:
    assert TurnDetector().feed(_sound(300, QUIET) + _sound(40, SPEECH) + _sound(900, QUIET)) == []


def test_a_turn_right_after_a_click_is_complete() -> None:
    stream = _sound(40, SPEECH) + _sound(620, QUIET) + _sound(300, SPEECH) + _sound(620, QUIET)
    (pcm,) = _ends(TurnDetector().feed(stream))
    assert _sound(300, SPEECH) in pcm


def test_digital_silence_is_silence() -> None:
    detector = TurnDetector()
    assert detector.feed(bytes(3000 * MS)) == []
    assert detector.feed(_sound(200, SPEECH)) == [SpeechStarted()]


def test_a_whisper_on_a_silent_line_is_heard() -> None:
    assert SpeechStarted() in TurnDetector().feed(bytes(500 * MS) + _sound(300, 250))


def test_speech_is_found_in_a_steady_noise_once_the_noise_is_known() -> None:
    detector = TurnDetector()
    detector.feed(_sound(9000, 400))
    assert not detector.speaking
    events = detector.feed(_sound(500, 6000) + _sound(700, 400))
    assert [type(event) for event in events] == [SpeechStarted, SpeechEnded]


def test_a_noise_without_end_does_not_hold_a_turn_open_for_ever() -> None:
    chance = np.random.default_rng(1)
    bursts = [_sound(100, SPEECH) + _sound(int(chance.integers(20, 200)), QUIET) for _ in range(300)]
    turns = _ends(TurnDetector(longest_ms=10_000).feed(b"".join(bursts)))
    assert len(turns) >= 3
    assert all(len(turn) == 10_000 * MS for turn in turns)


def test_a_turn_under_way_ends_with_its_stream() -> None:
    detector = TurnDetector()
    detector.feed(_sound(400, SPEECH))
    assert _ends(detector.finish()) == [_sound(400, SPEECH)]
    assert detector.finish() == []


def test_other_rates_are_measured_in_their_own_milliseconds() -> None:
    speech = np.random.default_rng(1).normal(0, SPEECH, 8 * 400).astype("<i2").tobytes()
    (pcm,) = _ends(TurnDetector(8000).feed(speech + bytes(16 * 700)))
    assert len(pcm) == 16 * (400 + 600)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=12))
def test_the_size_of_the_pieces_makes_no_difference(sizes: list[int]) -> None:
    stream = _sound(200, QUIET) + _sound(300, SPEECH) + _sound(700, QUIET)
    detector, events, at, number = TurnDetector(), list[Event](), 0, 0
    while at < len(stream):
        size = sizes[number % len(sizes)] * 32 // 10
        events += detector.feed(stream[at : at + size])
        at, number = at + size, number + 1
    assert events == TurnDetector().feed(stream)
