"""Passes on the waiting list's offers that nobody has taken, and writes what a crash left unwritten."""

from __future__ import annotations

from datetime import datetime

from clinic.booking.change import Change
from clinic.booking.waitlist import closed, is_over, offered_slot
from clinic.directory import Clinic
from clinic.letters import Letters
from clinic.ports import Appointments, Calendar, Mailer
from functions.waiting_list import offer_to_next, tell


def pass_on_offers(
    *,
    appointments: Appointments,
    calendar: Calendar,
    clinic: Clinic,
    letters: Letters,
    mailer: Mailer,
    now: datetime,
) -> None:
    """Offer each slot whose time is over to the next patient. Raises SlotTaken: the bus tries again."""
    for waiting in appointments.waiting():
        if is_over(waiting, now):
            if appointments.held_by(waiting.patient.id):
                offer_to_next(offered_slot(clinic, waiting), waiting, appointments, calendar, clinic, now)
            else:
                # The hold is gone because the patient has booked the slot.
                appointments.apply(Change(waiting=(closed(waiting),)))
    for waiting in appointments.waiting():
        if waiting.status == "offered" and not waiting.told:
            tell(waiting, appointments, letters, mailer, now)
