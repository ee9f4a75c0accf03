"""Which reminders of an appointment are due: a day and two hours before, where that still helps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from clinic.booking.appointment import Appointment


class Reminder(Struct, frozen=True):
    """One reminder, and the time before the start in which it may be sent."""

    kind: Literal["reminder", "reminder_soon"]
    earliest: timedelta
    latest: timedelta
    """With less time left it is no use; until then, one that an outage held up is still sent."""

    def is_due(self, appointment: Appointment, now: datetime) -> bool:
        """Tell whether to send it now.

        Not where the appointment was made or moved after the reminder's time: its own letter has just come.
        """
        due_at = appointment.starts_at - self.earliest
        arranged_before = appointment.arranged_at is None or appointment.arranged_at < due_at
        in_time = due_at <= now < appointment.starts_at - self.latest
        return appointment.status == "booked" and arranged_before and in_time

    def key(self, appointment: Appointment) -> str:
        """Return the key of the letter: one per appointment, kind and start, so a move makes a new one."""
        return f"{self.kind}-{appointment.id}-{appointment.starts_at.astimezone(UTC):%Y%m%dT%H%MZ}"


REMINDERS = (
    Reminder("reminder", timedelta(hours=24), timedelta(hours=12)),
    Reminder("reminder_soon", timedelta(hours=2), timedelta(minutes=30)),
)
FURTHEST = max(each.earliest for each in REMINDERS)
"""No appointment that is further away has a reminder due."""
