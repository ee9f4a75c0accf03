from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from clinic.booking.appointment import Appointment
from functions.dispatch import run_job
from functions.jobs.check_bookings import check_bookings, overlapping
from functions.needs import Needs

NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)


def appointment(number: int, minutes: int, doctor_id: str = "mehta") -> Appointment:
    """One of half an hour, that many minutes after nine."""
    begins = NINE + timedelta(minutes=minutes)
    return Appointment(
        id=f"appointment{number}",
        call_id="call",
        patient_id="patient",
        patient_name="Asha Rao",
        email="asha.rao@example.com",
        phone="",
        doctor_id=doctor_id,
        department_id="cardiology",
        starts_at=begins,
        ends_at=begins + timedelta(minutes=30),
    )


@pytest.mark.parametrize(
    ("other", "found"),
    [
        pytest.param(appointment(2, 0), True, id="the same time"),
        pytest.param(appointment(2, 15), True, id="a part of it"),
        pytest.param(appointment(2, 30), False, id="one after the other"),
        pytest.param(appointment(2, 0, "rao"), False, id="another doctor"),
    ],
)
def test_only_one_doctor_at_one_time_is_a_double_booking(other: Appointment, found: bool) -> None:
    assert bool(list(overlapping([other, appointment(1, 0)]))) is found


def test_a_book_in_order_says_nothing(book: Callable[..., dict[str, Any]], needs: Needs) -> None:
    book()
    with capture_logs() as logs:
        run_job(check_bookings, needs)
    assert logs == []


def test_a_double_booking_is_an_error_with_both_ids_and_nobody_s_name(
    book: Callable[..., dict[str, Any]], needs: Needs
) -> None:
    booked = needs.open("appointments").get(book()["appointment_id"])

    class Twice:
        """A book that was written past the rules."""

        def coming(self, after: datetime) -> list[Appointment]:
            return [booked, msgspec.structs.replace(booked, id="another")]

    with capture_logs() as logs:
        run_job(check_bookings, Needs(needs.settings, {"appointments": Twice()}))
    assert [(line["log_level"], line["event"]) for line in logs] == [("error", "! double booking")]
    assert {logs[0]["appointment_id"], logs[0]["other_appointment_id"]} == {booked.id, "another"}
    assert booked.patient_name not in str(logs)
