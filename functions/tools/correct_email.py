"""Corrects the e-mail address of an appointment, so that its confirmation is sent anew."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from clinic.booking.appointment import Appointment, Patient, read_email
from clinic.booking.book import check_changeable, rewritten
from clinic.booking.identity import check_may_change
from clinic.booking.refusals import NotUnderstood
from clinic.contracts.call_record import CallNotes
from clinic.contracts.events import AppointmentCorrected
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.directory import Clinic
from clinic.ports import Appointments, Calls, Patients
from functions.answer import Answer
from functions.caller import busy_until, caller_of


class CorrectionAsked(Struct, frozen=True, kw_only=True):
    """The arguments, as the model gives them."""

    email: str
    appointment_id: str = ""
    """Empty: the one that was made in this call."""


def correct_email(
    call: ToolCall[CorrectionAsked],
    *,
    clinic: Clinic,
    appointments: Appointments,
    calls: Calls,
    patients: Patients,
    now: datetime,
) -> Answer:
    """Write the address into the appointment and the patient's entry, in the commit of the answer itself."""
    caller = caller_of(call.call_id, calls, patients)
    email = read_email(call.arguments.email)
    meant = _meant(call.arguments.appointment_id, call.call_id, appointments)
    old = check_may_change(meant, caller.record, caller.patients)
    check_changeable(old, now)
    if email == old.email:
        raise NotUnderstood("email", "That is the address we have already. Could you spell it again, please?")
    book = appointments.taken([old.doctor_id], old.starts_at, busy_until(old, clinic))
    change = msgspec.structs.replace(
        rewritten(msgspec.structs.replace(old, email=email), book),
        patient=Patient(id=old.patient_id, name=old.patient_name, email=email, phone=old.phone),
        call_notes=CallNotes(call_id=call.call_id, customer_email=email),
    )
    fact = AppointmentCorrected(
        id=f"{call.id}.corrected", call_id=call.call_id, occurred_at=now, appointment_id=old.id
    )
    result = succeeded(
        f"The address is now {email}. The confirmation is on its way there.", appointment_id=old.id
    )
    return Answer(result=result, change=change, facts=(fact,))


def _meant(appointment_id: str, call_id: str, appointments: Appointments) -> Appointment | None:
    if appointment_id:
        return appointments.get(appointment_id)
    made = [each for each in appointments.of_call(call_id) if each.status == "booked"]
    if len(made) != 1:
        raise NotUnderstood("appointment_id", "Which appointment is it for?")
    return made[0]
