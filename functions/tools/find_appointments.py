"""Finds a caller's coming appointments, once it is known who calls."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from clinic.booking.appointment import Appointment, Patient
from clinic.booking.change import Change
from clinic.booking.identity import named, not_identified, of_number
from clinic.booking.natural import spoken
from clinic.booking.patient_details import read_email, read_phone
from clinic.booking.refusals import NotUnderstood
from clinic.booking.saying import Words
from clinic.booking.when import written_time
from clinic.contracts.call_record import CallNotes
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.directory import Clinic
from clinic.ports import Appointments, Calls, Patients
from functions.answer import Answer, refuse
from functions.caller import Caller, caller_of


class Identity(Struct, frozen=True, kw_only=True):
    """The arguments, as the model gives them."""

    patient_name: str = ""
    email: str = ""
    phone: str = ""


def find_appointments(
    call: ToolCall[Identity],
    *,
    clinic: Clinic,
    appointments: Appointments,
    calls: Calls,
    patients: Patients,
    now: datetime,
) -> Answer:
    """Return the coming appointments of whom the caller may speak for, and note who that is."""
    caller = caller_of(call.call_id, calls, patients)
    found = _identified(call.arguments, caller, patients, clinic)
    if not found:
        failures = caller.record.identity_failures + 1
        notes = CallNotes(call_id=call.call_id, identity_failures=failures)
        return refuse(not_identified(failures), Change(call_notes=notes), appointments=[])
    ids = tuple(dict.fromkeys((*caller.record.identified, *(patient.id for patient in found))))
    coming = appointments.of_patients([patient.id for patient in found], now)
    return Answer(
        result=succeeded(
            _message(coming, clinic), appointments=[_described(clinic, each) for each in coming]
        ),
        change=Change(call_notes=CallNotes(call_id=call.call_id, identified=ids)),
    )


def _identified(said: Identity, caller: Caller, patients: Patients, clinic: Clinic) -> list[Patient]:
    by_number = of_number(caller.patients, said.patient_name) if caller.patients else []
    if by_number or not said.patient_name:
        return by_number
    if not (said.email or said.phone):
        raise NotUnderstood("email", "And which e-mail address or phone number do we have on record?")
    phone = read_phone(said.phone, clinic.country)
    with_email = patients.with_email(read_email(said.email)) if said.email else []
    with_phone = patients.with_phone(phone) if phone else []
    return named([*with_email, *with_phone], said.patient_name)


def _message(coming: list[Appointment], clinic: Clinic) -> str:
    if not coming:
        return "I find no coming appointment."
    said = ", and ".join(
        f"with {clinic.name_of_doctor(each.doctor_id)} on {spoken(each.starts_at, clinic.zone)}"
        for each in coming
    )
    flagged = any(each.flag for each in coming)
    said += ". The doctor's hours have changed since, so another time may be needed" if flagged else ""
    return f"I find {'one appointment' if len(coming) == 1 else f'{len(coming)} appointments'}: {said}."


def _described(clinic: Clinic, appointment: Appointment) -> dict[str, str]:
    local = appointment.starts_at.astimezone(clinic.zone)
    return {
        "appointment_id": appointment.id,
        "patient_name": appointment.patient_name,
        "doctor_name": clinic.name_of_doctor(appointment.doctor_id),
        "department": clinic.name_of_department(appointment.department_id),
        "date": local.date().isoformat(),
        "time": written_time(local.time()),
        "spoken": Words("{when}", when=appointment.starts_at.astimezone(clinic.zone)),
        "flag": appointment.flag,
    }
