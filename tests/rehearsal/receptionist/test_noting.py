"""What is written down of what was understood."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clinic.directory import Clinic
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.notes import Notes
from rehearsal.receptionist.noting import note
from rehearsal.receptionist.questions import Question
from rehearsal.receptionist.understanding import Context, understand

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

MORNING = datetime(2026, 11, 25, 9, 5, tzinfo=ZoneInfo("Asia/Kolkata"))
NIGHT = MORNING.replace(hour=22)


def heard(
    notes: Notes, said: str, clinic: Clinic, question: Question = Question.HELP, now: datetime = MORNING
) -> bool:
    understood = understand(said, Context(question, clinic, now.date(), part=notes.part))
    return note(notes, understood, clinic, now, question)


def test_what_is_said_later_replaces_what_was_said_before(clinic: Clinic) -> None:
    notes = Notes()
    assert heard(notes, "doctor mehta on friday at ten", clinic)
    assert heard(notes, "no with doctor khan on monday", clinic)
    assert notes.request == ("Dr. Farah Khan", "Paediatrics", date(2026, 11, 30), time(10))


def test_what_is_said_again_changes_nothing(clinic: Clinic) -> None:
    notes = Notes()
    heard(notes, "doctor mehta on friday at ten", clinic)
    assert not heard(notes, "yes friday at ten", clinic, Question.BOOK_IT)


def test_a_doctor_of_two_departments_keeps_the_one_that_was_named(clinic: Clinic) -> None:
    notes = Notes()
    heard(notes, "general medicine", clinic)
    heard(notes, "doctor rao", clinic)
    assert (notes.doctor_name, notes.department) == ("Dr. Kavita Rao", "General Medicine")


def test_another_department_lets_go_of_the_doctor(clinic: Clinic) -> None:
    notes = Notes()
    heard(notes, "doctor mehta", clinic)
    heard(notes, "no a dermatologist", clinic)
    assert (notes.doctor_name, notes.department) == ("", "Dermatology")


def test_another_part_of_the_day_lets_go_of_the_time(clinic: Clinic) -> None:
    notes = Notes()
    heard(notes, "doctor mehta on friday at ten", clinic)
    heard(notes, "no in the afternoon", clinic, Question.BOOK_IT)
    assert (notes.time, notes.part) == (None, "afternoon")


@pytest.mark.parametrize(
    ("said", "now", "day", "moment"),
    [
        ("doctor mehta as soon as possible", MORNING, date(2026, 11, 25), time(10, 15)),
        ("doctor mehta as soon as possible", NIGHT, date(2026, 11, 26), time(9)),
        ("the earliest on friday with doctor mehta", MORNING, date(2026, 11, 27), time(9)),
        ("doctor mehta friday any time in the afternoon", MORNING, date(2026, 11, 27), time(14)),
    ],
)
def test_the_soonest_and_any_time_become_a_time_to_begin_from(
    clinic: Clinic, said: str, now: datetime, day: date, moment: time
) -> None:
    notes = Notes()
    heard(notes, said, clinic, now=now)
    assert (notes.day, notes.time) == (day, moment)


def test_an_enquiry_becomes_a_booking_but_not_the_other_way_round(clinic: Clinic) -> None:
    notes = Notes()
    wishes = []
    for said in ("is doctor mehta free tomorrow", "i want to book it", "is doctor khan free then"):
        heard(notes, said, clinic, Question.TIME)
        wishes.append(notes.wish)
    assert wishes == [Wish.ASK, Wish.BOOK, Wish.BOOK]


def test_the_wrong_part_is_forgotten_where_something_is_being_settled(clinic: Clinic) -> None:
    notes = Notes()
    heard(notes, "doctor mehta on friday at ten", clinic)
    assert heard(notes, "the time is wrong", clinic, Question.CHANGE)
    assert notes.time is None


def test_forgetting_the_request_keeps_who_the_patient_is(clinic: Clinic) -> None:
    notes = Notes(name="Asha Rao", name_sure=True, email="asha@example.com", email_sure=True)
    heard(notes, "doctor mehta on friday at ten", clinic)
    notes.forget_request()
    assert notes == Notes(name="Asha Rao", name_sure=True, email="asha@example.com", email_sure=True)


def test_a_name_that_was_misheard_twice_is_spelled(call: Begin) -> None:
    conversation = call()
    conversation.says(WISH, "usha rao", MAIL, "yes")
    assert "spell your name" in conversation.says("no my name is usha rao")


@pytest.mark.parametrize(
    ("correction", "changed"),
    [
        ("no on monday", {"appointment_date": "2026-11-30"}),
        ("no at eleven", {"appointment_time": "11:00 AM"}),
        ("no with doctor rao", {"doctor_name": "Dr. Kavita Rao"}),
        ("no not doctor mehta but doctor rao", {"doctor_name": "Dr. Kavita Rao"}),
    ],
)
def test_a_correction_at_the_read_back_is_checked_again_and_booked(
    call: Begin, correction: str, changed: dict[str, str]
) -> None:
    conversation = call()
    conversation.says(ON_RECORD, WISH)
    assert conversation.says(correction).endswith("Shall I book it?")
    conversation.says("yes")
    assert conversation.called("check_appointment_availability") == [CHECKED, {**CHECKED, **changed}]
    assert conversation.called("book_appointment") == [{**BOOKED, "email": "asha@example.com", **changed}]


def test_after_a_bare_no_it_asks_what_to_change(call: Begin) -> None:
    conversation = call()
    assert conversation.says(ON_RECORD, WISH, "no").startswith("What should I change")
    assert "which day" in conversation.says("the day please").lower()
    assert "Tuesday the 1st of December at half past ten" in conversation.says("next tuesday")


def test_of_two_doctors_of_one_name_it_asks_which(call: Begin, two_raos: Clinic) -> None:
    conversation = call(directory=two_raos)
    asked = conversation.says("i want to see doctor rao tomorrow at four")
    assert asked == "We have Doctor Kavita Rao and Doctor Sunil Rao. Which doctor do you mean?"
    assert conversation.calls == []
    conversation.says("sunil")
    assert conversation.called("check_appointment_availability")[0]["doctor_name"] == "Dr. Sunil Rao"


def test_a_name_near_a_doctors_is_asked_back_and_never_assumed(call: Begin) -> None:
    conversation = call()
    assert "Did you mean Doctor Anil Mehta?" in conversation.says("doctor meta tomorrow at ten")
    assert conversation.calls == []
    conversation.says("yes")
    assert conversation.called("check_appointment_availability")[0]["doctor_name"] == "Dr. Anil Mehta"


def test_a_doctor_nobody_knows_is_not_invented(call: Begin) -> None:
    conversation = call()
    heard = conversation.says("i would like to see doctor zhivago tomorrow at ten")
    assert heard == "I find no Doctor Zhivago here. Which doctor or department would you like?"
    assert conversation.calls == []
