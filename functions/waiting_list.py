"""Offers a slot that is free again: holds it, writes to the patient, and notes that it was written."""

from __future__ import annotations

from datetime import datetime

import msgspec

from clinic.booking.appointment import Waiting
from clinic.booking.change import Change
from clinic.booking.holds import Seen
from clinic.booking.schedule import Slot
from clinic.booking.waitlist import closed, offer, told
from clinic.directory import Clinic
from clinic.ports import Appointments, Mailer
from functions.letters import about_offer


def offer_to_next(
    free: Slot, after: Waiting | None, appointments: Appointments, clinic: Clinic, now: datetime
) -> Waiting | None:
    """Hold a slot for the next who waits for it; `after` has had the offer, and is closed in the same change.

    Raises SlotTaken where somebody takes the slot meanwhile.
    """
    seen = Seen(appointments.taken, now, ())
    passed = (closed(after),) if after else ()
    found = offer(clinic, free, appointments.waiting(), seen, now)
    if found is None:
        if passed:
            appointments.apply(Change(waiting=passed))
        return None
    waiting, change = found
    appointments.apply(msgspec.structs.replace(change, waiting=(*passed, *change.waiting)))
    return waiting


def tell(waiting: Waiting, appointments: Appointments, mailer: Mailer, clinic: Clinic, now: datetime) -> None:
    """Mail an offer, once however often this is called, and note it."""
    mailer.send(about_offer(waiting, clinic, now), key=f"offer-{waiting.id}")
    appointments.apply(Change(waiting=(told(waiting),)))
