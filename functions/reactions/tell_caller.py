"""Lets the agent of a call that still goes on know that a letter was refused, so that it asks again."""

from __future__ import annotations

from clinic.contracts.events import EmailFailed
from clinic.contracts.notice import Notice
from clinic.ports import Appointments, Calls

_NEWS = (
    "The {letter} could not be delivered: the e-mail address {email} takes no mail. The appointment stands."
    " Say so, ask the caller to spell the address again, read it back, and then call correct_email"
    " with appointment_id {appointment_id}."
)


def tell_caller(fact: EmailFailed, *, appointments: Appointments, calls: Calls) -> None:
    """Leave a notice, unless the caller has hung up: then the register's note tells staff.

    Raises LookupError if the book does not hold the appointment: the bus tries again.
    """
    record = calls.get(fact.call_id)
    if record is None or record.status != "in_progress":
        return
    appointment = appointments.get(fact.appointment_id)
    if appointment is None:
        raise LookupError(f"no appointment {fact.appointment_id}")
    if fact.address_id not in ("", appointment.address_id):
        # Corrected since.
        return
    text = _NEWS.format(letter=fact.letter, email=appointment.email, appointment_id=appointment.id)
    calls.leave_notice(Notice(id=fact.id, call_id=fact.call_id, text=text))
