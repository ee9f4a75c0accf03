"""What to offer instead of a slot that can't be had, in the order a caller would want it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from datetime import date, datetime, timedelta
from itertools import islice

from clinic.booking.refusals import NotAvailable
from clinic.booking.schedule import Slot, check_bookable, slots_of_day
from clinic.booking.when import day_bounds
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
    """Return up to three free slots: nearest on that day, then on the days after, then a colleague's.

    The book of the colleagues is read only if the doctor's own has too little.
    """
    colleagues = [other for other in clinic.doctors_of(doctors[0].departments[0]) if other not in doctors]
    near = max(near, now)
    free = (
        slot
        for group in (doctors, colleagues)
        for slot in _free(clinic, group, near, minutes, taken)
        if _is_bookable(clinic, slot, now)
    )
    return list(islice(free, MOST))


def _free(
    clinic: Clinic, doctors: Sequence[Doctor], near: datetime, minutes: int | None, taken: Taken
) -> Iterator[Slot]:
    """Yield a group's free slots in the order of offering."""
    if not doctors:
        return
    today = near.astimezone(clinic.zone).date()
    days = [today + timedelta(days=number) for number in range(DAYS_AHEAD + 1)]
    buffer = timedelta(minutes=max(doctor.buffer_minutes for doctor in doctors))
    first, last = day_bounds(days[0], clinic.zone)[0], day_bounds(days[-1], clinic.zone)[1] + buffer
    occupied = taken([doctor.id for doctor in doctors], first, last)
    for day in days:
        slots = [slot for slot in _of_day(clinic, doctors, day, minutes) if slot.is_free(occupied)]
        yield from sorted(slots, key=_nearness(near) if day == today else _start)


def _nearness(near: datetime) -> Callable[[Slot], timedelta]:
    return lambda slot: abs(slot.starts_at - near)


def _start(slot: Slot) -> datetime:
    return slot.starts_at


def _of_day(clinic: Clinic, doctors: Sequence[Doctor], day: date, minutes: int | None) -> list[Slot]:
    return [slot for doctor in doctors for slot in slots_of_day(clinic, doctor, day, minutes)]


def _is_bookable(clinic: Clinic, slot: Slot, now: datetime) -> bool:
    try:
        check_bookable(clinic, clinic.doctor(slot.doctor_id), slot, now)
    except NotAvailable:
        return False
    return True
