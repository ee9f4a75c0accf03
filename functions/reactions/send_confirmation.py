"""Mails the confirmation of an appointment that was booked, and again to an address that was corrected."""

from __future__ import annotations

from clinic.contracts.events import AppointmentBooked, AppointmentCorrected, EmailFailed
from clinic.letters import Letters
from clinic.ports import Appointments, Mailer
from functions.letters import post


def send_confirmation(
    fact: AppointmentBooked | AppointmentCorrected,
    *,
    appointments: Appointments,
    letters: Letters,
    mailer: Mailer,
) -> tuple[EmailFailed, ...]:
    """Send one letter per booking and per correction; none about what has been cancelled since.

    Raises LookupError if the book does not hold the appointment: the bus tries again.
    """
    appointment = appointments.get(fact.appointment_id)
    if appointment is None:
        raise LookupError(f"no appointment {fact.appointment_id}")
    if appointment.status == "cancelled":
        return ()
    again = isinstance(fact, AppointmentCorrected)
    key = f"confirmation-{fact.id if again else appointment.id}"
    return post("confirmation", appointment, key, fact.call_id, fact.occurred_at, letters, mailer)
