"""What to offer instead of a slot that can't be had, in the order a caller would want it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from datetime import datetime, timedelta
from itertools import islice

from clinic.booking.refusals import NotAvailable
from clinic.booking.schedule import Slot, check_bookable, slots_of_day
from clinic.directory.clinic import Clinic, Doctor

MOST = 3
DAYS_AHEAD = 14

Taken = Callable[[list[str], datetime, datetime], Set[str]]
"""Reads the ids of the taken cells of some doctors between two instants."""


def alternatives(
    clinic: Clinic, doctor: Doctor, wanted: Slot, minutes: int | None, now: datetime, taken: Taken
) -> list[Slot]:
    """Return up to three free slots: nearest on that day, then on the days after, then a colleague's."""
    colleagues = [other for other in clinic.doctors_of(doctor.departments[0]) if other is not doctor]
    doctors = [doctor, *colleagues]
    first = max(wanted.starts_at, now) - timedelta(days=1)
    last = first + timedelta(days=DAYS_AHEAD + 2)
    occupied = taken([other.id for other in doctors], first, last)
    offers = _in_order(clinic, doctors, max(wanted.starts_at, now), minutes)
    free = (offer for offer in offers if offer.is_free(occupied) and _is_bookable(clinic, offer, now))
    return list(islice(free, MOST))


def _in_order(clinic: Clinic, doctors: list[Doctor], near: datetime, minutes: int | None) -> Iterator[Slot]:
    day = near.astimezone(clinic.zone).date()
    for doctor in doctors:
        same_day = list(slots_of_day(clinic, doctor, day, minutes))
        yield from sorted(same_day, key=lambda slot: abs(slot.starts_at - near))
        for later in range(1, DAYS_AHEAD + 1):
            yield from slots_of_day(clinic, doctor, day + timedelta(days=later), minutes)


def _is_bookable(clinic: Clinic, offer: Slot, now: datetime) -> bool:
    try:
        check_bookable(clinic, clinic.doctor(offer.doctor_id), offer, now)
    except NotAvailable:
        return False
    return True
