"""Who follows whom: every way in which an event and its appointment can differ."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from clinic.booking.appointment import Appointment
from clinic.booking.drift import drift_of
from clinic.booking.mirror import Mirrored, Place, event_of, place_of
from clinic.directory import Clinic

TEN = datetime(2027, 1, 8, 4, 30, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
HERE = Place("mehta", TEN, TEN + HALF_HOUR)
LATER = Place("mehta", TEN + HALF_HOUR, TEN + 2 * HALF_HOUR)
THERE = Place("rao", TEN, TEN + HALF_HOUR)

ASHA = Appointment(
    id="abcde0",
    call_id="call-1",
    patient_id="asha",
    patient_name="Asha Rao",
    email="asha@example.com",
    phone="+919812345678",
    doctor_id="mehta",
    department_id="hearts",
    starts_at=HERE.starts_at,
    ends_at=HERE.ends_at,
)


def event(place: Place = HERE, written: Place = HERE, deleted: bool = False) -> Mirrored:
    return Mirrored(appointment_id=ASHA.id, place=place, written=written, version="1", deleted=deleted)


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([event()], None),
        ([event(), event(THERE, THERE, deleted=True)], None),
        ([], "missing"),
        ([event(LATER, LATER, deleted=True)], "missing"),
        ([event(deleted=True)], "deleted_by_staff"),
        ([event(LATER, LATER)], "outdated"),
        ([event(THERE, THERE)], "outdated"),
        ([event(), event(THERE, THERE)], "left_over"),
        ([event(LATER)], "moved_by_staff"),
        ([event(THERE), event(deleted=True)], "moved_by_staff"),
        ([event(HERE, LATER)], "followed"),
        ([event(THERE, LATER)], "outdated"),
    ],
)
def test_an_appointment_that_stands(events: list[Mirrored], kind: str | None) -> None:
    found = drift_of(ASHA, events)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("events", "changes", "kind"),
    [
        ([], {}, None),
        ([event(deleted=True)], {}, None),
        ([event()], {}, "left_over"),
        ([event(LATER)], {}, "left_over"),
        ([], {"calendar": "pending"}, "pending"),
    ],
)
def test_an_appointment_that_is_cancelled(
    events: list[Mirrored], changes: dict[str, Any], kind: str | None
) -> None:
    cancelled = msgspec.structs.replace(ASHA, status="cancelled", **changes)
    found = drift_of(cancelled, events)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("events", "kind"), [([event()], "pending"), ([event(deleted=True)], "missing"), ([], "missing")]
)
def test_an_appointment_that_waits_for_its_calendar(events: list[Mirrored], kind: str) -> None:
    found = drift_of(msgspec.structs.replace(ASHA, calendar="pending"), events)
    assert found is not None
    assert found.kind == kind


def test_an_event_says_who_comes_and_how_to_reach_them(small: Clinic) -> None:
    made = event_of(ASHA, small)
    assert (made.appointment_id, made.place) == (ASHA.id, place_of(ASHA))
    assert made.title == "Asha Rao (Hearts)"
    assert "+919812345678" in made.details
    assert "Phone" not in event_of(msgspec.structs.replace(ASHA, phone=""), small).details
