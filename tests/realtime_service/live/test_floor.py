"""Who has the floor, by what both sides do."""

from __future__ import annotations

import pytest

from realtime_service.live.events import (
    AgentTranscribed,
    AudioSpoken,
    FunctionCalled,
    Interrupted,
    LiveEvent,
    ResumptionUpdated,
    TurnComplete,
)
from realtime_service.live.floor import Floor
from realtime_service.live.patience import Patience
from rehearsal.gemini.faculties import HEARING_RATE
from rehearsal.gemini.scripted import tone

SOUND = AudioSpoken(b"\1\0" * 480)
CALL = FunctionCalled("1", "book_appointment", {})


def speak(floor: Floor, seconds: float = 0.4, quiet: float = 0.8, now: float = 0.0) -> None:
    pcm = tone(seconds, HEARING_RATE) + bytes(int(quiet * HEARING_RATE) * 2)
    for at in range(0, len(pcm), 640):
        floor.voice(pcm[at : at + 640], now)


@pytest.mark.parametrize(
    ("events", "idle"),
    [
        ([], True),
        ([SOUND], False),
        ([SOUND, TurnComplete()], True),
        ([SOUND, TurnComplete("", more_to_come=True)], False),
        ([SOUND, Interrupted()], True),
        ([CALL, TurnComplete()], False),
    ],
)
def test_the_moment_is_idle_when_nobody_speaks_and_nothing_is_awaited(
    events: list[LiveEvent], idle: bool
) -> None:
    floor = Floor(Patience())
    for event in events:
        floor.take(event)
    assert floor.is_idle is idle


def test_a_caller_who_speaks_or_waits_for_an_answer_is_not_left() -> None:
    floor = Floor(Patience())
    speak(floor, quiet=0.0)
    assert not floor.is_idle
    speak(floor, seconds=0.0)
    assert (floor.caller_speaks, floor.watch.owes, floor.is_idle) == (False, True, False)
    floor.take(SOUND)
    floor.take(TurnComplete())
    assert floor.is_idle


def test_an_answer_quicker_than_our_own_ear_is_an_answer() -> None:
    floor = Floor(Patience())
    speak(floor, quiet=0.3)
    floor.take(SOUND)
    floor.take(TurnComplete())
    speak(floor, seconds=0.0)
    assert not floor.watch.owes


def test_what_is_murmured_while_the_agent_speaks_need_not_be_answered() -> None:
    floor = Floor(Patience())
    floor.take(SOUND)
    speak(floor)
    assert not floor.watch.owes


def test_what_is_said_over_the_agent_and_interrupts_it_is_owed_an_answer() -> None:
    floor = Floor(Patience())
    floor.take(SOUND)
    speak(floor, quiet=0.0)
    floor.take(Interrupted())
    speak(floor, seconds=0.0)
    assert floor.watch.owes


def test_while_a_function_runs_the_model_is_not_hurried() -> None:
    floor = Floor(Patience())
    floor.take(CALL)
    speak(floor)
    assert not floor.watch.owes


def test_sound_and_function_calls_are_signs_of_life_and_silence_is_none() -> None:
    floor = Floor(Patience())
    silence = AudioSpoken(bytes(960))
    signs = [
        floor.take(event) for event in (SOUND, silence, CALL, TurnComplete(), ResumptionUpdated("h", True))
    ]
    assert signs == [True, False, True, False, False]


def test_a_connection_that_ends_in_mid_sentence_cuts_the_sentence_off() -> None:
    floor = Floor(Patience())
    floor.take(AgentTranscribed("It is half"))
    floor.take(SOUND)
    assert floor.break_off()
    assert "cut=True" in str(floor.journal.missed())
    assert not floor.break_off()
