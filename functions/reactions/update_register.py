"""Keeps the staff's two sheets: Patients, a row per patient, and Calls, a row per call."""

from __future__ import annotations

from clinic.contracts.call_record import CallRecord
from clinic.contracts.events import AppointmentBooked, CallLogged
from clinic.directory import Clinic
from clinic.ports import Appointments, Calls, Register

_CALL_COLUMNS = (
    "call_id",
    "session_id",
    "timestamp",
    "caller_phone",
    "customer_name",
    "customer_email",
    "language",
    "call_type",
    "status",
    "duration_seconds",
    "department_enquired",
    "doctor_enquired",
    "customer_type",
    "resolution",
    "notes",
)


def update_register(
    fact: AppointmentBooked | CallLogged,
    *,
    appointments: Appointments,
    calls: Calls,
    clinic: Clinic,
    register: Register,
) -> None:
    """Write the row that a fact is about.

    Raises LookupError if the store does not hold what the fact names: the bus tries again.
    """
    if isinstance(fact, AppointmentBooked):
        _put_patient(fact, appointments, clinic, register)
    else:
        _put_call(fact, calls, clinic, register)


def _put_patient(
    fact: AppointmentBooked, appointments: Appointments, clinic: Clinic, register: Register
) -> None:
    appointment = appointments.get(fact.appointment_id)
    if appointment is None:
        raise LookupError(f"no appointment {fact.appointment_id}")
    row = {
        "phone": appointment.phone,
        "name": appointment.patient_name,
        "email": appointment.email,
        "language": appointment.language,
        "last_doctor": clinic.name_of_doctor(appointment.doctor_id),
        "last_appointment": f"{appointment.starts_at.astimezone(clinic.zone):%Y-%m-%d %H:%M}",
    }
    register.put("patients", appointment.patient_id, row)


def _put_call(fact: CallLogged, calls: Calls, clinic: Clinic, register: Register) -> None:
    record = calls.get(fact.call_id)
    if record is None:
        raise LookupError(f"no record of call {fact.call_id}")
    register.put("calls", record.call_id, {name: _cell(record, name, clinic) for name in _CALL_COLUMNS})


def _cell(record: CallRecord, name: str, clinic: Clinic) -> str:
    if name == "timestamp":
        return f"{record.timestamp.astimezone(clinic.zone):%Y-%m-%d %H:%M:%S}"
    return str(getattr(record, name))
