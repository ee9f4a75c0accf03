"""Free/busy remembered: for five minutes, as long as it was an answer."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clinic.adapters.cloud import busy_cache
from clinic.booking.mirror import SOMEBODY, STAFF
from clinic.ports import Unavailable

TEN = datetime(2027, 1, 8, 4, 30, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)
MEHTA = "mehta@clinic.example.com"


@pytest.fixture
def calendar(workspace_store: Any) -> Any:
    return workspace_store.open("calendar")


@pytest.fixture
def asked(workspace_store: Any) -> Callable[[], int]:
    return lambda: workspace_store.workspace.asked.get("calendar.freebusy.query", 0)


@pytest.fixture
def enter(workspace_store: Any) -> Callable[..., None]:
    def run(start: datetime = TEN, length: timedelta = HALF_HOUR) -> None:
        workspace_store.workspace.calendars.enter(MEHTA, uuid.uuid4().hex, start, start + length)

    return run


def test_one_request_answers_for_all_doctors_and_a_fortnight(calendar: Any, asked: Any) -> None:
    doctors = ["mehta", "rao", "reddy"]
    calendar.blocked(doctors, TEN, TEN + HALF_HOUR)
    for day in range(14):
        calendar.blocked(doctors, TEN + day * DAY, TEN + day * DAY + HALF_HOUR)
    calendar.blocked(["mehta"], TEN - DAY / 2, TEN + 14 * DAY)
    assert asked() == 1


def test_after_five_minutes_it_is_asked_again(
    calendar: Any, asked: Any, enter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calendar.blocked(["mehta"], TEN, TEN + HALF_HOUR) == {}
    enter()
    assert calendar.blocked(["mehta"], TEN, TEN + HALF_HOUR) == {}
    monkeypatch.setattr(busy_cache, "FRESH_SECONDS", 0.0)
    found = calendar.blocked(["mehta"], TEN, TEN + HALF_HOUR)
    assert {each.cell.holder for each in found.values()} == {SOMEBODY}
    assert asked() == 2


def test_what_the_events_themselves_say_is_remembered(
    calendar: Any, enter: Any, workspace_store: Any
) -> None:
    enter()
    calendar.blocked(["mehta"], TEN, TEN + HALF_HOUR)
    calendar.blocked_now("mehta", TEN, TEN + HALF_HOUR)
    found = calendar.blocked(["mehta"], TEN, TEN + HALF_HOUR)
    assert {each.cell.holder for each in found.values()} == {STAFF}
    assert len(found) == 2


def test_an_unknown_calendar_is_busy_and_asked_about_each_time(
    calendar: Any, asked: Any, workspace_store: Any
) -> None:
    del workspace_store.workspace.calendars.events[MEHTA]
    for times in (1, 2, 3):
        found = calendar.blocked(["mehta", "rao"], TEN, TEN + HALF_HOUR)
        assert sorted(found) == ["mehta_20270108T0430Z", "mehta_20270108T0445Z"]
        assert asked() == times


def test_out_of_reach_nobody_waits_twice_and_the_last_answer_counts(
    calendar: Any, enter: Any, workspace_store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter()
    calendar.blocked(["mehta"], TEN, TEN + HALF_HOUR)
    workspace_store.workspace.faults.add("calendar.", "unavailable", times=10_000)
    monkeypatch.setattr(busy_cache, "FRESH_SECONDS", 0.0)
    for _ in range(3):
        assert len(calendar.blocked(["mehta"], TEN, TEN + HALF_HOUR)) == 2
    tried = workspace_store.workspace.faults.happened["unavailable"]
    with pytest.raises(Unavailable):
        calendar.blocked_now("mehta", TEN, TEN + HALF_HOUR)
    assert workspace_store.workspace.faults.happened["unavailable"] == tried
    workspace_store.workspace.faults.clear()
    monkeypatch.setattr(busy_cache, "OUT_OF_REACH_SECONDS", 0.0)
    calendar._busy._out_of_reach_until = 0.0
    assert len(calendar.blocked_now("mehta", TEN, TEN + HALF_HOUR)) == 2


def test_more_calendars_than_one_request_takes_are_several(
    workspace_store: Any, asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(busy_cache, "_MOST_CALENDARS", 2)
    workspace_store.open("calendar").blocked(["mehta", "rao", "reddy"], TEN, TEN + HALF_HOUR)
    assert asked() == 2


def test_a_day_s_event_over_midnight_is_busy_on_both_days(calendar: Any, enter: Any) -> None:
    midnight = TEN.replace(hour=0, minute=0) + DAY
    enter(midnight - HALF_HOUR, 2 * HALF_HOUR)
    found = calendar.blocked(["mehta"], midnight - DAY, midnight + DAY)
    assert sorted(found) == [
        "mehta_20270108T2330Z",
        "mehta_20270108T2345Z",
        "mehta_20270109T0000Z",
        "mehta_20270109T0015Z",
    ]
