"""Finding, cancelling and moving appointments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest

from clinic.directory import Clinic
from rehearsal.receptionist.actions import Call
from rehearsal.receptionist.changing import choose, found, go_on, moved
from rehearsal.receptionist.desk import Desk
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.notes import Slot
from rehearsal.receptionist.questions import Question
from rehearsal.speech.expecting import Expecting

Begin = Callable[..., Any]
ON_RECORD = (
    "[The call is connected. Greet the caller."
    " The caller's number +919849012345 is on record: Asha Rao, asha@example.com.]"
)

FRIDAY = {
    "appointment_id": "A1",
    "doctor_name": "Dr. Anil Mehta",
    "department": "Cardiology",
    "date": "2026-12-04",
    "time": "11:00 AM",
}
MONDAY = {**FRIDAY, "appointment_id": "A2", "doctor_name": "Dr. Kavita Rao", "date": "2026-12-07"}


@pytest.fixture
def desk(clinic: Clinic, all_declared: dict[str, Any], now: Callable[[], datetime]) -> Desk:
    desk = Desk(clinic, all_declared, now)
    desk.notes.wish, desk.notes.name, desk.notes.name_sure = Wish.CANCEL, "Asha Rao", True
    return desk


def test_the_appointments_are_looked_up_by_all_that_is_known(desk: Desk) -> None:
    desk.notes.email, desk.notes.caller_phone = "asha@example.com", "+919849012345"
    person = {"patient_name": "Asha Rao", "email": "asha@example.com", "phone": "+919849012345"}
    assert go_on(desk) == [Call("find_appointments", person)]


def test_a_caller_with_a_number_and_no_name_is_looked_up_by_the_number(desk: Desk) -> None:
    desk.notes.name, desk.notes.caller_phone = "", "+919849012345"
    assert go_on(desk) == [Call("find_appointments", {"phone": "+919849012345"})]
    found(desk, {"success": True, "message": "None.", "appointments": []})
    assert desk.question is Question.NAME
    desk.notes.name, desk.notes.name_sure = "Asha Rao", True
    assert go_on(desk)[0] == Call("find_appointments", {"patient_name": "Asha Rao", "phone": "+919849012345"})


def test_the_doctor_or_the_day_that_was_named_tells_which_appointment(desk: Desk) -> None:
    desk.notes.doctor_name = "Dr. Kavita Rao"
    found(desk, {"success": True, "message": "Two.", "appointments": [FRIDAY, MONDAY]})
    assert desk.notes.appointment is not None
    assert desk.notes.appointment.appointment_id == "A2"
    assert desk.question is Question.CANCEL_IT


def test_of_several_that_fit_it_asks_which(desk: Desk) -> None:
    found(desk, {"success": True, "message": "Two.", "appointments": [FRIDAY, MONDAY]})
    assert desk.question is Question.WHICH_APPOINTMENT


def test_the_day_of_the_appointment_itself_is_no_day_to_move_it_to(desk: Desk) -> None:
    appointment = Slot("Dr. Anil Mehta", "Cardiology", date(2026, 12, 4), time(11), "", "A1")
    desk.notes.day = date(2026, 12, 4)
    choose(desk.notes, appointment)
    assert desk.notes.day is None
    desk.notes.day, desk.notes.time = date(2026, 12, 4), time(15)
    choose(desk.notes, appointment)
    assert desk.notes.day == date(2026, 12, 4)


def test_a_new_time_alone_is_meant_for_the_same_day(desk: Desk) -> None:
    desk.notes.wish, desk.notes.time = Wish.MOVE, time(15)
    (made,) = found(desk, {"success": True, "message": "One.", "appointments": [FRIDAY]})
    assert isinstance(made, Call)
    assert made.args["appointment_date"] == "2026-12-04"
    assert made.args["appointment_time"] == "03:00 PM"


def test_a_move_that_is_refused_brings_other_times(desk: Desk) -> None:
    desk.notes.wish = Wish.MOVE
    found(desk, {"success": True, "message": "One.", "appointments": [FRIDAY]})
    desk.notes.day, desk.notes.time = date(2026, 12, 7), time(11)
    moved(desk, {"success": False, "message": "Taken.", "alternatives": [FRIDAY]})
    assert desk.question is Question.CHOICE


def test_cancelling_is_referred_to_staff_where_the_tool_is_not_declared(call: Begin) -> None:
    conversation = call()
    heard = conversation.says("i want to cancel my appointment")
    assert "I can not cancel appointments here" in heard
    assert "plus 9 1, 4 0 0, 0 0 0, 0 0 0 0" in heard
    assert [made.name for made in conversation.calls] == ["log_call_information"]


def test_an_appointment_is_found_read_back_and_cancelled(call: Begin, all_declared: dict[str, Any]) -> None:
    conversation = call(all_declared)
    assert conversation.says("i want to cancel my appointment") == "What is your name, please?"
    assert conversation.says("asha rao") == (
        "That is your appointment with Doctor Mehta on Friday the 4th of December at eleven o'clock in the"
        " morning. Shall I cancel it?"
    )
    assert conversation.says("yes").startswith("The clinic did cancel_appointment.")
    assert conversation.called("cancel_appointment") == [{"appointment_id": "A1"}]
    assert conversation.called("log_call_information")[0]["call_type"] == "cancellation"


def test_an_appointment_is_kept_when_the_caller_thinks_better_of_it(
    call: Begin, all_declared: dict[str, Any]
) -> None:
    conversation = call(all_declared)
    assert "stays as it is" in conversation.says(ON_RECORD, "i want to cancel my appointment", "no")
    assert conversation.called("cancel_appointment") == []


def test_of_several_appointments_the_one_meant_is_moved(call: Begin, all_declared: dict[str, Any]) -> None:
    conversation = call(all_declared)
    second = {**conversation.clinic.appointments[0], "appointment_id": "A2", "date": "2026-12-11"}
    conversation.clinic.appointments.append({**second, "spoken": "Friday the 11th of December at eleven"})
    asked = conversation.says(ON_RECORD, "i would like to move my appointment to monday at ten")
    assert asked.endswith("Which one do you mean?")
    assert conversation.says("the second one").endswith(
        "So I move your appointment with Doctor Mehta to Monday the 30th of November at ten o'clock."
        " Shall I do that?"
    )
    conversation.says("yes")
    assert conversation.called("reschedule_appointment") == [
        {"appointment_id": "A2", "appointment_date": "2026-11-30", "appointment_time": "10:00 AM"}
    ]


def test_an_appointment_is_moved_to_an_alternative_of_the_same_doctor(
    call: Begin, all_declared: dict[str, Any]
) -> None:
    conversation = call(all_declared)
    conversation.clinic.taken = {("2026-11-30", "10:00 AM")}
    conversation.clinic.alternatives[0] = {
        **conversation.clinic.alternatives[0],
        "doctor_name": "Dr. Kavita Rao",
    }
    offered = conversation.says(ON_RECORD, "move my appointment to monday at ten")
    assert "Doctor Rao" not in offered
    conversation.says("yes", "yes")
    assert conversation.called("reschedule_appointment")[0]["appointment_time"] == "11:30 AM"


def test_moving_is_referred_to_staff_where_the_tool_is_not_declared(call: Begin) -> None:
    assert "can not move appointments here" in call().says("i need to reschedule my appointment")


def test_an_appointment_not_found_by_name_is_looked_for_by_number(
    call: Begin, all_declared: dict[str, Any]
) -> None:
    conversation = call(all_declared)
    conversation.clinic.appointments = []
    assert "phone number" in conversation.says("cancel my appointment", "asha rao")
    assert conversation.expects(Expecting.DIGITS)
    conversation.says("nine eight four double nine oh", "one two three four")
    assert conversation.called("find_appointments")[1] == {"patient_name": "Asha Rao", "phone": "9849901234"}
