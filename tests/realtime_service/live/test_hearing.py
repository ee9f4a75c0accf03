"""When a caller speaks, by loudness alone."""

from __future__ import annotations

from realtime_service.live.hearing import CallerSpeech, Heard
from rehearsal.gemini.faculties import HEARING_RATE
from rehearsal.gemini.scripted import tone

FRAME = HEARING_RATE // 50 * 2


def fed(speech: CallerSpeech, seconds: float, loud: bool = True) -> list[Heard]:
    pcm = tone(seconds, HEARING_RATE) if loud else bytes(int(seconds * HEARING_RATE) * 2)
    told = (speech.feed(pcm[at : at + FRAME]) for at in range(0, len(pcm), FRAME))
    return [heard for heard in told if heard is not None]


def test_a_turn_begins_with_some_loudness_and_ends_with_some_quiet() -> None:
    speech = CallerSpeech()
    assert fed(speech, 0.28) == []
    assert fed(speech, 0.1) == [Heard.BEGAN]
    assert speech.is_on
    assert fed(speech, 0.6, loud=False) == []
    assert fed(speech, 0.2, loud=False) == [Heard.ENDED]
    assert not speech.is_on


def test_a_click_is_no_turn() -> None:
    speech = CallerSpeech()
    assert fed(speech, 0.1) + fed(speech, 1.0, loud=False) + fed(speech, 0.2) == []


def test_a_pause_for_breath_ends_nothing() -> None:
    speech = CallerSpeech()
    assert fed(speech, 0.4) + fed(speech, 0.5, loud=False) + fed(speech, 0.4) == [Heard.BEGAN]


def test_a_muted_microphone_ends_the_turn_at_once() -> None:
    speech = CallerSpeech()
    fed(speech, 0.4)
    assert speech.stop() is Heard.ENDED
    assert speech.stop() is None


def test_what_never_pauses_is_no_caller_until_it_has_paused() -> None:
    speech = CallerSpeech()
    assert fed(speech, 40.0) == [Heard.BEGAN, Heard.WAS_NOISE]
    assert not speech.is_on
    assert fed(speech, 0.8, loud=False) == []
    assert fed(speech, 0.4) == [Heard.BEGAN]


def test_nothing_at_all_is_nothing() -> None:
    assert CallerSpeech().feed(b"") is None
