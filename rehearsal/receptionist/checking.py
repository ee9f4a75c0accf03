"""Asks the clinic whether a time is free, and deals with a no: alternatives, another try, a waiting list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.receptionist import wording
from rehearsal.receptionist.actions import Action
from rehearsal.receptionist.desk import Desk
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.notes import Notes, Slot, is_slot, slot_of
from rehearsal.receptionist.questions import Question

CHECK = "check_appointment_availability"
JOIN = "join_waitlist"
Result = dict[str, Any]


def needs_check(desk: Desk) -> bool:
    """Tell whether the request is not known to be free, and can be asked about."""
    return desk.notes.free != desk.notes.request and CHECK in desk.declared


def check(desk: Desk) -> list[Action]:
    """Call the check with what the caller wants."""
    notes = desk.notes
    return desk.call(CHECK, **moment_of(notes), doctor_name=notes.doctor_name, department=notes.department)


def moment_of(notes: Notes) -> dict[str, str]:
    """Return date and time as tools take them: `YYYY-MM-DD`, `HH:MM AM/PM`."""
    return {
        "appointment_date": notes.day.isoformat() if notes.day else "",
        "appointment_time": notes.time.strftime("%I:%M %p") if notes.time else "",
    }


def checked(desk: Desk, result: Result, go_on: Callable[[str], list[Action]]) -> list[Action]:
    """Take the answer of the check: go on with what is free, or offer what is."""
    if not result.get("success") or not result.get("available"):
        return refused(desk, result)
    slots = _slots([result["requested_slot"]] if result.get("requested_slot") else [])
    if slots:
        desk.notes.take(slots[0])
    desk.notes.offers, desk.notes.free = (), desk.notes.request
    return go_on(message_of(result))


def message_of(result: Result) -> str:
    """Return what the tool says, in words for the voice."""
    return wording.plain(str(result.get("message") or ""))


def refused(desk: Desk, result: Result) -> list[Action]:
    """Speak why not, and ask what follows from it."""
    notes, message = desk.notes, message_of(result)
    notes.free, notes.offers = None, _fitting(notes, _slots(result.get("alternatives") or []))
    if notes.offers:
        said_already = all(slot.spoken in message for slot in notes.offers if slot.spoken)
        return desk.ask(Question.CHOICE, message, "" if said_already else desk.worded(wording.OFFER))
    reason = str(result.get("reason_code") or "")
    if reason in _ASK_AGAIN:
        question, forgotten = _ASK_AGAIN[reason]
        for name, value in forgotten.items():
            setattr(notes, name, value)
        return desk.ask_in_their_words(question, message)
    return _no_way(desk, result, message)


def failed(desk: Desk, result: Result, outcome: str) -> list[Action]:
    """Speak of a failure after which nothing else can be chosen: try again, or leave it."""
    if _may_be_tried_again(result):
        return desk.ask(Question.RETRY, message_of(result))
    return desk.settle(outcome, message_of(result))


def _no_way(desk: Desk, result: Result, message: str) -> list[Action]:
    if _may_be_tried_again(result):
        return desk.ask(Question.RETRY, message)
    if JOIN in desk.declared and desk.notes.wish is Wish.BOOK and not desk.notes.waiting_list:
        return desk.ask(Question.WAITING_LIST, message)
    return desk.ask_in_their_words(Question.OTHER_TIME, message)


def _may_be_tried_again(result: Result) -> bool:
    return not result.get("success") and result.get("error_type") in ("service", "unknown")


def _slots(described: list[dict[str, Any]]) -> tuple[Slot, ...]:
    # A slot without a readable date and time can't be asked for by date and time: it is not offered.
    return tuple(slot_of(each) for each in described if is_slot(each))


def _fitting(notes: Notes, slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    # An appointment is moved in time only: a colleague's slot is no place to move it to.
    if notes.wish is not Wish.MOVE:
        return slots
    return tuple(slot for slot in slots if slot.doctor_name in ("", notes.doctor_name))


_NO_DOCTOR: dict[str, object] = {"doctor_name": "", "department": ""}
_ASK_AGAIN: dict[str, tuple[Question, dict[str, object]]] = {
    "invalid_appointment_date": (Question.DAY, {"day": None}),
    "invalid_appointment_time": (Question.TIME, {"time": None}),
    "invalid_patient_name": (Question.NAME_SPELLED, {"name": "", "spell_name": True}),
    "invalid_email": (Question.EMAIL, {"email": "", "email_sure": False}),
    "invalid_phone": (Question.PHONE, {"phone": ""}),
    "department_unclear": (Question.DOCTOR, _NO_DOCTOR),
    "doctor_unclear": (Question.DOCTOR, _NO_DOCTOR),
    "doctor_unknown": (Question.DOCTOR, _NO_DOCTOR),
}
"""By `reason_code`: what is asked again, and what is forgotten for it."""
