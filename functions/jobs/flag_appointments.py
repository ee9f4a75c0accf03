"""Flags appointments that stand although their doctor no longer works then: kept, and shown to staff."""

from __future__ import annotations

from datetime import datetime

import structlog

from clinic.booking.book import flagged, rewritten
from clinic.booking.refusals import NotAvailable
from clinic.directory import Clinic
from clinic.ports import Appointments, SlotTaken
from functions.caller import busy_until

_log = structlog.get_logger("clinic")


def flag_appointments(*, appointments: Appointments, clinic: Clinic, now: datetime) -> None:
    """Write the flag of each coming appointment where the directory has changed it."""
    for appointment in appointments.coming(now):
        changed = flagged(appointment, clinic)
        if changed == appointment:
            continue
        book = appointments.taken(
            [appointment.doctor_id], appointment.starts_at, busy_until(appointment, clinic)
        )
        try:
            appointments.apply(rewritten(changed, book))
        except (NotAvailable, SlotTaken):
            # Somebody is changing it at this moment; the next hour looks again.
            continue
        _log.warning("! appointment flagged", appointment_id=appointment.id, flag=changed.flag)
