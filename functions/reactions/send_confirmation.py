"""Mails the confirmation of an appointment that was booked."""

from __future__ import annotations

from clinic.contracts.events import AppointmentBooked
from clinic.directory import Clinic
from clinic.ports import Appointments, Mailer
from functions.letters import about_appointment


def send_confirmation(
    fact: AppointmentBooked, *, appointments: Appointments, clinic: Clinic, mailer: Mailer
) -> None:
    """Send one mail per appointment, in the words of the clinic's clock.

    Raises LookupError if the book does not hold the appointment: the bus tries again.
    """
    appointment = appointments.get(fact.appointment_id)
    if appointment is None:
        raise LookupError(f"no appointment {fact.appointment_id}")
    mail = about_appointment("confirmation", appointment, clinic, fact.occurred_at)
    mailer.send(mail, key=f"confirmation-{appointment.id}")
