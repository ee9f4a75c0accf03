"""What a model owes, and when that is too long."""

from __future__ import annotations

from realtime_service.audio import SPOKEN_RATE
from realtime_service.live.patience import Patience
from realtime_service.live.watch import Alarm, Watch

PATIENCE = Patience(first_sound=5.0, after_nudge=4.0, zeros=3.0)
SOUND = b"\x01\x00" * 480
ZEROS = bytes(SPOKEN_RATE * 2)
"""One second."""


def waiting(since: float = 0.0) -> Watch:
    watch = Watch(PATIENCE)
    watch.caller_began()
    watch.caller_ended(since)
    return watch


def test_who_was_asked_nothing_owes_nothing() -> None:
    watch = Watch(PATIENCE)
    assert (watch.owes, watch.wakes_at, watch.due(1e9)) == (False, None, None)


def test_after_a_callers_turn_a_silent_model_is_nudged_and_then_left() -> None:
    watch = waiting()
    assert (watch.due(4.9), watch.wakes_at) == (None, 5.0)
    assert watch.due(5.0) is Alarm.NUDGE
    assert (watch.due(8.9), watch.wakes_at) == (None, 9.0)
    assert watch.due(9.0) is Alarm.RENEW


def test_a_sound_is_an_answer() -> None:
    watch = waiting()
    assert watch.spoke(SOUND)
    assert not watch.owes
    assert watch.due(1e9) is None


def test_silence_in_digits_is_no_answer_and_too_much_of_it_is_the_end() -> None:
    watch = waiting()
    assert [watch.spoke(ZEROS), watch.spoke(ZEROS)] == [False, False]
    assert watch.owes
    assert watch.due(1.0) is None
    watch.spoke(ZEROS)
    assert watch.due(1.0) is Alarm.RENEW


def test_a_pause_within_speech_is_forgiven() -> None:
    watch = Watch(PATIENCE)
    for _ in range(10):
        watch.spoke(ZEROS)
        watch.spoke(ZEROS)
        watch.spoke(SOUND)
    assert watch.due(1.0) is None


def test_while_the_caller_speaks_nobody_is_nudged() -> None:
    watch = waiting()
    watch.caller_began()
    assert watch.due(60.0) is None
    watch.caller_ended(60.0)
    assert watch.wakes_at == 62.5


def test_asking_again_and_again_delays_the_nudge_only_a_little() -> None:
    watch = waiting()
    for now in (2.0, 4.0):
        watch.caller_began()
        watch.caller_ended(now)
    assert watch.wakes_at == 6.5


def test_a_turn_without_a_sound_does_not_answer_the_caller() -> None:
    watch = waiting()
    watch.turn_over()
    assert watch.owes


def test_a_turn_without_a_sound_is_an_answer_to_a_functions_result() -> None:
    watch = Watch(PATIENCE)
    watch.informed(0.0)
    assert watch.wakes_at == 5.0
    watch.turn_over()
    assert not watch.owes


def test_a_result_given_while_the_caller_waits_takes_nothing_from_what_is_owed() -> None:
    watch = waiting()
    watch.informed(1.0)
    watch.turn_over()
    assert watch.owes


def test_what_the_model_does_not_take_for_speech_is_nudged_for_ever_more_rarely() -> None:
    watch, now, waits = Watch(PATIENCE), 0.0, []
    for _ in range(6):
        watch.caller_began()
        watch.caller_ended(now)
        assert watch.wakes_at is not None
        waits.append(watch.wakes_at - now)
        now = watch.wakes_at
        assert watch.due(now) is Alarm.NUDGE
        watch.spoke(SOUND)
    assert waits == [5.0, 10.0, 20.0, 40.0, 40.0, 40.0]
    watch.understood()
    watch.caller_ended(now)
    assert watch.wakes_at == now + 5.0


def test_another_connection_is_given_its_own_time() -> None:
    watch = waiting()
    assert watch.due(5.0) is Alarm.NUDGE
    watch.spoke(ZEROS)
    watch.renewed(20.0)
    assert watch.wakes_at is not None
    assert watch.wakes_at > 20.0 + PATIENCE.first_sound / 2
    assert watch.due(20.0) is None


def test_who_has_fallen_silent_while_the_agent_speaks_waits_for_nothing() -> None:
    watch = Watch(PATIENCE)
    watch.caller_began()
    watch.caller_fell_silent()
    assert not watch.owes
