"""Tells a caller whether a slot is free, and what is free instead."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from clinic.booking.change import Change
from clinic.booking.refusals import NotAvailable
from clinic.booking.request import Request, described, free_slot, offers, read_request
from clinic.contracts.call_record import CallNotes
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.directory import Clinic
from clinic.ports import Appointments
from functions.answer import Answer


class AvailabilityAsked(Struct, frozen=True, kw_only=True):
    """The arguments, as the model gives them."""

    appointment_date: str
    appointment_time: str
    duration_minutes: int | None = None
    doctor_name: str = ""
    department: str = ""


def check_appointment_availability(
    call: ToolCall[AvailabilityAsked], *, clinic: Clinic, appointments: Appointments, now: datetime
) -> Answer:
    """Return `available`, the slot asked for, and up to three alternatives where it is not."""
    asked = call.arguments
    request = read_request(
        clinic,
        asked.doctor_name,
        asked.department,
        asked.appointment_date,
        asked.appointment_time,
        asked.duration_minutes,
    )
    notes = _enquiry(call.call_id, request)
    try:
        slot = described(clinic, free_slot(clinic, request, now, appointments.taken))
    except NotAvailable as reason:
        instead = offers(clinic, request, now, appointments.taken)
        return _unavailable(reason, instead, notes)
    message = f"{slot['doctor_name']} is free on {slot['spoken']}."
    return Answer(
        result=succeeded(message, available=True, requested_slot=slot, alternatives=[]),
        change=Change(call_notes=notes),
    )


def _unavailable(reason: NotAvailable, instead: list[dict[str, str]], notes: CallNotes) -> Answer:
    message = reason.say if instead else f"{reason.say} I find nothing else in the next two weeks."
    return Answer(
        result=succeeded(
            message,
            available=False,
            reason_code=reason.reason_code,
            requested_slot=None,
            alternatives=instead,
        ),
        change=Change(call_notes=notes),
    )


def _enquiry(call_id: str, request: Request) -> CallNotes:
    named = request.doctors[0].name if len(request.doctors) == 1 else ""
    return CallNotes(call_id=call_id, department_enquired=request.department.name, doctor_enquired=named)
