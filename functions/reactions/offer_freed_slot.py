"""Offers a slot that was given back to who waits for it."""

from __future__ import annotations

from datetime import datetime

from clinic.booking.schedule import slot
from clinic.contracts.events import AppointmentCancelled, AppointmentRescheduled
from clinic.directory import Clinic
from clinic.letters import Letters
from clinic.ports import Appointments, Calendar, Mailer
from functions.waiting_list import offer_to_next, tell


def offer_freed_slot(
    fact: AppointmentCancelled | AppointmentRescheduled,
    *,
    appointments: Appointments,
    calendar: Calendar,
    clinic: Clinic,
    letters: Letters,
    mailer: Mailer,
    now: datetime,
) -> None:
    """Hold the slot for the longest waiting patient and write to them.

    Raises SlotTaken where somebody takes it meanwhile: the bus tries again, and finds it taken.
    """
    if not clinic.has_doctor(fact.doctor_id):
        # Who has left gives no slot back.
        return
    minutes = int((fact.freed_until - fact.freed_at).total_seconds()) // 60
    free = slot(clinic.doctor(fact.doctor_id), fact.freed_at, minutes)
    waiting = offer_to_next(free, None, appointments, calendar, clinic, now)
    if waiting:
        tell(waiting, appointments, letters, mailer, now)
