"""Posts a letter about an appointment, and tells as a fact where its address was refused."""

from __future__ import annotations

from datetime import datetime

from clinic.booking.appointment import Appointment
from clinic.contracts.events import EmailFailed
from clinic.contracts.returned import LETTER_HEADER, LetterLabel
from clinic.letters import Kind, Letters
from clinic.ports import AddressRefused, Mailer


def post(
    kind: Kind,
    appointment: Appointment,
    key: str,
    call_id: str,
    at: datetime,
    letters: Letters,
    mailer: Mailer,
) -> tuple[EmailFailed, ...]:
    """Send a letter, once per key, and return the facts that follow: none where it was taken.

    `at` is when what the letter tells happened, `call_id` the call in which it did.
    """
    letter = letters.about_appointment(kind, appointment, at, key)
    letter[LETTER_HEADER] = LetterLabel(kind=kind, appointment_id=appointment.id, call_id=call_id).written()
    try:
        mailer.send(letter, key)
    except AddressRefused:
        return (
            EmailFailed(
                id=f"{key}.refused",
                call_id=call_id,
                occurred_at=at,
                appointment_id=appointment.id,
                letter=kind,
                reason_code="address_refused",
                address_id=appointment.address_id,
            ),
        )
    return ()
