"""Why the clinic rings a patient: a reminder of an appointment, or a call back that was promised."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from clinic.booking.appointment import Appointment
from clinic.booking.natural import spoken
from clinic.contracts.call_record import CallRecord
from clinic.directory import Clinic
from clinic.ports import Appointments, Calls

ANSWERED_BY_MACHINE = "answering machine"
"""The resolution of a call that a machine took and no message was left on."""
MESSAGE_LEFT = "message left"


class PatientWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to ring, by what it is about."""

    reason: Literal["reminder", "call_back"]
    id: str
    """Of a reminder: the appointment's; of a call back: the call's in which it was promised."""


class Errand(Struct, frozen=True, kw_only=True):
    """One reason to ring one patient."""

    id: str
    """The same for the same reason, however often it is asked for."""
    number: str
    """E.164; empty where none is known."""
    reason: str
    """What the agent is told."""
    language: str


def errand_of(
    wanted: PatientWanted, appointments: Appointments, calls: Calls, clinic: Clinic, now: datetime
) -> Errand | None:
    """Return what the ring is about; None where there is no such thing any more."""
    if wanted.reason == "reminder":
        appointment = appointments.get(wanted.id)
        is_coming = appointment and appointment.status == "booked" and appointment.starts_at > now
        return _reminder(appointment, clinic) if appointment and is_coming else None
    record = calls.get(wanted.id)
    return _call_back(record) if record and record.call_back else None


def _reminder(appointment: Appointment, clinic: Clinic) -> Errand:
    doctor, when = clinic.name_of_doctor(appointment.doctor_id), spoken(appointment.starts_at, clinic.zone)
    return Errand(
        # An appointment that was moved is another reason to ring.
        id=f"reminder {appointment.id} {appointment.starts_at:%Y%m%dT%H%M}",
        number=appointment.phone,
        reason=f"You remind {appointment.patient_name} of the appointment with {doctor}, {when}."
        " Ask whether they will come; if not, offer to move or to cancel it.",
        language=appointment.language,
    )


def _call_back(record: CallRecord) -> Errand:
    about = f" It was about: {record.transfer_reason}" if record.transfer_reason else ""
    whom = record.customer_name or "a caller"
    return Errand(
        id=f"call back {record.call_id}",
        number=record.call_back_number or record.caller_phone,
        reason=f"You call back {whom}, to whom nobody could speak before.{about} Help if you can.",
        language=record.language,
    )
