"""Writes what was understood into the notes; what is said later replaces what was said before."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from clinic.directory import Clinic
from clinic.directory.matching import doctors_sounding_like
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.hearing.times import hours_of
from rehearsal.receptionist.notes import Notes
from rehearsal.receptionist.questions import Question
from rehearsal.receptionist.understanding import Understood

_PART_BEGINS = {"morning": time(0), "afternoon": time(14), "evening": time(17)}
_FREE_TO_WISH = frozenset({Question.HELP, Question.MORE, Question.GOODBYE})
_SETTLING = frozenset(
    {
        Question.BOOK_IT,
        Question.CHOICE,
        Question.OTHER_TIME,
        Question.CHANGE,
        Question.MOVE_IT,
        Question.CANCEL_IT,
    }
)


def note(notes: Notes, heard: Understood, clinic: Clinic, now: datetime, question: Question) -> bool:
    """Update the notes; return whether anything in them changed. `now` is aware, on the clinic's clock."""
    before = _state(notes)
    _note_whom(notes, heard, clinic)
    _note_when(notes, heard)
    _note_soonest(notes, heard, clinic, now)
    _note_person(notes, heard, question)
    _note_to_change(notes, heard, question)
    _note_wish(notes, heard, question)
    notes.so_far = heard.so_far
    return _state(notes) != before


def _state(notes: Notes) -> tuple[object, ...]:
    return (
        notes.wish,
        notes.request,
        notes.person,
        notes.candidates,
        notes.suggested,
        notes.stranger,
        notes.part,
        notes.spell_name,
    )


def _note_whom(notes: Notes, heard: Understood, clinic: Clinic) -> None:
    if heard.department:
        notes.department = heard.department.name
        own = {doctor.name for doctor in clinic.doctors_of(heard.department.id)}
        notes.doctor_name = notes.doctor_name if notes.doctor_name in own else ""
        notes.candidates, notes.suggested, notes.stranger = (), None, ""
    if len(heard.doctors) == 1:
        notes.set_doctor(heard.doctors[0], clinic)
    elif heard.doctors and notes.doctor_name not in {doctor.name for doctor in heard.doctors}:
        notes.candidates, notes.doctor_name = heard.doctors, ""
    elif heard.stranger:
        near = doctors_sounding_like(clinic, heard.stranger)
        notes.suggested = near[0] if near else None
        notes.stranger, notes.doctor_name = heard.stranger, ""
        notes.department = heard.department.name if heard.department else ""


def _note_when(notes: Notes, heard: Understood) -> None:
    notes.day = heard.day or notes.day
    if heard.time:
        notes.time, notes.part = heard.time, ""
    elif heard.part:
        notes.part = heard.part
        if notes.time and _part_of(notes.time) != heard.part:
            notes.time = None


def _part_of(moment: time) -> str:
    return "morning" if moment.hour < 12 else "afternoon" if moment.hour < 17 else "evening"


def _note_soonest(notes: Notes, heard: Understood, clinic: Clinic, now: datetime) -> None:
    """Turn "as soon as possible" and "any time" into a time to begin from; the clinic offers what is near."""
    opens, closes = hours_of(clinic)
    begins = max(opens, _PART_BEGINS.get(notes.part, opens))
    if "soonest" in heard.signs and not heard.time:
        soon = _next_quarter(now + clinic.least_notice)
        if notes.day is None and soon.date() == now.date() and opens <= soon.time() < closes:
            notes.day, notes.time = soon.date(), soon.time()
        else:
            notes.day, notes.time = notes.day or now.date() + timedelta(days=1), begins
    if "any_day" in heard.signs and notes.day is None:
        notes.day = now.date() + timedelta(days=1)
    if "any_time" in heard.signs and notes.day and not notes.time:
        notes.time = begins


def _next_quarter(moment: datetime) -> datetime:
    past = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment - past + timedelta(minutes=15) if past else moment


def _note_person(notes: Notes, heard: Understood, question: Question) -> None:
    wrong_again = heard.name == notes.name and "no" in heard.signs and question in _SETTLING
    if heard.name and wrong_again:
        # What was heard twice the same way and is wrong has to be spelled.
        notes.name, notes.spell_name = "", True
    elif heard.name:
        notes.name, notes.name_sure, notes.spell_name = heard.name, not heard.name_spelled, False
    if heard.email:
        notes.email_sure = notes.email_sure and heard.email == notes.email
        notes.email = heard.email
    notes.phone = heard.phone or notes.phone


def _note_to_change(notes: Notes, heard: Understood, question: Question) -> None:
    if question not in _SETTLING:
        return
    clear: dict[str, dict[str, Any]] = {
        "day": {} if heard.day else {"day": None},
        "time": {} if heard.time else {"time": None},
        "doctor": {} if heard.doctors or heard.department else {"doctor_name": "", "department": ""},
        "name": {} if heard.name else {"name": "", "spell_name": True},
        "email": {} if heard.email else {"email": "", "email_sure": False},
    }
    for name, value in clear.get(heard.to_change, {}).items():
        setattr(notes, name, value)


def _note_wish(notes: Notes, heard: Understood, question: Question) -> None:
    wish = heard.wish
    if wish is None and notes.wish is None and _is_about_an_appointment(heard):
        wish = Wish.BOOK
    if wish is None or (question in _SETTLING and notes.wish is not None):
        return
    gentle = wish in (Wish.BOOK, Wish.ASK) and notes.wish not in (None, Wish.ASK)
    if not gentle or question in _FREE_TO_WISH:
        notes.wish = wish


def _is_about_an_appointment(heard: Understood) -> bool:
    return bool(heard.doctors or heard.department or heard.stranger or heard.day or heard.time) or (
        "soonest" in heard.signs
    )
