"""Tells as facts which letters a mail server took first and gave back later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from clinic.contracts.events import EmailFailed
from clinic.ports import Appointments, ReturnedMail


def read_returned_mail(
    *, returned_mail: ReturnedMail, appointments: Appointments, now: datetime
) -> Iterator[EmailFailed]:
    """Yield one fact per letter; none where the address was corrected since, or nothing is known of it."""
    for each in returned_mail.new():
        appointment = appointments.get(each.label.appointment_id)
        if appointment is None or appointment.email != each.address:
            continue
        yield EmailFailed(
            id=each.id,
            call_id=each.label.call_id,
            occurred_at=now,
            appointment_id=appointment.id,
            letter=each.label.kind,
            reason_code="mail_returned",
            address_id=appointment.address_id,
        )
