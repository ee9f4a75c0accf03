"""What every part of the receptionist works with."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest

from clinic.directory import Clinic
from rehearsal.receptionist import wording
from rehearsal.receptionist.actions import Call, Say
from rehearsal.receptionist.desk import Desk
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.notes import Notes, Slot
from rehearsal.receptionist.questions import Question


@pytest.fixture
def desk(clinic: Clinic, declared: dict[str, Any], now: Callable[[], datetime]) -> Desk:
    return Desk(clinic, declared, now)


def test_every_wording_finds_its_particulars(desk: Desk, clinic: Clinic) -> None:
    slot = Slot("Dr. Anil Mehta", "Cardiology", date(2026, 12, 4), time(10, 30), "", "A1")
    notes = desk.notes
    notes.take(slot)
    notes.offers = notes.found = (slot,)
    notes.appointment, notes.suggested, notes.candidates = slot, clinic.doctors[0], clinic.doctors[:2]
    notes.name, notes.email, notes.stranger, notes.part = "Asha Rao", "asha@example.com", "meta", "morning"
    others = [value for value in vars(wording).values() if isinstance(value, tuple) and value]
    for wordings in (*wording.QUESTIONS.values(), *others):
        for _ in wordings:
            said = desk.worded(wordings)
            assert "{" not in said
            assert "  " not in said


def test_a_question_is_asked_in_other_words_each_time(desk: Desk) -> None:
    assert desk.ask(Question.DAY) != desk.ask(Question.DAY)
    assert desk.question is Question.DAY


def test_what_can_not_be_known_yet_can_not_be_read_back(desk: Desk) -> None:
    with pytest.raises(ValueError, match="must be known"):
        desk.ask(Question.BOOK_IT)


def test_settling_logs_once_and_forgets_the_request(desk: Desk) -> None:
    desk.notes.wish, desk.notes.doctor_name = Wish.BOOK, "Dr. Anil Mehta"
    logged, said = desk.settle("appointment booked", "It is booked.")
    assert isinstance(logged, Call)
    assert logged.args["call_type"] == "booking"
    assert isinstance(said, Say)
    assert said.text.startswith("It is booked. ")
    assert desk.notes == Notes(outcomes=["appointment booked"])
    assert len(desk.settle("another", "Fine.")) == 1


def test_the_log_is_not_waited_for_and_other_calls_are(desk: Desk) -> None:
    desk.log("nothing")
    assert desk.waiting is None
    desk.call("check_appointment_availability", appointment_date="2026-12-04")
    assert desk.waiting == Call("check_appointment_availability", {"appointment_date": "2026-12-04"})


def test_words_beside_the_conversation_are_not_what_is_repeated(desk: Desk) -> None:
    (asked,) = desk.ask(Question.DAY)
    desk.interject("Are you still there?")
    assert Say(desk.last_said) == asked


def test_a_copied_desk_has_notes_of_its_own_and_the_same_directory(desk: Desk) -> None:
    twin = copy.deepcopy(desk)
    twin.notes.name = "Asha Rao"
    assert desk.notes.name == ""
    assert twin.clinic is desk.clinic
    assert twin.declared is desk.declared
