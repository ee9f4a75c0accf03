"""Looks for what must never be: two appointments that stand, of one doctor, at one time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

import structlog

from clinic.booking.appointment import Appointment
from clinic.ports import Appointments

_log = structlog.get_logger("clinic")


def check_bookings(*, appointments: Appointments, now: datetime) -> None:
    """Log each pair, for the alert that wakes somebody; the ids are enough to look them up."""
    for first, second in overlapping(appointments.coming(now)):
        _log.error("! double booking", appointment_id=first.id, other_appointment_id=second.id)


def overlapping(appointments: Sequence[Appointment]) -> Iterator[tuple[Appointment, Appointment]]:
    """Return each appointment that begins before one of the same doctor has ended, with that one."""
    in_order = sorted(appointments, key=lambda each: (each.doctor_id, each.starts_at))
    for first, second in pairwise(in_order):
        if first.doctor_id == second.doctor_id and second.starts_at < first.ends_at:
            yield first, second
