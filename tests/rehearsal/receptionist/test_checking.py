"""Asking whether a time is free, and dealing with a no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest

from clinic.directory import Clinic
from rehearsal.receptionist.actions import Action, Call, Say
from rehearsal.receptionist.checking import check, checked, needs_check, refused
from rehearsal.receptionist.desk import Desk
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.questions import Question
from rehearsal.speech.expecting import Expecting

Begin = Callable[..., Any]
ON_RECORD = (
    "[The call is connected. Greet the caller."
    " The caller's number +919849012345 is on record: Asha Rao, asha@example.com.]"
)
WISH = "i would like to see doctor mehta on the fourth of december at ten thirty a m"
MAIL = "alpha sierra hotel alpha dot romeo alpha oscar at example dot com"
CHECKED = {
    "appointment_date": "2026-12-04",
    "appointment_time": "10:30 AM",
    "doctor_name": "Dr. Anil Mehta",
    "department": "Cardiology",
}
BOOKED = {"patient_name": "Asha Rao", "email": "asha.rao@example.com", **CHECKED}

OFFER = {
    "doctor_name": "Dr. Kavita Rao",
    "department": "Cardiology",
    "date": "2026-12-04",
    "time": "11:00 AM",
}


@pytest.fixture
def desk(clinic: Clinic, declared: dict[str, Any], now: Callable[[], datetime]) -> Desk:
    desk = Desk(clinic, declared, now)
    notes = desk.notes
    notes.wish, notes.doctor_name, notes.department = Wish.BOOK, "Dr. Anil Mehta", "Cardiology"
    notes.day, notes.time = date(2026, 12, 4), time(14, 30)
    return desk


def said(actions: list[Action]) -> str:
    return " ".join(action.text for action in actions if isinstance(action, Say))


def test_the_check_names_day_and_time_as_tools_take_them(desk: Desk) -> None:
    (made,) = check(desk)
    assert isinstance(made, Call)
    assert (made.args["appointment_date"], made.args["appointment_time"]) == ("2026-12-04", "02:30 PM")


def test_what_was_found_free_is_not_checked_again_until_it_changes(desk: Desk) -> None:
    assert needs_check(desk)
    result = {"success": True, "available": True, "message": "Dr. Mehta is free."}
    assert said(checked(desk, result, desk.say)) == "Doctor Mehta is free."
    assert not needs_check(desk)
    desk.notes.time = time(15)
    assert needs_check(desk)


def test_the_slot_that_is_free_tells_which_doctor(desk: Desk) -> None:
    desk.notes.doctor_name = ""
    result = {"success": True, "available": True, "message": "", "requested_slot": OFFER}
    checked(desk, result, lambda _: [])
    assert desk.notes.doctor_name == "Dr. Kavita Rao"


def test_alternatives_already_in_the_message_are_not_read_twice(desk: Desk) -> None:
    offer = {**OFFER, "spoken": "Friday at eleven"}
    words = said(refused(desk, {"message": "Taken. I have Friday at eleven.", "alternatives": [offer]}))
    assert words == "Taken. I have Friday at eleven. Which one would you like?"


def test_an_alternative_without_date_or_time_is_not_offered(desk: Desk) -> None:
    refused(desk, {"message": "Taken.", "alternatives": [{}, {"date": "soon", "time": "later"}]})
    assert desk.notes.offers == ()
    assert desk.question is Question.OTHER_TIME


def test_a_colleagues_slot_is_no_place_to_move_an_appointment_to(desk: Desk) -> None:
    desk.notes.wish = Wish.MOVE
    refused(desk, {"message": "Taken.", "alternatives": [OFFER]})
    assert desk.notes.offers == ()


@pytest.mark.parametrize(
    ("reason", "question", "forgotten"),
    [
        ("invalid_appointment_date", Question.DAY, "day"),
        ("invalid_appointment_time", Question.TIME, "time"),
        ("doctor_unclear", Question.DOCTOR, "doctor_name"),
        ("doctor_unknown", Question.DOCTOR, "department"),
        ("invalid_email", Question.EMAIL, "email"),
        ("invalid_patient_name", Question.NAME_SPELLED, "name"),
        ("invalid_phone", Question.PHONE, "phone"),
    ],
)
def test_what_could_not_be_read_is_forgotten_and_asked_again(
    desk: Desk, reason: str, question: Question, forgotten: str
) -> None:
    words = said(refused(desk, {"success": False, "reason_code": reason, "message": "Which one?"}))
    assert words == "Which one?"
    assert desk.question is question
    assert not getattr(desk.notes, forgotten)


@pytest.mark.parametrize("error_type", ["service", "unknown"])
def test_after_a_fault_another_try_is_offered(desk: Desk, error_type: str) -> None:
    words = said(refused(desk, {"success": False, "error_type": error_type, "message": "Sorry."}))
    assert words == "Sorry. Shall I try again?"


def test_of_a_taken_slot_the_second_alternative_is_booked(call: Begin) -> None:
    conversation = call()
    conversation.clinic.taken = {("2026-12-04", "10:30 AM")}
    offered = conversation.says(ON_RECORD, WISH)
    assert offered.startswith("Doctor Anil Mehta is not free then. I could offer the first, Friday the 4th")
    assert offered.endswith("Which one would you like?")
    assert "half past eleven, for Asha Rao" in conversation.says("the second one")
    conversation.says("yes")
    assert conversation.called("book_appointment")[0]["appointment_time"] == "11:30 AM"
    assert len(conversation.called("check_appointment_availability")) == 1


@pytest.mark.parametrize("choice", ["at half past eleven", "eleven thirty", "the last", "the later one"])
def test_an_alternative_is_chosen_by_its_time_or_its_place(call: Begin, choice: str) -> None:
    conversation = call()
    conversation.clinic.taken = {("2026-12-04", "10:30 AM")}
    assert "half past eleven, for Asha Rao" in conversation.says(ON_RECORD, WISH, choice)


def test_other_days_can_be_asked_for_instead_of_the_alternatives(call: Begin) -> None:
    conversation = call()
    conversation.clinic.taken = {("2026-12-04", "10:30 AM")}
    assert conversation.says(ON_RECORD, WISH, "no neither") == "Which other day or time would you like?"
    assert "Monday the 7th of December at half past ten" in conversation.says("on the seventh of december")


def test_a_slot_lost_at_the_last_moment_brings_alternatives(call: Begin) -> None:
    conversation = call()
    conversation.says(ON_RECORD, WISH)
    conversation.clinic.taken = {("2026-12-04", "10:30 AM")}
    assert conversation.says("yes").startswith("Somebody was faster. I could offer")
    conversation.says("the first one", "yes")
    assert [args["appointment_time"] for args in conversation.called("book_appointment")] == [
        "10:30 AM",
        "11:00 AM",
    ]


def test_the_soonest_time_is_looked_for_from_now_on(call: Begin) -> None:
    conversation = call()
    conversation.says("doctor mehta as soon as possible")
    asked = conversation.called("check_appointment_availability")[0]
    assert (asked["appointment_date"], asked["appointment_time"]) == ("2026-11-25", "10:00 AM")


def test_a_failure_of_a_tool_is_spoken_and_tried_again_when_wanted(call: Begin) -> None:
    conversation = call()
    conversation.clinic.results["check_appointment_availability"] = {
        "success": False,
        "error_type": "service",
        "message": "The appointment book does not answer.",
    }
    assert conversation.says(WISH) == "The appointment book does not answer. Shall I try again?"
    conversation.clinic.results.clear()
    assert "your name" in conversation.says("yes")
    assert conversation.called("check_appointment_availability") == [CHECKED, CHECKED]


def test_a_question_in_a_tools_message_is_not_asked_twice(call: Begin) -> None:
    conversation = call()
    message = "That e-mail address can't be right. Could you spell it again, please?"
    conversation.clinic.results["book_appointment"] = {
        "success": False,
        "error_type": "validation",
        "reason_code": "invalid_email",
        "message": message,
        "retryable": True,
    }
    assert conversation.says(ON_RECORD, WISH, "yes") == message
    assert conversation.expects(Expecting.SPELLING)
    conversation.clinic.results.clear()
    conversation.says(MAIL, "yes", "yes")
    assert conversation.called("book_appointment")[1] == BOOKED


def test_where_nothing_is_free_the_waiting_list_is_offered(call: Begin, all_declared: dict[str, Any]) -> None:
    conversation = call(all_declared)
    conversation.clinic.taken = {("2026-12-04", "10:30 AM")}
    conversation.clinic.alternatives = []
    assert conversation.says(ON_RECORD, WISH).endswith("Shall I put you on the waiting list?")
    conversation.says("yes")
    assert conversation.called("join_waitlist") == [
        {
            "patient_name": "Asha Rao",
            "email": "asha@example.com",
            "phone": "+919849012345",
            "doctor_name": "Dr. Anil Mehta",
            "preferred_date": "2026-12-04",
        }
    ]
