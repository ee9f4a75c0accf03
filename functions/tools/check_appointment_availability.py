"""Tells a caller whether a slot is free, and what is free instead; what is offered is held for the call."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from clinic.booking.holds import Seen, hold
from clinic.booking.refusals import NotAvailable
from clinic.booking.request import Request, alternatives_to, described, free_slot, read_request
from clinic.booking.saying import Words
from clinic.booking.schedule import Slot
from clinic.contracts.call_record import CallNotes
from clinic.contracts.tool_call import Result, ToolCall, succeeded
from clinic.directory import Clinic
from clinic.ports import Appointments, Calendar, Calls, Patients
from functions.answer import Answer
from functions.caller import caller_of, held_for
from functions.staff_time import taken_as_known


class AvailabilityAsked(Struct, frozen=True, kw_only=True):
    """The arguments, as the model gives them."""

    appointment_date: str
    appointment_time: str
    duration_minutes: int | None = None
    doctor_name: str = ""
    department: str = ""


def check_appointment_availability(
    call: ToolCall[AvailabilityAsked],
    *,
    clinic: Clinic,
    appointments: Appointments,
    calendar: Calendar,
    calls: Calls,
    patients: Patients,
    now: datetime,
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
    caller = caller_of(call.call_id, calls, patients)
    seen = Seen(taken_as_known(appointments, calendar), now, caller.holders)
    offered, result = _offer(clinic, request, now, seen)
    until = now + timedelta(minutes=clinic.hold_minutes)
    change = hold(offered, call.call_id, until, seen, held_for(caller, appointments))
    return Answer(
        result=result, change=msgspec.structs.replace(change, call_notes=_enquiry(call.call_id, request))
    )


def _offer(clinic: Clinic, request: Request, now: datetime, seen: Seen) -> tuple[list[Slot], Result]:
    try:
        slot = free_slot(clinic, request, now, seen.taken)
    except NotAvailable as reason:
        instead = alternatives_to(clinic, request, now, seen.taken)
        return instead, _unavailable(reason, [described(clinic, each) for each in instead])
    wanted = described(clinic, slot)
    when = slot.starts_at.astimezone(clinic.zone)
    message = Words("{doctor} is free on {when}.", doctor=wanted["doctor_name"], when=when)
    return [slot], succeeded(message, available=True, requested_slot=wanted, alternatives=[])


def _unavailable(reason: NotAvailable, instead: list[dict[str, str]]) -> Result:
    nothing = Words("{reason} I find nothing else in the next two weeks.", reason=reason.say)
    message = reason.say if instead else nothing
    return succeeded(
        message, available=False, reason_code=reason.reason_code, requested_slot=None, alternatives=instead
    )


def _enquiry(call_id: str, request: Request) -> CallNotes:
    named = request.doctors[0].name if len(request.doctors) == 1 else ""
    return CallNotes(call_id=call_id, department_enquired=request.department.name, doctor_enquired=named)
