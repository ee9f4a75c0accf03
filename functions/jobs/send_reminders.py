"""Mails the reminders that are due, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from clinic.booking.reminders import FURTHEST, REMINDERS
from clinic.contracts.events import EmailFailed
from clinic.letters import Letters
from clinic.ports import Appointments, Mailer, Reacted
from functions.letters import post


def send_reminders(
    *, appointments: Appointments, letters: Letters, mailer: Mailer, reacted: Reacted, now: datetime
) -> Iterator[EmailFailed]:
    """Send what is due and yield the facts that follow.

    Raises ExceptionGroup of what broke, after all others were sent: the bus tries again.
    """
    faults: list[Exception] = []
    for appointment in appointments.coming(now, now + FURTHEST):
        for reminder in REMINDERS:
            key = reminder.key(appointment)
            if not reminder.is_due(appointment, now) or not reacted.once("send_reminders", key):
                continue
            # As it stands at this moment: it may have been moved since the list was read.
            latest = appointments.get(appointment.id)
            if latest is None or reminder.key(latest) != key or not reminder.is_due(latest, now):
                continue
            try:
                yield from post(reminder.kind, latest, key, latest.call_id, now, letters, mailer)
                reacted.done("send_reminders", key)
            except Exception as fault:  # noqa: BLE001
                # One letter that can't be sent keeps nobody else's back.
                faults.append(fault)
    if faults:
        raise ExceptionGroup(f"{len(faults)} reminders were not sent", faults)
