"""Cancels and moves appointments: finds the caller's own, asks which, reads back, changes it."""

from __future__ import annotations

from typing import Any

from rehearsal.receptionist.actions import Action
from rehearsal.receptionist.booking import WHO, first_missing
from rehearsal.receptionist.checking import check, failed, message_of, moment_of, needs_check, refused
from rehearsal.receptionist.desk import Desk
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.notes import Notes, Slot, is_slot, slot_of
from rehearsal.receptionist.questions import Question

FIND, CANCEL, MOVE = "find_appointments", "cancel_appointment", "reschedule_appointment"


def go_on(desk: Desk, before: str = "") -> list[Action]:
    """Ask for the next thing that is missing, or call the tool that is due."""
    notes = desk.notes
    tool = CANCEL if notes.wish is Wish.CANCEL else MOVE
    if tool not in desk.declared or FIND not in desk.declared:
        return desk.can_not()
    if notes.found is None:
        return _find(desk, before)
    if notes.appointment is None:
        return desk.ask(Question.WHICH_APPOINTMENT, before)
    if notes.wish is Wish.CANCEL:
        return desk.ask(Question.CANCEL_IT, before)
    return _move_to(desk, notes.appointment, before)


def found(desk: Desk, result: dict[str, Any]) -> list[Action]:
    """Take the caller's appointments: none, the one, or ask which."""
    notes = desk.notes
    if not result.get("success"):
        return failed(desk, result, "appointments could not be looked up")
    slots = [slot_of(each) for each in result.get("appointments") or [] if is_slot(each)]
    if not slots:
        return _none_found(desk, message_of(result))
    notes.found = tuple(_meant(notes, slots))
    if len(notes.found) == 1:
        choose(notes, notes.found[0])
    return go_on(desk)


def choose(notes: Notes, appointment: Slot) -> None:
    """Note which appointment is meant."""
    notes.appointment = appointment
    if notes.day == appointment.day and notes.time in (None, appointment.time):
        # "Move my Friday appointment" names the appointment, not the day to move it to.
        notes.day = notes.time = None


def cancel(desk: Desk) -> list[Action]:
    """Call the cancellation of the appointment that was read back."""
    return desk.call(CANCEL, appointment_id=_id(desk))


def cancelled(desk: Desk, result: dict[str, Any]) -> list[Action]:
    """Speak what became of the cancellation."""
    if result.get("success"):
        return desk.settle("appointment cancelled", message_of(result))
    return failed(desk, result, "appointment not cancelled")


def move(desk: Desk) -> list[Action]:
    """Call the move to the time that was read back."""
    return desk.call(MOVE, appointment_id=_id(desk), **moment_of(desk.notes))


def moved(desk: Desk, result: dict[str, Any]) -> list[Action]:
    """Speak what became of the move."""
    if result.get("success"):
        return desk.settle("appointment moved", message_of(result))
    return refused(desk, result)


def _find(desk: Desk, before: str) -> list[Action]:
    notes = desk.notes
    missing = first_missing(WHO, notes)
    looked_up_by_number = desk.question is Question.NAME or not notes.caller_phone
    if missing and not notes.phone and (notes.name or looked_up_by_number):
        return desk.ask(missing, before)
    return desk.call(
        FIND, patient_name=notes.name, email=notes.email, phone=notes.phone or notes.caller_phone
    )


def _none_found(desk: Desk, message: str) -> list[Action]:
    if not desk.notes.name:
        return desk.ask(Question.NAME, message)
    if desk.notes.phone or desk.notes.caller_phone:
        return desk.settle("no appointment found", message)
    return desk.ask(Question.PHONE, message)


def _meant(notes: Notes, slots: list[Slot]) -> list[Slot]:
    """Return the appointments that fit what the caller said of it; all, where none fits."""
    named = [slot for slot in slots if slot.doctor_name == notes.doctor_name]
    slots = named or slots
    if notes.wish is not Wish.CANCEL:
        return slots
    return [slot for slot in slots if slot.day == notes.day] or slots


def _move_to(desk: Desk, appointment: Slot, before: str) -> list[Action]:
    notes = desk.notes
    notes.doctor_name = appointment.doctor_name
    notes.department = appointment.department or notes.department
    if notes.time and not notes.day:
        notes.day = appointment.day
    if notes.day is None:
        return desk.ask(Question.DAY, before)
    if notes.time is None:
        return desk.ask(Question.TIME, before)
    return check(desk) if needs_check(desk) else desk.ask(Question.MOVE_IT, before)


def _id(desk: Desk) -> str:
    appointment = desk.notes.appointment
    if appointment is None:
        raise ValueError("an appointment must be chosen before it is changed")
    return appointment.appointment_id
