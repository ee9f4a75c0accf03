"""A call ends by itself only as it should: by a fake clock, without sockets."""

from collections.abc import Callable

import pytest

from realtime_service.call_life import CallLife, Limits

Life = Callable[[CallLife, float], None]


def nothing(_life: CallLife, _now: float) -> None:
    """Let time pass."""


def steps(
    life: CallLife,
    until: float,
    since: float = 0.0,
    *,
    meanwhile: Life = nothing,
    agent_sounds: Callable[[float], bool] = lambda _: False,
    tool_runs: Callable[[float], bool] = lambda _: False,
) -> list[tuple[str, int]]:
    """Look every tenth of a second until the call is closed; return the steps and their whole seconds."""
    taken: list[tuple[str, int]] = []
    for tenth in range(int(since * 10), int(until * 10) + 1):
        now = tenth / 10
        meanwhile(life, now)
        step = life.next(now, agent_sounds=agent_sounds(now), tool_runs=tool_runs(now))
        if step:
            taken.append((step, round(now)))
        if step == "close":
            break
    return taken


def test_silence_is_asked_warned_and_said_goodbye_to() -> None:
    assert steps(CallLife(Limits(), 0), 100) == [("ask", 10), ("warn", 18), ("goodbye", 24), ("close", 32)]


def test_each_rung_waits_for_the_agent_to_have_finished() -> None:
    taken = steps(CallLife(Limits(), 0), 100, agent_sounds=lambda now: now < 5 or 15 < now < 17)
    assert taken[:2] == [("ask", 15), ("warn", 25)]


def test_a_goodbye_is_closed_when_it_was_heard_and_not_before() -> None:
    taken = steps(CallLife(Limits(), 0), 100, agent_sounds=lambda now: 25 < now < 30)
    assert taken[-2:] == [("goodbye", 24), ("close", 30)]


def test_a_goodbye_that_never_ends_is_bounded() -> None:
    taken = steps(CallLife(Limits(), 0), 100, agent_sounds=lambda now: now > 25)
    assert taken[-1] == ("close", 44)


def test_nobody_is_asked_while_a_tool_runs() -> None:
    assert steps(CallLife(Limits(), 0), 39, tool_runs=lambda now: now < 30) == []
    assert steps(CallLife(Limits(), 0), 41, tool_runs=lambda now: now < 30) == [("ask", 40)]


def test_a_word_begins_the_ladder_anew() -> None:
    def speaks_at_20(life: CallLife, now: float) -> None:
        if now == 20:
            life.person(now)

    taken = steps(CallLife(Limits(), 0), 31, meanwhile=speaks_at_20)
    assert taken == [("ask", 10), ("warn", 18), ("ask", 30)]


def test_whoever_is_speaking_is_not_asked_whether_he_is_there() -> None:
    def speaks_for_14_seconds(life: CallLife, now: float) -> None:
        if 2 < now < 16:
            life.sound(now)

    assert steps(CallLife(Limits(), 0), 16, meanwhile=speaks_for_14_seconds) == []


def test_music_on_hold_is_no_person() -> None:
    taken = steps(CallLife(Limits(), 0), 60, meanwhile=lambda life, now: life.sound(now))
    assert taken == [("ask", 15), ("warn", 23), ("goodbye", 29), ("close", 37)]


def test_an_agent_that_talks_to_music_does_not_talk_to_it_for_ever() -> None:
    def answers_the_music(life: CallLife, now: float) -> None:
        life.sound(now)
        if now and now % 8 == 0:
            life.agent_turn()

    taken = steps(
        CallLife(Limits(), 0), 120, meanwhile=answers_the_music, agent_sounds=lambda now: now % 8 < 4
    )
    assert ("goodbye", 52) in taken
    assert taken[-1][0] == "close"


def test_a_goodbye_of_the_agent_is_heard_out_before_the_call_is_closed() -> None:
    life = CallLife(Limits(), 0)
    life.end("the agent ends it", 2)
    assert steps(life, 60, since=2, agent_sounds=lambda now: now < 6) == [("close", 7)]


def test_an_end_without_a_goodbye_waits_a_little_for_one() -> None:
    life = CallLife(Limits(), 0)
    life.end("the agent ends it", 2)
    assert steps(life, 60, since=2) == [("close", 5)]
    assert life.closing


def test_a_caller_who_goes_on_is_not_hung_up_on() -> None:
    def one_thing_more(life: CallLife, now: float) -> None:
        if now == 5:
            life.person(now)

    life = CallLife(Limits(), 0)
    life.end("the agent ends it", 2)
    assert steps(life, 14, since=2, meanwhile=one_thing_more, agent_sounds=lambda now: now < 6) == []
    assert life.closing == ""


def test_words_from_before_the_goodbye_that_are_understood_late_change_nothing() -> None:
    def late(life: CallLife, now: float) -> None:
        if now == 3:
            life.person(now)

    life = CallLife(Limits(), 0)
    life.end("the agent ends it", 2)
    assert steps(life, 60, since=2, meanwhile=late, agent_sounds=lambda now: now < 6) == [("close", 7)]


def test_whoever_speaks_over_the_goodbye_goes_on() -> None:
    life = CallLife(Limits(), 0)
    life.end("the agent ends it", 2)
    life.interrupted()
    assert life.closing == ""


@pytest.mark.parametrize(("longest", "warned_at"), [(1800.0, 1740), (40.0, 30)])
def test_the_end_of_the_longest_call_is_told_before(longest: float, warned_at: int) -> None:
    def says_something_now_and_then(life: CallLife, now: float) -> None:
        if now % 4 == 0:
            life.person(now)

    life = CallLife(Limits(longest=longest), 0)
    taken = steps(life, longest + 30, meanwhile=says_something_now_and_then)
    assert [(step, at) for step, at in taken if step != "close"] == [
        ("nearly_over", warned_at),
        ("time_up", longest),
    ]


def test_time_is_up_whatever_the_caller_says() -> None:
    life = CallLife(Limits(longest=20), 0)
    taken = steps(life, 60, meanwhile=lambda life, now: life.person(now))
    assert taken[-2:] == [("time_up", 20), ("close", 28)]


def test_the_warning_waits_for_a_pause_but_not_for_ever() -> None:
    paused = steps(CallLife(Limits(longest=400), 0), 345, agent_sounds=lambda now: now < 342)
    assert paused == [("nearly_over", 342)]
    never = steps(CallLife(Limits(longest=400), 0), 371, agent_sounds=lambda _: True)
    assert never == [("nearly_over", 370)]
