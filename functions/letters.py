"""What the clinic writes to patients."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from clinic.booking.appointment import Appointment, Waiting
from clinic.booking.when import spoken
from clinic.directory import Clinic

_SENDER = "appointments@clinic.example.com"
_FRAME = """\
Dear {patient},

{news}

    Doctor:      {doctor}
    Department:  {department}
    When:        {when} ({zone})
    Reference:   {reference}

{more}

{clinic}
"""
_CALL_US = "To change or cancel it, call us on {phone}."
NEWS = {
    "confirmation": ("Your appointment", "your appointment is confirmed.", _CALL_US),
    "change": ("Your appointment has moved", "your appointment has been moved.", _CALL_US),
    "cancellation": (
        "Your appointment is cancelled",
        "your appointment is cancelled.",
        "For another one, call us on {phone}.",
    ),
    "offer": (
        "A free appointment",
        "an appointment has become free, and we keep it for you until {until}.",
        "To take it, call us on {phone}. If you do not, we offer it to the next patient.",
    ),
}


def about_appointment(what: str, appointment: Appointment, clinic: Clinic, at: datetime) -> EmailMessage:
    """Return the mail of one of NEWS about an appointment."""
    return _letter(
        what,
        clinic,
        at,
        to=appointment.email,
        patient=appointment.patient_name,
        doctor=clinic.name_of_doctor(appointment.doctor_id),
        department=clinic.name_of_department(appointment.department_id),
        when=spoken(appointment.starts_at, clinic.zone),
        reference=appointment.id,
    )


def about_offer(waiting: Waiting, clinic: Clinic, at: datetime) -> EmailMessage:
    """Return the mail that offers a slot to a waiting patient; ValueError where none is offered."""
    if waiting.offered_at is None or waiting.offered_until is None:
        raise ValueError(f"nothing was offered to {waiting.id}")
    return _letter(
        "offer",
        clinic,
        at,
        to=waiting.patient.email,
        patient=waiting.patient.name,
        doctor=clinic.name_of_doctor(waiting.offered_doctor),
        department=clinic.name_of_department(waiting.department_id),
        when=spoken(waiting.offered_at, clinic.zone),
        until=spoken(waiting.offered_until, clinic.zone),
        reference=waiting.id,
    )


def _letter(
    what: str, clinic: Clinic, at: datetime, *, to: str, reference: str, **words: str
) -> EmailMessage:
    subject, news, more = NEWS[what]
    message = EmailMessage()
    message["From"] = _SENDER
    message["To"] = to
    message["Subject"] = f"{subject} at {clinic.name}"
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{what}.{reference}@clinic.example.com>"
    values = {
        **words,
        "clinic": clinic.name,
        "zone": clinic.time_zone,
        "phone": clinic.phone,
        "reference": reference,
    }
    values.update(news=news.format(**values), more=more.format(**values))
    message.set_content(_FRAME.format(**values))
    return message
