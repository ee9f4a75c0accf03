"""The rules of booking, cancelling and moving: what changes in the book, decided without touching it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from clinic.booking.appointment import Appointment, Patient, derived_id
from clinic.booking.change import Cell, Change, TakenCell
from clinic.booking.holds import Seen, release
from clinic.booking.refusals import NotAvailable
from clinic.booking.schedule import Slot, works_then
from clinic.contracts.call_record import CallNotes
from clinic.contracts.tool_call import ToolCall
from clinic.directory.clinic import Clinic, Department


def book(
    clinic: Clinic,
    slot: Slot,
    department: Department,
    patient: Patient,
    call: ToolCall[Any],
    seen: Seen,
    held: Mapping[str, TakenCell],
) -> tuple[Appointment, Change]:
    """Return an appointment and the change that makes it; what else was held for the caller is given back."""
    appointment = Appointment(
        id=derived_id("appointment", call.id),
        call_id=call.call_id,
        patient_id=patient.id,
        patient_name=patient.name,
        email=patient.email,
        phone=patient.phone,
        doctor_id=slot.doctor_id,
        department_id=department.id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        language=call.language,
        arranged_at=call.requested_at,
    )
    cells = _cells(appointment, slot)
    notes = CallNotes(
        call_id=call.call_id,
        customer_name=patient.name,
        customer_email=patient.email,
        department_enquired=department.name,
        doctor_enquired=clinic.doctor(slot.doctor_id).name,
    )
    kept = {cell.id for cell in cells}
    return appointment, Change(
        takes=cells,
        over=seen.over(cells),
        frees=release(held, kept),
        appointment=appointment,
        patient=patient,
        call_notes=notes,
    )


def cancel(appointment: Appointment, book: Mapping[str, TakenCell], now: datetime) -> Change:
    """Return the change that cancels an appointment and frees its slot.

    `book` holds the taken cells around it. Raises NotAvailable where it is cancelled or past.
    """
    check_changeable(appointment, now)
    cancelled = msgspec.structs.replace(appointment, status="cancelled", sequence=appointment.sequence + 1)
    return Change(frees=_own(appointment, book), appointment=cancelled)


def reschedule(
    appointment: Appointment, slot: Slot, seen: Seen, book: Mapping[str, TakenCell], now: datetime
) -> tuple[Appointment, Change]:
    """Return the moved appointment and the one change that takes the new slot and frees the old one.

    Where they overlap, a cell stays the appointment's. Raises NotAvailable where it is cancelled or past.
    """
    check_changeable(appointment, now)
    moved = msgspec.structs.replace(
        appointment,
        doctor_id=slot.doctor_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        sequence=appointment.sequence + 1,
        arranged_at=now,
        flag="",
    )
    cells = _cells(moved, slot)
    kept = {cell.id for cell in cells}
    frees = {cell_id: version for cell_id, version in _own(appointment, book).items() if cell_id not in kept}
    return moved, Change(takes=cells, over=seen.over(cells), frees=frees, appointment=moved)


def flagged(appointment: Appointment, clinic: Clinic) -> Appointment:
    """Return the appointment with the flag it should have now that the directory may have changed."""
    works = clinic.has_doctor(appointment.doctor_id) and works_then(
        clinic, clinic.doctor(appointment.doctor_id), appointment.starts_at, appointment.ends_at
    )
    return msgspec.structs.replace(appointment, flag="" if works else "outside_hours")


def rewritten(appointment: Appointment, book: Mapping[str, TakenCell]) -> Change:
    """Return the change that writes an appointment anew where it is, unless somebody changes it meanwhile.

    Raises NotAvailable where its cells are gone already.
    """
    own = _own(appointment, book)
    return Change(takes=tuple(book[cell_id].cell for cell_id in own), over=own, appointment=appointment)


def check_changeable(appointment: Appointment, now: datetime) -> None:
    """Raise NotAvailable if there is nothing to cancel or move any more."""
    if appointment.status == "cancelled":
        raise NotAvailable("already_cancelled", "That appointment is cancelled already.")
    if appointment.starts_at <= now:
        raise NotAvailable("in_the_past", "That appointment has already begun or passed.")


def _cells(appointment: Appointment, slot: Slot) -> tuple[Cell, ...]:
    return tuple(Cell(slot.doctor_id, start, "booked", appointment.id) for start in slot.cells)


def _own(appointment: Appointment, book: Mapping[str, TakenCell]) -> dict[str, str]:
    own = {cell_id: entry.version for cell_id, entry in book.items() if entry.cell.holder == appointment.id}
    if not own:
        raise NotAvailable("already_changed", "That appointment has just been changed.")
    return own
