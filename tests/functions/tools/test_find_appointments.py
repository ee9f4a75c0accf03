"""Who may hear of which appointments."""

from collections.abc import Callable
from typing import Any

import pytest

from clinic.contracts.call_record import CallRecord
from functions.needs import Needs

Use = Callable[..., dict[str, Any]]
Ring = Callable[..., CallRecord]


def test_a_caller_from_a_number_on_record_hears_their_appointments(
    book: Use, use_in: Use, next_call: Ring, ringing: CallRecord, free_day: str
) -> None:
    booked = book()
    found = use_in(next_call(2, ringing.caller_phone), "find_appointments")
    (appointment,) = found["appointments"]
    assert appointment["appointment_id"] == booked["appointment_id"]
    assert (appointment["date"], appointment["time"]) == (free_day, "10:30 AM")
    assert "half past ten" in found["message"]


def test_name_and_address_on_record_will_do_from_any_number(
    book: Use, use_in: Use, next_call: Ring, needs: Needs
) -> None:
    book()
    other = next_call()
    found = use_in(other, "find_appointments", patient_name="asha rao", email="Asha.Rao@example.com")
    assert len(found["appointments"]) == 1
    assert len(needs.open("calls").get(other.call_id).identified) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"patient_name": "Ravi Rao", "email": "asha.rao@example.com"},
        {"patient_name": "Asha Rao", "email": "somebody@example.com"},
        {"patient_name": "Asha Rao", "phone": "+919999999999"},
    ],
)
def test_a_name_with_another_address_hears_nothing(
    book: Use, use_in: Use, next_call: Ring, said: dict[str, str]
) -> None:
    book()
    found = use_in(next_call(), "find_appointments", **said)
    assert (found["success"], found["reason_code"], found["appointments"]) == (False, "not_identified", [])


def test_a_name_alone_is_not_enough(book: Use, use_in: Use, next_call: Ring) -> None:
    book()
    found = use_in(next_call(), "find_appointments", patient_name="Asha Rao")
    assert (found["success"], found["reason_code"]) == (False, "invalid_email")


def test_wrong_three_times_offers_a_human(book: Use, use_in: Use, next_call: Ring) -> None:
    book()
    other = next_call()
    reasons = [
        use_in(other, "find_appointments", patient_name="Ravi", email=f"ravi{number}@example.com")[
            "reason_code"
        ]
        for number in range(4)
    ]
    assert reasons == ["not_identified", "not_identified", "identity_failed", "identity_failed"]


def test_a_family_that_shares_a_phone_is_asked_whom_it_is_about(
    book: Use, use_in: Use, next_call: Ring, ringing: CallRecord
) -> None:
    book()
    book(patient_name="Ravi Rao", appointment_time="11:30 AM")
    other = next_call(2, ringing.caller_phone)
    assert use_in(other, "find_appointments")["reason_code"] == "invalid_patient_name"
    (appointment,) = use_in(other, "find_appointments", patient_name="Ravi")["appointments"]
    assert appointment["patient_name"] == "Ravi Rao"


def test_nothing_found_is_said_in_words(use: Use) -> None:
    found = use("find_appointments")
    assert found["message"]
