"""Mails that an appointment was moved or cancelled."""

from __future__ import annotations

from clinic.contracts.events import AppointmentCancelled, AppointmentRescheduled
from clinic.directory import Clinic
from clinic.ports import Appointments, Mailer
from functions.letters import about_appointment


def send_appointment_email(
    fact: AppointmentCancelled | AppointmentRescheduled,
    *,
    appointments: Appointments,
    clinic: Clinic,
    mailer: Mailer,
) -> None:
    """Send one mail per change, about the appointment as it stands now.

    Raises LookupError if the book does not hold the appointment: the bus tries again.
    """
    appointment = appointments.get(fact.appointment_id)
    if appointment is None:
        raise LookupError(f"no appointment {fact.appointment_id}")
    what = "cancellation" if isinstance(fact, AppointmentCancelled) else "change"
    mailer.send(about_appointment(what, appointment, clinic, fact.occurred_at), key=f"{what}-{fact.id}")
