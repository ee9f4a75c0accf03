"""Corrects a patient's e-mail address, so that what was sent to the old one is sent anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from clinic.booking.appointment import Appointment, Patient
from clinic.booking.book import check_changeable, rewritten
from clinic.booking.change import Change
from clinic.booking.identity import check_may_change, may_change
from clinic.booking.patient_details import read_email
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
    """Write the address into the appointment, the patient's others that had the same one, and their entry.

    All of it in the commit of the answer itself; each appointment is confirmed again.
    """
    caller = caller_of(call.call_id, calls, patients)
    email = read_email(call.arguments.email)
    meant = _meant(call.arguments.appointment_id, call.call_id, appointments)
    old = check_may_change(meant, caller.record, caller.patients)
    check_changeable(old, now)
    if email == old.email:
        raise NotUnderstood("email", "That is the address we have already. Could you spell it again, please?")
    others = [
        each
        for each in appointments.of_patients([old.patient_id], now)
        if each.id != old.id and each.email == old.email and may_change(each, caller.record, caller.patients)
    ]
    change = msgspec.structs.replace(
        _corrected([old, *others], email, appointments, clinic),
        patient=Patient(id=old.patient_id, name=old.patient_name, email=email, phone=old.phone),
        call_notes=CallNotes(call_id=call.call_id, customer_email=email),
    )
    facts = [
        AppointmentCorrected(
            id=f"{call.id}.corrected.{each.id}", call_id=call.call_id, occurred_at=now, appointment_id=each.id
        )
        for each in (old, *others)
    ]
    result = succeeded(
        f"The address is now {email}. The confirmation is on its way there.", appointment_id=old.id
    )
    return Answer(result=result, change=change, facts=tuple(facts))


def _corrected(old: Sequence[Appointment], email: str, appointments: Appointments, clinic: Clinic) -> Change:
    changes = [
        rewritten(
            msgspec.structs.replace(each, email=email),
            appointments.taken([each.doctor_id], each.starts_at, busy_until(each, clinic)),
        )
        for each in old
    ]
    return Change(
        takes=tuple(cell for each in changes for cell in each.takes),
        over={cell_id: version for each in changes for cell_id, version in each.over.items()},
        appointment=changes[0].appointment,
        also=tuple(each.appointment for each in changes[1:] if each.appointment),
    )


def _meant(appointment_id: str, call_id: str, appointments: Appointments) -> Appointment | None:
    if appointment_id:
        return appointments.get(appointment_id)
    made = [each for each in appointments.of_call(call_id) if each.status == "booked"]
    if len({(each.patient_id, each.email) for each in made}) != 1:
        raise NotUnderstood("appointment_id", "Which appointment is it for?")
    return made[0]
