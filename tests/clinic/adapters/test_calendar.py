"""The contract of `Calendar`: one event per appointment, and staff's own events are busy time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from clinic.booking.mirror import CalendarEvent, Place
from clinic.ports import Calendar, Overtaken

TEN = datetime(2027, 1, 8, 4, 30, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)
ASHA = "0123456789abcdefghijklmnop"


def place(doctor_id: str = "mehta", later: int = 0) -> Place:
    """Return a half hour, so many half hours after ten."""
    return Place(doctor_id, TEN + later * HALF_HOUR, TEN + (later + 1) * HALF_HOUR)


def event(at: Place | None = None, **changes: Any) -> CalendarEvent:
    made = CalendarEvent(
        appointment_id=ASHA, place=at or place(), title="Asha Rao (Cardiology)", details="Phone: +91…"
    )
    return msgspec.structs.replace(made, **changes)


def standing(calendar: Calendar, doctor_id: str = "mehta") -> list[tuple[str, Place]]:
    found = calendar.mirrored(doctor_id, TEN - DAY)
    return [(each.appointment_id, each.place) for each in found if not each.deleted]


def test_an_event_is_found_where_it_was_put(calendar: Calendar) -> None:
    calendar.put(event())
    (found,) = calendar.mirrored("mehta", TEN - DAY)
    assert (found.appointment_id, found.place, found.written, found.deleted) == (
        ASHA,
        place(),
        place(),
        False,
    )
    assert not found.is_moved_by_hand
    assert calendar.mirrored("rao", TEN - DAY) == []
    assert calendar.mirrored("mehta", TEN + DAY) == []


def test_an_event_put_again_is_one_event(calendar: Calendar) -> None:
    for later in (0, 0, 2):
        calendar.put(event(place(later=later)))
    assert standing(calendar) == [(ASHA, place(later=2))]


def test_many_who_put_an_event_at_once_put_one(store: Any) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: store.open("calendar").put(event()), range(6)))
    assert len(standing(store.open("calendar"))) == 1


def test_a_removed_event_is_gone_and_comes_back(calendar: Calendar) -> None:
    calendar.put(event())
    for _ in range(2):
        calendar.remove("mehta", ASHA)
        assert standing(calendar) == []
    calendar.put(event(place(later=1)))
    assert standing(calendar) == [(ASHA, place(later=1))]
    calendar.remove("rao", "nobody0")


def test_what_staff_have_moved_shows_where_it_was_put(store: Any, calendar: Calendar) -> None:
    calendar.put(event())
    store.move_by_hand(ASHA, place(), place(later=3))
    (found,) = calendar.mirrored("mehta", TEN - DAY)
    assert (found.place, found.written, found.is_moved_by_hand) == (place(later=3), place(), True)


def test_what_staff_have_given_to_a_colleague_shows_whose_it_was(store: Any, calendar: Calendar) -> None:
    calendar.put(event())
    store.move_by_hand(ASHA, place(), place("rao"))
    assert standing(calendar) == []
    (found,) = calendar.mirrored("rao", TEN - DAY)
    assert (found.place, found.written, found.is_moved_by_hand) == (place("rao"), place(), True)


def test_a_put_over_another_version_is_overtaken(store: Any, calendar: Calendar) -> None:
    calendar.put(event())
    (seen,) = calendar.mirrored("mehta", TEN - DAY)
    calendar.put(event(place(later=1)), over=seen.version)
    store.move_by_hand(ASHA, place(later=1), place(later=4))
    (after,) = calendar.mirrored("mehta", TEN - DAY)
    assert after.version != seen.version
    with pytest.raises(Overtaken):
        calendar.put(event(), over=seen.version)
    assert standing(calendar) == [(ASHA, place(later=4))]
    with pytest.raises(Overtaken):
        calendar.put(event(appointment_id="nobody0"), over=seen.version)


def test_staff_s_events_are_busy_and_ours_are_not(store: Any, calendar: Calendar) -> None:
    calendar.put(event())
    store.enter_by_hand(Place("mehta", TEN + timedelta(minutes=70), TEN + timedelta(minutes=95)))
    cells = calendar.blocked_now("mehta", TEN - DAY, TEN + DAY)
    assert sorted(cells) == ["mehta_20270108T0530Z", "mehta_20270108T0545Z", "mehta_20270108T0600Z"]
    assert {each.cell.state for each in cells.values()} == {"blocked"}
    assert calendar.blocked_now("rao", TEN - DAY, TEN + DAY) == {}


def test_a_window_cuts_what_is_busy(store: Any, calendar: Calendar) -> None:
    store.enter_by_hand(Place("mehta", TEN - DAY, TEN + DAY))
    first, last = TEN + HALF_HOUR, TEN + 2 * HALF_HOUR
    wanted = ["mehta_20270108T0500Z", "mehta_20270108T0515Z"]
    assert sorted(calendar.blocked_now("mehta", first, last)) == wanted
    assert sorted(calendar.blocked(["mehta", "rao"], first, last)) == wanted


def test_busy_time_of_several_doctors_and_days_comes_together(store: Any, calendar: Calendar) -> None:
    store.enter_by_hand(Place("mehta", TEN, TEN + HALF_HOUR))
    store.enter_by_hand(Place("rao", TEN + 9 * DAY, TEN + 9 * DAY + HALF_HOUR))
    found = calendar.blocked(["mehta", "rao", "reddy"], TEN - DAY, TEN + 14 * DAY)
    assert sorted(found) == [
        "mehta_20270108T0430Z",
        "mehta_20270108T0445Z",
        "rao_20270117T0430Z",
        "rao_20270117T0445Z",
    ]
