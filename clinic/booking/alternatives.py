"""What to offer instead of a slot that can't be had, in the order a caller would want it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from datetime import date, datetime, timedelta
from itertools import islice

from clinic.booking.refusals import NotAvailable
from clinic.booking.schedule import Slot, check_bookable, slots_of_day
from clinic.directory.clinic import Clinic, Doctor

MOST = 3
DAYS_AHEAD = 14

Taken = Callable[[Sequence[str], datetime, datetime], Set[str]]
"""Reads the ids of the taken cells of some doctors between two instants, UTC."""


def alternatives(
    clinic: Clinic,
    doctors: Sequence[Doctor],
    near: datetime,
    minutes: int | None,
    now: datetime,
    taken: Taken,
) -> list[Slot]:
    """Return up to three free slots: nearest on that day, then on the days after, then a colleague's."""
    colleagues = [other for other in clinic.doctors_of(doctors[0].departments[0]) if other not in doctors]
    near = max(near, now)
    occupied = taken(
        [doctor.id for doctor in (*doctors, *colleagues)],
        near - timedelta(days=1),
        near + timedelta(days=DAYS_AHEAD + 2),
    )
    offers = (slot for group in (doctors, colleagues) for slot in _in_order(clinic, group, near, minutes))
    free = (slot for slot in offers if slot.is_free(occupied) and _is_bookable(clinic, slot, now))
    return list(islice(free, MOST))


def _in_order(
    clinic: Clinic, doctors: Sequence[Doctor], near: datetime, minutes: int | None
) -> Iterator[Slot]:
    today = near.astimezone(clinic.zone).date()
    yield from sorted(_of_day(clinic, doctors, today, minutes), key=lambda slot: abs(slot.starts_at - near))
    for later in range(1, DAYS_AHEAD + 1):
        slots = _of_day(clinic, doctors, today + timedelta(days=later), minutes)
        yield from sorted(slots, key=lambda slot: slot.starts_at)


def _of_day(clinic: Clinic, doctors: Sequence[Doctor], day: date, minutes: int | None) -> list[Slot]:
    return [slot for doctor in doctors for slot in slots_of_day(clinic, doctor, day, minutes)]


def _is_bookable(clinic: Clinic, slot: Slot, now: datetime) -> bool:
    try:
        check_bookable(clinic, clinic.doctor(slot.doctor_id), slot, now)
    except NotAvailable:
        return False
    return True
