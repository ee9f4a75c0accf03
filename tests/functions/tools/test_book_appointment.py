"""Booking, as the model asks for it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from clinic.contracts import events
from clinic.contracts.call_record import CallRecord
from functions.needs import Needs

Book = Callable[..., dict[str, Any]]


def test_a_booking_stands_in_the_book_for_the_caller(book: Book, needs: Needs, ringing: CallRecord) -> None:
    result = book()
    appointment = needs.open("appointments").get(result["appointment_id"])
    assert result["success"] is True
    assert appointment.patient_name == "Asha Rao"
    assert appointment.phone == ringing.caller_phone
    assert appointment.doctor_id == "mehta"
    assert (appointment.ends_at - appointment.starts_at).total_seconds() == 30 * 60


def test_a_booking_tells_the_world_once(book: Book, needs: Needs) -> None:
    result = book()
    told = [events.decode(message.data) for message in needs.open("bus").take_due(10)]
    assert {fact.appointment_id for fact in told if isinstance(fact, events.AppointmentBooked)} == {
        result["appointment_id"]
    }
    assert len({fact.id for fact in told}) == 1


def test_the_same_slot_is_refused_to_the_next_with_alternatives(book: Book) -> None:
    book()
    result = book(patient_name="Ravi Kumar", email="ravi@example.com")
    assert (result["success"], result["reason_code"]) == (False, "slot_taken")
    assert len(result["alternatives"]) == 3


def test_an_overlap_of_any_kind_is_refused(book: Book) -> None:
    book()
    assert book(appointment_time="10:15 AM")["reason_code"] == "slot_taken"
    assert book(appointment_time="10:45 AM")["reason_code"] == "slot_taken"
    assert book(appointment_time="11:00 AM")["success"] is True


def test_of_twenty_callers_at_once_one_gets_the_slot(book: Book) -> None:
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda number: book(patient_name=f"Caller {number}a"), range(20)))
    assert sum(result["success"] for result in results) == 1
    assert all(result["alternatives"] for result in results if not result["success"])


def test_the_patient_is_known_from_then_on(book: Book, needs: Needs, ringing: CallRecord) -> None:
    book()
    (patient,) = needs.open("patients").with_phone(ringing.caller_phone)
    assert (patient.name, patient.email) == ("Asha Rao", "asha.rao@example.com")


def test_the_record_says_who_was_booked_with_whom(book: Book, needs: Needs, ringing: CallRecord) -> None:
    book()
    record = needs.open("calls").get(ringing.call_id)
    assert (record.customer_name, record.doctor_enquired) == ("Asha Rao", "Dr. Anil Mehta")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"email": "asha at example"}, "invalid_email"),
        ({"patient_name": " "}, "invalid_patient_name"),
        ({"phone": "12"}, "invalid_phone"),
        ({"doctor_name": "meta"}, "doctor_unclear"),
        ({"appointment_time": "noonish"}, "invalid_appointment_time"),
    ],
)
def test_nothing_is_booked_on_what_was_not_understood(
    book: Book, needs: Needs, ringing: CallRecord, changes: dict[str, str], reason: str
) -> None:
    result = book(**changes)
    assert (result["success"], result["reason_code"]) == (False, reason)
    assert needs.open("appointments").of_call(ringing.call_id) == []


def test_the_same_booking_asked_twice_in_a_call_is_one_appointment(
    book: Book, needs: Needs, ringing: CallRecord
) -> None:
    first, again = book(), book(patient_name="ASHA  RAO")
    assert again == first
    assert len(needs.open("appointments").of_call(ringing.call_id)) == 1


def test_a_slot_held_for_this_call_is_booked_and_the_others_are_given_back(
    book: Book, use: Book, needs: Needs, ringing: CallRecord, free_day: str
) -> None:
    book(patient_name="Ravi Kumar", email="ravi@example.com")
    use(
        "check_appointment_availability",
        appointment_date=free_day,
        appointment_time="10:30 AM",
        doctor_name="Mehta",
    )
    assert len(needs.open("appointments").held_by(ringing.call_id)) == 6
    assert book(appointment_time="11:00 AM")["success"] is True
    assert needs.open("appointments").held_by(ringing.call_id) == {}


def test_a_slot_held_for_another_call_is_not_to_be_had(
    book: Book, use_in: Book, next_call: Callable[..., CallRecord], free_day: str
) -> None:
    other = next_call()
    asked = {"appointment_date": free_day, "appointment_time": "10:30 AM", "doctor_name": "Mehta"}
    assert use_in(other, "check_appointment_availability", **asked)["available"] is True
    assert book()["reason_code"] == "slot_taken"
