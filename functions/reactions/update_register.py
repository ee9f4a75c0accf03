"""Keeps the staff's two sheets: Patients, a row per patient, and Calls, a row per call."""

from __future__ import annotations

from datetime import UTC, datetime

from clinic.booking.appointment import Appointment
from clinic.booking.when import written_time
from clinic.contracts.call_record import CallRecord
from clinic.contracts.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentCorrected,
    AppointmentRescheduled,
    CallLogged,
    EmailFailed,
)
from clinic.contracts.sheets import CALLS, PATIENTS
from clinic.directory import Clinic
from clinic.ports import Appointments, Calls, Register

AboutAppointment = AppointmentBooked | AppointmentRescheduled | AppointmentCancelled | AppointmentCorrected

_EVER = datetime(1, 1, 1, tzinfo=UTC)
_OF_THE_RECORD = [name for name in CALLS.columns if name not in ("appointment_date", "appointment_time")]


def update_register(
    fact: AboutAppointment | EmailFailed | CallLogged,
    *,
    appointments: Appointments,
    calls: Calls,
    clinic: Clinic,
    register: Register,
) -> None:
    """Write the row that a fact is about, as the store has it now.

    Raises LookupError if the store does not hold what the fact names, and SheetChanged: the bus tries again.
    """
    if isinstance(fact, CallLogged):
        register.put(CALLS, _call_row(fact.call_id, appointments, calls, clinic))
        return
    appointment = appointments.get(fact.appointment_id)
    if appointment is None:
        raise LookupError(f"no appointment {fact.appointment_id}")
    row = _patient_row(appointment, appointments, clinic)
    row["last_updated"] = _local(fact.occurred_at, clinic)
    # Facts come in any order: the address that was refused may have been corrected since.
    if isinstance(fact, EmailFailed) and fact.address_id in ("", appointment.address_id):
        row["email_status"] = f"refused on {row['last_updated'][:10]}"
    if isinstance(fact, AppointmentCorrected):
        row["email_status"] = ""
    register.put(PATIENTS, row)


def _patient_row(appointment: Appointment, appointments: Appointments, clinic: Clinic) -> dict[str, str]:
    standing = appointments.of_patients([appointment.patient_id], _EVER)
    latest = standing[-1] if standing else appointment
    return {
        "phone": appointment.phone,
        "name": appointment.patient_name,
        "email": appointment.email,
        "preferred_doctor": clinic.name_of_doctor(latest.doctor_id),
        "department": clinic.name_of_department(latest.department_id),
        "language": appointment.language,
        "customer_type": "returning" if len(standing) > 1 else "new",
        "last_visit": _local(latest.starts_at, clinic)[:10] if standing else "",
        "visit_count": str(len(standing)),
    }


def _call_row(call_id: str, appointments: Appointments, calls: Calls, clinic: Clinic) -> dict[str, str]:
    record = calls.get(call_id)
    if record is None:
        raise LookupError(f"no record of call {call_id}")
    booked = [each for each in appointments.of_call(call_id) if each.status == "booked"]
    first = min(booked, key=lambda each: each.starts_at).starts_at.astimezone(clinic.zone) if booked else None
    return {
        **{name: _cell(record, name, clinic) for name in _OF_THE_RECORD},
        "appointment_date": first.date().isoformat() if first else "",
        "appointment_time": written_time(first.time()) if first else "",
    }


def _cell(record: CallRecord, name: str, clinic: Clinic) -> str:
    value = getattr(record, name)
    return _local(value, clinic) if isinstance(value, datetime) else str(value)


def _local(instant: datetime, clinic: Clinic) -> str:
    return f"{instant.astimezone(clinic.zone):%Y-%m-%d %H:%M:%S}"
