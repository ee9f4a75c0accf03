"""When a reminder is due: a day and two hours before, unless the appointment is newer than that."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from clinic.booking.appointment import Appointment
from clinic.booking.reminders import FURTHEST, REMINDERS

START = datetime(2026, 12, 4, 5, tzinfo=UTC)
DAY, SOON = REMINDERS


def appointment(**changes: Any) -> Appointment:
    made = Appointment(
        id="abc",
        call_id="call-1",
        patient_id="asha",
        patient_name="Asha Rao",
        email="asha@example.com",
        phone="",
        doctor_id="mehta",
        department_id="hearts",
        starts_at=START,
        ends_at=START + timedelta(minutes=30),
        arranged_at=START - timedelta(days=9),
    )
    return msgspec.structs.replace(made, **changes)


def due(hours_before: float, **changes: Any) -> list[str]:
    now = START - timedelta(hours=hours_before)
    return [each.kind for each in REMINDERS if each.is_due(appointment(**changes), now)]


@pytest.mark.parametrize(
    ("hours_before", "kinds"),
    [
        (24.1, []),
        (24, ["reminder"]),
        (12.1, ["reminder"]),
        (12, []),
        (2.1, []),
        (2, ["reminder_soon"]),
        (0.6, ["reminder_soon"]),
        (0.5, []),
        (0, []),
        (-1, []),
    ],
)
def test_each_reminder_has_its_time(hours_before: float, kinds: list[str]) -> None:
    assert due(hours_before) == kinds


def test_what_was_booked_or_moved_inside_the_time_gets_none_of_it() -> None:
    assert due(20, arranged_at=START - timedelta(hours=23)) == []
    assert due(1, arranged_at=START - timedelta(hours=23)) == ["reminder_soon"]
    assert due(1, arranged_at=START - timedelta(hours=1, minutes=30)) == []
    assert due(20, arranged_at=None) == ["reminder"]


def test_it_dies_with_the_appointment() -> None:
    assert due(24, status="cancelled") == due(2, status="cancelled") == []


def test_a_moved_appointment_has_new_reminders_and_the_same_start_the_same() -> None:
    moved = appointment(starts_at=START + timedelta(days=1))
    assert DAY.key(appointment()) == "reminder-abc-20261204T0500Z" != DAY.key(moved)
    assert DAY.key(appointment()) != SOON.key(appointment())
    assert timedelta(hours=24) == FURTHEST
