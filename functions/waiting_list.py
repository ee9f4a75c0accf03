"""Offers a slot that is free again: holds it, writes to the patient, and notes that it was written."""

from __future__ import annotations

from datetime import datetime

import msgspec
import structlog

from clinic.booking.appointment import Waiting
from clinic.booking.change import Change
from clinic.booking.holds import Seen
from clinic.booking.schedule import Slot
from clinic.booking.waitlist import closed, given_up, offer, told
from clinic.directory import Clinic
from clinic.letters import Letters
from clinic.ports import AddressRefused, Appointments, Calendar, Mailer
from functions.staff_time import taken_now

_log = structlog.get_logger("clinic")


def offer_to_next(
    free: Slot,
    after: Waiting | None,
    appointments: Appointments,
    calendar: Calendar,
    clinic: Clinic,
    now: datetime,
) -> Waiting | None:
    """Hold a slot for the next who waits for it; `after` has had the offer, and is closed in the same change.

    Raises SlotTaken where somebody takes the slot meanwhile.
    """
    seen = Seen(taken_now(appointments, calendar), now, ())
    passed = (closed(after),) if after else ()
    found = offer(clinic, free, appointments.waiting(), seen, now)
    if found is None:
        if passed:
            appointments.apply(Change(waiting=passed))
        return None
    waiting, change = found
    appointments.apply(msgspec.structs.replace(change, waiting=(*passed, *change.waiting)))
    return waiting


def tell(
    waiting: Waiting, appointments: Appointments, letters: Letters, mailer: Mailer, now: datetime
) -> None:
    """Mail an offer, once however often this is called, and note it.

    Where the address takes no mail, nobody will take the slot: its time is over now, and the next minute
    offers it to the next. Raises SlotTaken where the slot is booked meanwhile.
    """
    key = f"offer-{waiting.id}"
    try:
        mailer.send(letters.about_offer(waiting, now, key), key)
    except AddressRefused:
        _log.warning("! offer refused", waiting_id=waiting.id, reason="address_refused")
        appointments.apply(given_up(waiting, appointments.held_by(waiting.patient.id), now))
        return
    appointments.apply(Change(waiting=(told(waiting),)))
