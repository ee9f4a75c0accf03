"""The book in Firestore, where one question takes more queries than one, or one change more than cells."""

from datetime import UTC, datetime, timedelta

import msgspec
from google.cloud.firestore import Client

from clinic.adapters.cloud.appointments import CloudAppointments
from clinic.adapters.cloud.calls import CloudCalls
from clinic.adapters.cloud.patients import CloudPatients
from clinic.booking.appointment import Appointment, Patient
from clinic.booking.change import CELL, Change
from clinic.contracts.call_record import CallNotes, CallRecord

TEN = datetime(2027, 1, 1, 10, tzinfo=UTC)
ASHA = Patient(id="asha", name="Asha Rao", email="asha@example.com", phone="+919812345678")


def an_appointment(number: int) -> Appointment:
    """Return an appointment of a patient of its own; the higher its number, the sooner."""
    return Appointment(
        id=f"appointment{number}",
        call_id="call-1",
        patient_id=f"patient{number}",
        patient_name="Asha Rao",
        email="asha@example.com",
        phone="",
        doctor_id="mehta",
        department_id="hearts",
        starts_at=TEN - CELL * number,
        ends_at=TEN - CELL * (number - 1),
    )


def test_the_appointments_of_more_patients_than_one_query_takes_are_in_order(client: Client) -> None:
    book = CloudAppointments(client)
    for number in range(35):
        book.apply(Change(appointment=an_appointment(number)))
    patients = [f"patient{number}" for number in range(65)]
    found = book.of_patients(patients, TEN - CELL * 33)
    assert found == [an_appointment(number) for number in reversed(range(33))]
    assert book.of_patients([], TEN - timedelta(days=9)) == []


def test_what_is_coming_is_what_stands_and_is_not_over(client: Client) -> None:
    book = CloudAppointments(client)
    cancelled = msgspec.structs.replace(an_appointment(2), status="cancelled")
    for appointment in (an_appointment(0), an_appointment(1), cancelled, an_appointment(3)):
        book.apply(Change(appointment=appointment))
    assert book.coming(TEN - CELL * 4) == [an_appointment(3), an_appointment(1), an_appointment(0)]
    assert book.coming(TEN - CELL * 3) == [an_appointment(1), an_appointment(0)]
    assert book.coming(TEN) == []


def test_a_change_that_no_tool_call_asked_for_is_written_whole(client: Client) -> None:
    calls = CloudCalls(client, timedelta(minutes=10))
    calls.ring(
        CallRecord(call_id="call-1", session_id="CA1", channel="phone", timestamp=TEN), "ticket", TEN, 1
    )
    noted = CallNotes(call_id="call-1", identified=("asha", "ravi"))
    CloudAppointments(client).apply(Change(patient=ASHA, call_notes=noted))
    assert CloudPatients(client).with_phone(ASHA.phone) == [ASHA]
    record = calls.get("call-1")
    assert record is not None
    assert record.identified == ("asha", "ravi")
