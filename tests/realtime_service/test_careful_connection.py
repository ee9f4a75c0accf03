"""How much is taken of a peer that sends; whole attacks are in test_hostile_callers."""

from hypothesis import given
from hypothesis import strategies as st

from realtime_service.careful_connection import (
    BYTES_A_SECOND,
    FRAMES_A_SECOND,
    MOST_BYTES_AT_ONCE,
    MOST_FRAMES_AT_ONCE,
    Allowance,
)

TWILIO_FRAMES, TWILIO_BYTES = 50, 450
"""A second, and a message with its frame."""


def test_so_much_is_taken_at_once_and_no_more() -> None:
    allowance = Allowance(10, 100, 0.0)
    assert allowance.takes(100, 0.0)
    assert not allowance.takes(1, 0.0)


def test_what_was_not_used_is_saved_up_to_the_most() -> None:
    allowance = Allowance(10, 100, 0.0)
    assert allowance.takes(100, 0.0)
    assert allowance.takes(50, 5.0)
    assert allowance.takes(100, 1000.0)
    assert not allowance.takes(1, 1000.0)


@given(st.lists(st.floats(0.0, 25.0), max_size=50))
def test_a_call_of_twilios_is_taken_however_its_line_stutters(holdups: list[float]) -> None:
    frames = Allowance(FRAMES_A_SECOND, MOST_FRAMES_AT_ONCE, 0.0)
    size = Allowance(BYTES_A_SECOND, MOST_BYTES_AT_ONCE, 0.0)
    now = 0.0
    for holdup in holdups:
        now += holdup
        for _ in range(int(holdup * TWILIO_FRAMES)):
            assert frames.takes(1, now)
            assert size.takes(TWILIO_BYTES, now)


def test_fifty_times_real_time_is_noticed_within_a_second() -> None:
    frames = Allowance(FRAMES_A_SECOND, MOST_FRAMES_AT_ONCE, 0.0)
    taken = [frames.takes(1, number / (50 * TWILIO_FRAMES)) for number in range(50 * TWILIO_FRAMES)]
    assert not all(taken)
