"""The states of a connection, one event at a time, without sockets or clocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_service.live.closed import LiveClosed
from realtime_service.live.events import ResumptionUpdated
from realtime_service.live.lifecycle import Lifecycle, NextDial, State
from realtime_service.live.patience import Patience

LOST = LiveClosed(1006, "no close frame", resumable=True, fatal=False)
NOT_FOUND = LiveClosed(1008, "Requested entity was not found.", resumable=False, fatal=False)
NO_QUOTA = LiveClosed(1011, "quota", resumable=False, fatal=True)
PATIENCE = Patience()


class World:
    """A lifecycle, and the moves it has told."""

    def __init__(self, jitter: float = 0.0) -> None:
        self.moves: list[tuple[State, State]] = []
        self.reasons: list[str] = []
        self.cycle = Lifecycle(PATIENCE, self._moved, lambda: jitter, 0.0)

    def _moved(self, before: State, after: State, why: str) -> None:
        self.moves.append((before, after))
        self.reasons.append(why)


def live(handle: str = "", now: float = 0.0, jitter: float = 0.0) -> World:
    """A connection that is up, and may have a handle."""
    world = World(jitter)
    assert world.cycle.dialled_first() == NextDial(0.0, None)
    world.cycle.came_up(now)
    if handle:
        world.cycle.offered(ResumptionUpdated(handle, True))
    return world


def test_a_conversation_begins_by_dialling_and_is_live_when_it_is_set_up() -> None:
    assert live().moves == [(State.DIALLING, State.LIVE)]


def test_going_away_waits_for_an_idle_moment() -> None:
    world = live("handle-1")
    cycle = world.cycle
    assert not cycle.rotation_due(1.0, idle=True)
    cycle.told_to_go(1.0, 50.0)
    assert world.moves[-1] == (State.LIVE, State.DRAINING)
    assert not cycle.rotation_due(2.0, idle=False)
    assert cycle.rotation_due(2.0, idle=True)
    assert cycle.rotated(2.0) == NextDial(0.0, "handle-1")


def test_going_away_waits_for_a_moment_that_can_be_resumed() -> None:
    cycle = live("handle-1").cycle
    cycle.told_to_go(1.0, 50.0)
    cycle.offered(ResumptionUpdated("", False))
    assert not cycle.rotation_due(2.0, idle=True)
    cycle.offered(ResumptionUpdated("handle-2", True))
    assert cycle.rotation_due(2.0, idle=True)
    assert cycle.rotated(2.0).handle == "handle-2"


def test_going_away_waits_no_longer_than_the_server_does() -> None:
    cycle = live("handle-1").cycle
    cycle.told_to_go(1.0, 50.0)
    assert cycle.wakes_at == 1.0 + 50.0 - PATIENCE.cut_margin
    assert not cycle.rotation_due(47.9, idle=False)
    assert cycle.rotation_due(48.0, idle=False)


def test_a_second_warning_can_only_shorten_the_time() -> None:
    cycle = live("handle-1").cycle
    cycle.told_to_go(1.0, 50.0)
    cycle.told_to_go(2.0, 10.0)
    assert cycle.wakes_at == 9.0
    cycle.told_to_go(3.0, 60.0)
    assert cycle.wakes_at == 9.0


def test_a_warning_without_time_is_obeyed_at_once() -> None:
    cycle = live("handle-1").cycle
    cycle.told_to_go(1.0, 0.0)
    assert cycle.rotation_due(1.0, idle=False)


def test_rotations_are_nobodys_fault_however_many() -> None:
    world = live("handle-1")
    for now in range(1, 20):
        world.cycle.told_to_go(float(now), 50.0)
        assert world.cycle.rotated(float(now)).handle == "handle-1"
        world.cycle.came_up(float(now))
    assert world.cycle.state is State.LIVE


def test_what_is_lost_is_resumed_at_once_then_after_growing_pauses() -> None:
    cycle = live("handle-1", now=5.0).cycle
    assert cycle.lost(5.0, LOST) == NextDial(0.0, "handle-1")
    pauses = [cycle.dial_failed(6.0, LOST) for _ in range(6)]
    assert pauses == [NextDial(pause, "handle-1") for pause in (0.5, 1.0, 2.0, 4.0, 4.0, 4.0)]


def test_pauses_are_shortened_at_random_by_up_to_a_half() -> None:
    cycle = live("handle-1", jitter=1.0).cycle
    cycle.lost(0.0, LOST)
    assert cycle.dial_failed(0.1, LOST) == NextDial(0.25, "handle-1")


def test_a_refused_handle_is_followed_by_one_fresh_session_at_once() -> None:
    world = live("handle-1")
    world.cycle.lost(1.0, LOST)
    assert world.cycle.dial_failed(1.5, NOT_FOUND) == NextDial(0.0, None)
    world.cycle.came_up(2.0)
    assert [after for _, after in world.moves] == [State.LIVE, State.RESUMING, State.FRESH, State.LIVE]


def test_a_handle_that_leads_nowhere_is_given_up_in_time_for_a_fresh_session() -> None:
    cycle = live("handle-1").cycle
    cycle.lost(1.0, LOST)
    assert cycle.dial_failed(1.0 + PATIENCE.resume, LOST) == NextDial(0.0, None)
    assert cycle.state is State.FRESH


def test_without_a_handle_there_is_only_a_fresh_session() -> None:
    cycle = live().cycle
    assert cycle.lost(1.0, LOST) == NextDial(0.0, None)
    assert cycle.state is State.FRESH


def test_a_context_that_is_full_is_not_resumed() -> None:
    cycle = live("handle-1").cycle
    full = LiveClosed(1007, "context exhausted", resumable=False, fatal=False)
    assert cycle.lost(1.0, full) == NextDial(0.0, None)


def test_a_fresh_session_does_not_take_up_the_old_ones_handle() -> None:
    cycle = live("handle-1").cycle
    cycle.lost(1.0, LOST)
    cycle.dial_failed(1.5, NOT_FOUND)
    cycle.came_up(2.0)
    cycle.sounded()
    assert cycle.lost(100.0, LOST) == NextDial(0.0, None)


def test_a_resumed_session_may_be_resumed_from_the_same_handle_again() -> None:
    cycle = live("handle-1").cycle
    cycle.lost(1.0, LOST)
    cycle.came_up(1.5)
    cycle.sounded()
    assert cycle.lost(100.0, LOST) == NextDial(0.0, "handle-1")


def test_what_can_not_be_brought_back_in_time_is_handed_over() -> None:
    cycle = live("handle-1").cycle
    cycle.lost(1.0, LOST)
    assert cycle.dial_failed(1.0 + PATIENCE.bring_back, LOST) is None
    assert cycle.state is State.HANDED_OVER


def test_what_was_never_reached_has_failed() -> None:
    world = World()
    assert world.cycle.dial_failed(1.0, LOST) == NextDial(0.5, None)
    assert world.cycle.dial_failed(2.0, LOST) == NextDial(1.0, None)
    assert world.cycle.dial_failed(PATIENCE.bring_back, LOST) is None
    assert world.cycle.state is State.FAILED


def test_a_fatal_end_is_dialled_no_more() -> None:
    assert live("handle-1").cycle.lost(1.0, NO_QUOTA) is None
    world = World()
    assert world.cycle.dial_failed(0.1, NO_QUOTA) is None
    assert world.cycle.state is State.FAILED


def test_a_session_that_dies_at_once_again_begins_afresh_and_then_is_given_up() -> None:
    cycle = live("handle-1").cycle
    assert cycle.lost(1.0, LOST) == NextDial(0.0, "handle-1")
    cycle.came_up(1.5)
    assert cycle.lost(2.0, LOST) == NextDial(0.0, None)
    cycle.came_up(2.5)
    assert cycle.lost(3.0, LOST) is None
    assert cycle.state is State.HANDED_OVER


def test_a_session_that_stays_up_but_never_sounds_counts_as_dead() -> None:
    cycle = live("handle-1").cycle
    cycle.lost(1.0, LOST)
    cycle.came_up(2.0)
    assert cycle.lost(60.0, LOST) == NextDial(0.0, None)


def test_a_session_that_has_spoken_for_a_while_is_forgiven_everything_before() -> None:
    world = live("handle-1")
    for now in (100.0, 200.0, 300.0, 400.0):
        world.cycle.sounded()
        assert world.cycle.lost(now, LOST) == NextDial(0.0, "handle-1")
        world.cycle.came_up(now)


def test_no_reason_holds_what_the_server_wrote() -> None:
    world = live("handle-1")
    world.cycle.lost(1.0, LiveClosed(1011, "Mrs Sharma", resumable=True, fatal=False))
    world.cycle.dial_failed(1.0, LiveClosed(1008, "Mrs Sharma", resumable=False, fatal=False))
    assert world.reasons[1:] == ["lost, 1011", "resuming failed, 1008"]


@given(
    st.lists(
        st.tuples(st.sampled_from(["lost", "fatal", "failed", "refused", "up", "go"]), st.floats(0.01, 5.0)),
        max_size=60,
    )
)
def test_whatever_happens_each_gap_ends_in_time(steps: list[tuple[str, float]]) -> None:
    world, now, gap = live("handle-1"), 0.0, None
    ends = {"lost": LOST, "fatal": NO_QUOTA, "failed": LOST, "refused": NOT_FOUND}
    for step, seconds in steps:
        now += seconds
        is_up = world.cycle.state in (State.LIVE, State.DRAINING)
        if is_up and step == "go":
            world.cycle.told_to_go(now, seconds)
        elif is_up and step in ends:
            gap, dial = now, world.cycle.lost(now, ends[step])
        elif not is_up and step == "up":
            world.cycle.came_up(now)
        elif not is_up and step in ends:
            dial = world.cycle.dial_failed(now, ends[step])
            assert dial is None or now - (gap or 0.0) < PATIENCE.bring_back
            assert dial is None or 0.0 <= dial.pause <= PATIENCE.longest_pause
        if world.cycle.state in (State.HANDED_OVER, State.FAILED):
            return
    assert world.cycle.state is not State.DIALLING


@pytest.mark.parametrize("field", Patience.__struct_fields__)
def test_every_time_is_positive(field: str) -> None:
    assert getattr(PATIENCE, field) > 0
