"""Mails that an appointment was moved or cancelled."""

from __future__ import annotations

from clinic.contracts.events import AppointmentCancelled, AppointmentRescheduled, EmailFailed
from clinic.letters import Kind, Letters
from clinic.ports import Appointments, Mailer
from functions.letters import post


def send_appointment_email(
    fact: AppointmentCancelled | AppointmentRescheduled,
    *,
    appointments: Appointments,
    letters: Letters,
    mailer: Mailer,
) -> tuple[EmailFailed, ...]:
    """Send one letter per change, about the appointment as it stands now.

    Raises LookupError if the book does not hold the appointment: the bus tries again.
    """
    appointment = appointments.get(fact.appointment_id)
    if appointment is None:
        raise LookupError(f"no appointment {fact.appointment_id}")
    kind: Kind = "cancellation" if isinstance(fact, AppointmentCancelled) else "change"
    if kind == "change" and appointment.status == "cancelled":
        # Cancelled since: that letter says all.
        return ()
    return post(kind, appointment, f"{kind}-{fact.id}", fact.call_id, fact.occurred_at, letters, mailer)
