"""Availability, as a caller asks for it."""

from collections.abc import Callable
from typing import Any

import pytest

from clinic.contracts import tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import FunctionTable
from clinic.contracts.tool_call import ToolCall
from functions.dispatch import answer_tool_call
from functions.needs import Needs
from functions.tools.book_appointment import book_appointment
from functions.tools.check_appointment_availability import check_appointment_availability

Ask = Callable[..., ToolCall[dict[str, Any]]]
Check = Callable[..., dict[str, Any]]


@pytest.fixture
def check(needs: Needs, table: FunctionTable, ask: Ask, free_day: str) -> Check:
    def run(**arguments: Any) -> dict[str, Any]:
        call = ask("check_appointment_availability", **{"appointment_date": free_day, **arguments})
        answer_tool_call(table[call.tool], check_appointment_availability, needs, tool_call.encode(call))
        result: dict[str, Any] = needs.open("ledger").answer(call.id)
        return result

    return run


@pytest.fixture
def booked(needs: Needs, table: FunctionTable, ask: Ask, free_day: str) -> None:
    """Dr. Mehta's half past ten is taken."""
    call = ask(
        "book_appointment",
        patient_name="Ravi Kumar",
        email="ravi@example.com",
        appointment_date=free_day,
        appointment_time="10:30 AM",
        doctor_name="Mehta",
        department="Cardiology",
    )
    answer_tool_call(table[call.tool], book_appointment, needs, tool_call.encode(call))


def test_a_free_slot_is_free(check: Check, free_day: str) -> None:
    result = check(appointment_time="10:30 AM", doctor_name="Dr. Mehta")
    assert result["success"] is result["available"] is True
    assert result["requested_slot"]["doctor_name"] == "Dr. Anil Mehta"
    assert result["requested_slot"]["date"] == free_day
    assert result["alternatives"] == []
    assert "half past ten" in result["message"]


@pytest.mark.usefixtures("booked")
def test_a_taken_slot_comes_with_the_nearest_free_ones(check: Check, free_day: str) -> None:
    result = check(appointment_time="10:30 AM", doctor_name="Mehta")
    assert (result["success"], result["available"], result["reason_code"]) == (True, False, "slot_taken")
    assert [(offer["date"], offer["time"]) for offer in result["alternatives"]] == [
        (free_day, "10:00 AM"),
        (free_day, "11:00 AM"),
        (free_day, "09:30 AM"),
    ]


@pytest.mark.usefixtures("booked")
def test_a_department_is_free_while_any_of_its_doctors_is(check: Check) -> None:
    result = check(appointment_time="10:30 AM", department="cardiology")
    assert result["requested_slot"]["doctor_name"] == "Dr. Kavita Rao"


def test_lunch_is_no_time_for_an_appointment(check: Check) -> None:
    result = check(appointment_time="01:15 PM", doctor_name="Mehta")
    assert (result["available"], result["reason_code"]) == (False, "outside_hours")
    assert result["alternatives"]


def test_an_appointment_may_not_run_over_closing(check: Check) -> None:
    assert check(appointment_time="04:30 PM", doctor_name="Mehta")["available"] is True
    assert check(appointment_time="04:30 PM", doctor_name="Mehta", duration_minutes=45)["available"] is False


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"appointment_date": "2020-01-03"}, "in_the_past"),
        ({"appointment_date": "2999-01-04"}, "too_far"),
    ],
)
def test_a_day_that_can_not_be_had_is_said_so(check: Check, arguments: dict[str, str], reason: str) -> None:
    result = check(appointment_time="10:30 AM", doctor_name="Mehta", **arguments)
    assert (result["available"], result["reason_code"]) == (False, reason)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"appointment_date": "friday", "doctor_name": "Mehta"}, "invalid_appointment_date"),
        ({"appointment_date": "2027-02-29", "doctor_name": "Mehta"}, "invalid_appointment_date"),
        ({"appointment_time": "25:00", "doctor_name": "Mehta"}, "invalid_appointment_time"),
        ({"duration_minutes": 0, "doctor_name": "Mehta"}, "invalid_duration_minutes"),
        ({"doctor_name": "meta"}, "doctor_unclear"),
        ({"doctor_name": "Frankenstein"}, "doctor_unknown"),
        ({}, "department_unclear"),
    ],
)
def test_what_is_not_understood_is_asked_again(check: Check, arguments: dict[str, Any], reason: str) -> None:
    result = check(**{"appointment_time": "10:30 AM", **arguments})
    assert (result["success"], result["error_type"]) == (False, "validation")
    assert result["reason_code"] == reason
    assert result["retryable"] is True
    assert result["message"]


def test_what_was_asked_for_is_noted_in_the_record(check: Check, needs: Needs, ringing: CallRecord) -> None:
    check(appointment_time="10:30 AM", doctor_name="Mehta")
    record = needs.open("calls").get(ringing.call_id)
    assert (record.department_enquired, record.doctor_enquired) == ("Cardiology", "Dr. Anil Mehta")
