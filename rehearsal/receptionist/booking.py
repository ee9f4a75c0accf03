"""Books an appointment: asks for what is missing, checks, reads back, books."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.receptionist import wording
from rehearsal.receptionist.actions import Action
from rehearsal.receptionist.checking import (
    CHECK,
    JOIN,
    check,
    failed,
    message_of,
    moment_of,
    needs_check,
    refused,
)
from rehearsal.receptionist.desk import Desk
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.notes import Notes
from rehearsal.receptionist.questions import Question

BOOK = "book_appointment"
_DATES = ("date", "preferred_date")
_TIMES = ("time", "preferred_time")
Missing = tuple[tuple[Question, Callable[[Notes], object]], ...]

WHO: Missing = (
    (Question.NAME_RIGHT, lambda notes: notes.name and not notes.name_sure),
    (Question.NAME_SPELLED, lambda notes: not notes.name and notes.spell_name),
    (Question.NAME, lambda notes: not notes.name),
)
_WHAT: Missing = (
    (Question.WHICH_DOCTOR, lambda notes: notes.candidates),
    (Question.MEANT_DOCTOR, lambda notes: notes.suggested),
    (Question.DOCTOR, lambda notes: not notes.doctor_name and not notes.department),
    (Question.DAY, lambda notes: notes.day is None),
    (Question.TIME, lambda notes: notes.time is None),
)
_BEFORE_BOOKING: Missing = (
    (Question.WANT_IT, lambda notes: notes.wish is Wish.ASK),
    (Question.DOCTOR, lambda notes: not notes.doctor_name and not notes.waiting_list),
    *WHO,
    (Question.EMAIL_RIGHT, lambda notes: notes.email and not notes.email_sure),
    (Question.EMAIL, lambda notes: not notes.email),
    (Question.BOOK_IT, lambda notes: not notes.waiting_list),
)


def first_missing(table: Missing, notes: Notes) -> Question | None:
    """Return the first question of the table whose answer is not in the notes."""
    return next((question for question, is_missing in table if is_missing(notes)), None)


def go_on(desk: Desk, before: str = "") -> list[Action]:
    """Ask for the next thing that is missing, or call the tool that is due."""
    notes = desk.notes
    if (BOOK if notes.wish is Wish.BOOK else CHECK) not in desk.declared:
        return desk.can_not()
    question = first_missing(_WHAT, notes)
    if question is Question.DOCTOR and notes.stranger:
        before = f"{before} {desk.worded(wording.UNKNOWN_DOCTOR)}".strip()
    if question is None and needs_check(desk) and not notes.waiting_list:
        return check(desk)
    question = question or first_missing(_BEFORE_BOOKING, notes)
    return desk.ask(question, before) if question else _join_waiting_list(desk)


def book(desk: Desk) -> list[Action]:
    """Call the booking with what was read back and agreed to."""
    notes = desk.notes
    return desk.call(
        BOOK,
        patient_name=notes.name,
        email=notes.email,
        phone=notes.phone,
        **moment_of(notes),
        doctor_name=notes.doctor_name,
        department=notes.department,
    )


def booked(desk: Desk, result: dict[str, Any]) -> list[Action]:
    """Speak what became of the booking."""
    if result.get("success"):
        return desk.settle("appointment booked", message_of(result))
    return refused(desk, result)


def joined(desk: Desk, result: dict[str, Any]) -> list[Action]:
    """Speak what became of the place on the waiting list."""
    if result.get("success"):
        return desk.settle("on the waiting list", message_of(result))
    return failed(desk, result, "not on the waiting list")


def _join_waiting_list(desk: Desk) -> list[Action]:
    notes, moment = desk.notes, moment_of(desk.notes)
    return desk.call(
        JOIN,
        patient_name=notes.name,
        email=notes.email,
        phone=notes.phone or notes.caller_phone,
        doctor_name=notes.doctor_name,
        department=notes.department,
        **moment,
        **dict.fromkeys(_DATES, moment["appointment_date"]),
        **dict.fromkeys(_TIMES, moment["appointment_time"]),
    )
