"""Cancels an appointment of the caller's."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from clinic.booking.book import cancel
from clinic.booking.identity import check_may_change
from clinic.booking.natural import spoken
from clinic.contracts.events import AppointmentCancelled
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.directory import Clinic
from clinic.ports import Appointments, Calls, Patients
from functions.answer import Answer
from functions.caller import busy_until, caller_of


class CancellationAsked(Struct, frozen=True, kw_only=True):
    """The arguments, as the model gives them."""

    appointment_id: str


def cancel_appointment(
    call: ToolCall[CancellationAsked],
    *,
    clinic: Clinic,
    appointments: Appointments,
    calls: Calls,
    patients: Patients,
    now: datetime,
) -> Answer:
    """Free the slot and mark the appointment, in the commit of the answer itself."""
    caller = caller_of(call.call_id, calls, patients)
    appointment = check_may_change(
        appointments.get(call.arguments.appointment_id), caller.record, caller.patients
    )
    until = busy_until(appointment, clinic)
    book = appointments.taken([appointment.doctor_id], appointment.starts_at, until)
    when = spoken(appointment.starts_at, clinic.zone)
    fact = AppointmentCancelled(
        id=f"{call.id}.cancelled",
        call_id=call.call_id,
        occurred_at=now,
        appointment_id=appointment.id,
        doctor_id=appointment.doctor_id,
        freed_at=appointment.starts_at,
        freed_until=appointment.ends_at,
    )
    message = f"The appointment with {clinic.name_of_doctor(appointment.doctor_id)} on {when} is cancelled."
    return Answer(
        result=succeeded(message, appointment_id=appointment.id),
        change=cancel(appointment, book, now),
        facts=(fact,),
    )
