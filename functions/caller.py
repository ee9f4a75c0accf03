"""Who is calling, as far as the store knows: the call's record and the patients of its number."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from clinic.booking.appointment import Appointment, Patient
from clinic.booking.change import TakenCell
from clinic.contracts.call_record import CallRecord
from clinic.directory import Clinic
from clinic.ports import Appointments, Calls, Patients


class Caller(Struct, frozen=True):
    """The caller of a tool call."""

    record: CallRecord
    patients: list[Patient]
    """Of the number they ring from, the latest first."""

    @property
    def holders(self) -> set[str]:
        """Under which names slots are held for them: the call's, and that of a patient who waited for one."""
        return {self.record.call_id, *(patient.id for patient in self.patients)}


def caller_of(call_id: str, calls: Calls, patients: Patients) -> Caller:
    """Return the caller; LookupError where the call has no record, which is a fault."""
    record = calls.get(call_id)
    if record is None:
        raise LookupError(f"no record of call {call_id}")
    return Caller(record, patients.with_phone(record.caller_phone) if record.caller_phone else [])


def busy_until(appointment: Appointment, clinic: Clinic) -> datetime:
    """Return the end of an appointment and of its doctor's buffer."""
    known = clinic.has_doctor(appointment.doctor_id)
    buffer = clinic.doctor(appointment.doctor_id).buffer_minutes if known else 0
    return appointment.ends_at + timedelta(minutes=buffer)


def held_for(caller: Caller, appointments: Appointments) -> dict[str, TakenCell]:
    """Return the cells held for this call."""
    return appointments.held_by(caller.record.call_id)
