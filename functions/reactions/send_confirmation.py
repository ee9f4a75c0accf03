"""Mails the confirmation of an appointment that was booked."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime

from clinic.booking.when import spoken
from clinic.contracts.events import AppointmentBooked
from clinic.directory import Clinic
from clinic.ports import Appointments, Mailer

_SENDER = "appointments@clinic.example.com"
_TEXT = """\
Dear {patient},

your appointment at {clinic} is confirmed.

    Doctor:      {doctor}
    Department:  {department}
    When:        {when} ({zone})
    Reference:   {reference}

To change or cancel it, call us on {phone}.

{clinic}
"""


def send_confirmation(
    fact: AppointmentBooked, *, appointments: Appointments, clinic: Clinic, mailer: Mailer
) -> None:
    """Send one mail per appointment, in the words of the clinic's clock.

    Raises LookupError if the book does not hold the appointment: the bus tries again.
    """
    appointment = appointments.get(fact.appointment_id)
    if appointment is None:
        raise LookupError(f"no appointment {fact.appointment_id}")
    message = EmailMessage()
    message["From"] = _SENDER
    message["To"] = appointment.email
    message["Subject"] = f"Your appointment at {clinic.name}"
    message["Date"] = format_datetime(fact.occurred_at)
    message["Message-ID"] = f"<confirmation.{appointment.id}@clinic.example.com>"
    message.set_content(
        _TEXT.format(
            patient=appointment.patient_name,
            clinic=clinic.name,
            doctor=clinic.doctor(appointment.doctor_id).name,
            department=clinic.department(appointment.department_id).name,
            when=spoken(appointment.starts_at, clinic.zone),
            zone=clinic.time_zone,
            reference=appointment.id,
            phone=clinic.phone,
        )
    )
    mailer.send(message, key=f"confirmation-{appointment.id}")
