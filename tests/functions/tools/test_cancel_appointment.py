"""Cancelling: the slot is free at once, and only for whom it may be."""

from collections.abc import Callable
from typing import Any

from clinic.contracts import events
from clinic.contracts.call_record import CallRecord
from functions.needs import Needs

Use = Callable[..., dict[str, Any]]
Ring = Callable[..., CallRecord]


def test_a_cancelled_appointment_frees_its_slot(book: Use, use: Use, needs: Needs) -> None:
    booked = book()
    result = use("cancel_appointment", appointment_id=booked["appointment_id"])
    assert result["success"] is True
    assert needs.open("appointments").get(booked["appointment_id"]).status == "cancelled"
    assert book(patient_name="Ravi Kumar", email="ravi@example.com")["success"] is True


def test_the_world_is_told_which_slot_is_free(book: Use, use: Use, needs: Needs) -> None:
    booked = book()
    use("cancel_appointment", appointment_id=booked["appointment_id"])
    facts = [events.decode(message.data) for message in needs.open("bus").take_due(50)]
    (freed,) = {
        (fact.doctor_id, fact.freed_at) for fact in facts if isinstance(fact, events.AppointmentCancelled)
    }
    assert freed[0] == "mehta"


def test_cancelled_twice_is_cancelled_once_and_answered_the_same(book: Use, use: Use) -> None:
    booked = book()
    first = use("cancel_appointment", appointment_id=booked["appointment_id"])
    assert use("cancel_appointment", appointment_id=booked["appointment_id"]) == first


def test_somebody_elses_appointment_is_none_of_the_callers(
    book: Use, use_in: Use, next_call: Ring, needs: Needs
) -> None:
    booked = book()
    other = next_call()
    refused = use_in(other, "cancel_appointment", appointment_id=booked["appointment_id"])
    unknown = use_in(other, "cancel_appointment", appointment_id="no-such-appointment")
    assert refused["reason_code"] == "not_yours"
    assert refused == unknown
    assert needs.open("appointments").get(booked["appointment_id"]).status == "booked"


def test_a_caller_who_was_identified_may_cancel(book: Use, use_in: Use, next_call: Ring) -> None:
    booked = book()
    other = next_call()
    use_in(other, "find_appointments", patient_name="Asha Rao", email="asha.rao@example.com")
    assert use_in(other, "cancel_appointment", appointment_id=booked["appointment_id"])["success"] is True


def test_what_another_call_has_cancelled_is_said_so(
    book: Use, use: Use, use_in: Use, next_call: Ring, ringing: CallRecord
) -> None:
    booked = book()
    use("cancel_appointment", appointment_id=booked["appointment_id"])
    again = use_in(
        next_call(2, ringing.caller_phone), "cancel_appointment", appointment_id=booked["appointment_id"]
    )
    assert again["reason_code"] == "already_cancelled"
