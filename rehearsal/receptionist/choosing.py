"""Finds which of the slots read out a caller means: by its place, its doctor, its day or its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rehearsal.receptionist.notes import Slot
from rehearsal.receptionist.understanding import Understood


def chosen(heard: Understood, slots: Sequence[Slot]) -> Slot | None:
    """Return the one slot meant; None where none or several fit."""
    if heard.choice is not None and heard.choice < len(slots):
        return slots[heard.choice]
    by_time = sorted(slots, key=lambda slot: (slot.day, slot.time))
    if by_time and heard.signs & {"earlier_one", "later_one"}:
        return by_time[0 if "earlier_one" in heard.signs else -1]
    if len(slots) == 1 and "yes" in heard.signs and not _particular(heard):
        return slots[0]
    fitting = [slot for slot in slots if _fits(heard, slot)] if _particular(heard) else []
    return fitting[0] if len(fitting) == 1 else None


def _particular(heard: Understood) -> bool:
    return bool(heard.time or heard.day or heard.doctors)


def _fits(heard: Understood, slot: Slot) -> bool:
    names = {doctor.name for doctor in heard.doctors}
    return (
        (heard.time is None or heard.time == slot.time)
        and (heard.day is None or _is_day(heard, heard.day, slot))
        and (not names or slot.doctor_name in names)
    )


def _is_day(heard: Understood, day: date, slot: Slot) -> bool:
    return day == slot.day or (heard.by_weekday and day.weekday() == slot.day.weekday())
