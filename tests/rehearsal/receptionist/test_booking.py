"""Which question or call comes next when an appointment is booked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest

from clinic.directory import Clinic
from rehearsal.receptionist.actions import Call
from rehearsal.receptionist.booking import go_on
from rehearsal.receptionist.desk import Desk
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.questions import Question

KNOWN = {
    "wish": Wish.BOOK,
    "doctor_name": "Dr. Anil Mehta",
    "department": "Cardiology",
    "day": date(2026, 12, 4),
    "time": time(10, 30),
    "free": ("Dr. Anil Mehta", "Cardiology", date(2026, 12, 4), time(10, 30)),
    "name": "Asha Rao",
    "name_sure": True,
    "email": "asha@example.com",
    "email_sure": True,
}


def desk_with(clinic: Clinic, tools: dict[str, Any], now: Callable[[], datetime], **different: Any) -> Desk:
    desk = Desk(clinic, tools, now)
    for name, value in {**KNOWN, **different}.items():
        setattr(desk.notes, name, value)
    return desk


@pytest.mark.parametrize(
    ("missing", "question"),
    [
        ({"doctor_name": "", "department": ""}, Question.DOCTOR),
        ({"day": None}, Question.DAY),
        ({"time": None}, Question.TIME),
        ({"wish": Wish.ASK}, Question.WANT_IT),
        ({"name": ""}, Question.NAME),
        ({"name": "", "spell_name": True}, Question.NAME_SPELLED),
        ({"name_sure": False}, Question.NAME_RIGHT),
        ({"email": "", "email_sure": False}, Question.EMAIL),
        ({"email_sure": False}, Question.EMAIL_RIGHT),
        ({}, Question.BOOK_IT),
    ],
)
def test_what_is_missing_is_asked_for(
    clinic: Clinic,
    declared: dict[str, Any],
    now: Callable[[], datetime],
    missing: dict[str, Any],
    question: Question,
) -> None:
    desk = desk_with(clinic, declared, now, **missing)
    go_on(desk)
    assert desk.question is question


def test_a_request_not_known_to_be_free_is_checked(
    clinic: Clinic, declared: dict[str, Any], now: Callable[[], datetime]
) -> None:
    (made,) = go_on(desk_with(clinic, declared, now, free=None))
    assert isinstance(made, Call)
    assert made.name == "check_appointment_availability"


def test_without_the_check_it_is_read_back_at_once(
    clinic: Clinic, declared: dict[str, Any], now: Callable[[], datetime]
) -> None:
    desk = desk_with(clinic, {"book_appointment": declared["book_appointment"]}, now, free=None)
    go_on(desk)
    assert desk.question is Question.BOOK_IT
