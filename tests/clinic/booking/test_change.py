"""Cells: the grain at which two appointments can collide."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.booking.change import CELL, Cell, cell_id, cells_between

AT_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEN = datetime(2027, 1, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last", "cells"),
    [
        (0, 15, [0]),
        (0, 30, [0, 15]),
        (0, 16, [0, 15]),
        (5, 15, [0]),
        (5, 20, [0, 15]),
        (14, 15, [0]),
        (14, 16, [0, 15]),
        (0, 0, []),
    ],
)
def test_the_cells_of_a_time_are_all_that_it_touches(first: int, last: int, cells: list[int]) -> None:
    found = cells_between(TEN + timedelta(minutes=first), TEN + timedelta(minutes=last))
    assert found == [TEN + timedelta(minutes=minutes) for minutes in cells]


@AT_ANY_PACE
@given(st.integers(0, 3000), st.integers(1, 300), st.integers(0, 3000), st.integers(1, 300))
def test_two_times_share_a_cell_whenever_they_overlap(one: int, length: int, other: int, more: int) -> None:
    starts = TEN + timedelta(minutes=one), TEN + timedelta(minutes=other)
    ends = starts[0] + timedelta(minutes=length), starts[1] + timedelta(minutes=more)
    shared = set(cells_between(starts[0], ends[0])) & set(cells_between(starts[1], ends[1]))
    if starts[0] < ends[1] and starts[1] < ends[0]:
        assert shared
    elif not any((moment - TEN) % CELL for moment in (*starts, *ends)):
        assert not shared


def test_a_cell_has_one_id_on_every_clock() -> None:
    local = TEN.astimezone(ZoneInfo("Asia/Kolkata"))
    assert Cell("mehta", TEN).id == cell_id("mehta", local) == "mehta_20270101T1000Z"
    assert Cell("mehta", TEN + CELL).id != Cell("mehta", TEN).id != Cell("rao", TEN).id
