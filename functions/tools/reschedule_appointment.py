"""Moves an appointment of the caller's to another time: never both slots, never none."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from clinic.booking.appointment import Appointment
from clinic.booking.book import check_changeable, reschedule
from clinic.booking.holds import Seen
from clinic.booking.identity import check_may_change
from clinic.booking.refusals import NotAvailable
from clinic.booking.request import (
    Request,
    alternatives_to,
    as_appointment,
    described,
    free_slot,
    read_request,
)
from clinic.contracts.events import AppointmentRescheduled
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.directory import Clinic
from clinic.ports import Appointments, Calendar, Calls, Patients
from functions.answer import Answer, refuse
from functions.caller import busy_until, caller_of
from functions.staff_time import taken_now


class MoveAsked(Struct, frozen=True, kw_only=True):
    """The arguments, as the model gives them."""

    appointment_id: str
    appointment_date: str
    appointment_time: str
    doctor_name: str = ""
    """Empty: the same doctor."""


def reschedule_appointment(
    call: ToolCall[MoveAsked],
    *,
    clinic: Clinic,
    appointments: Appointments,
    calendar: Calendar,
    calls: Calls,
    patients: Patients,
    now: datetime,
) -> Answer:
    """Take the new slot and free the old one in one commit, or refuse with alternatives."""
    asked = call.arguments
    caller = caller_of(call.call_id, calls, patients)
    old = check_may_change(appointments.get(asked.appointment_id), caller.record, caller.patients)
    check_changeable(old, now)
    request = _request(clinic, asked, old)
    seen = Seen(taken_now(appointments, calendar), now, {*caller.holders, old.id})
    try:
        slot = free_slot(clinic, request, now, seen.taken)
    except NotAvailable as reason:
        instead = alternatives_to(clinic, request, now, seen.taken)
        return refuse(reason, alternatives=[described(clinic, each) for each in instead])
    book = appointments.taken([old.doctor_id], old.starts_at, busy_until(old, clinic))
    moved, change = reschedule(old, slot, seen, book, now)
    fact = AppointmentRescheduled(
        id=f"{call.id}.rescheduled",
        call_id=call.call_id,
        occurred_at=now,
        appointment_id=moved.id,
        doctor_id=old.doctor_id,
        freed_at=old.starts_at,
        freed_until=old.ends_at,
    )
    new = as_appointment(clinic, slot)
    message = f"The appointment is moved: {new['doctor_name']} on {new['spoken']}."
    result = succeeded(message, appointment_id=moved.id, appointment=new)
    return Answer(result=result, change=change, facts=(fact,))


def _request(clinic: Clinic, asked: MoveAsked, old: Appointment) -> Request:
    """Read the new time; the length stays the appointment's."""
    minutes = int((old.ends_at - old.starts_at).total_seconds()) // 60
    doctor = asked.doctor_name or clinic.name_of_doctor(old.doctor_id)
    department = clinic.name_of_department(old.department_id)
    return read_request(clinic, doctor, department, asked.appointment_date, asked.appointment_time, minutes)
