"""Passes on offers that nobody has taken, closes who waits for past days, writes what a crash left."""

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
    today = now.astimezone(clinic.zone).date()
    for waiting in appointments.waiting():
        if is_over(waiting, now):
            # Without a hold, the patient has booked the slot; without the doctor, there is none.
            if appointments.held_by(waiting.patient.id) and clinic.has_doctor(waiting.offered_doctor):
                offer_to_next(offered_slot(clinic, waiting), waiting, appointments, calendar, clinic, now)
            else:
                appointments.apply(Change(waiting=(closed(waiting),)))
        elif waiting.status == "waiting" and waiting.last < today:
            # The list is read each minute: it must not grow for ever.
            appointments.apply(Change(waiting=(closed(waiting),)))
    for waiting in appointments.waiting():
        if waiting.status == "offered" and not waiting.told:
            tell(waiting, appointments, letters, mailer, now)
