"""The waiting list: a slot that is given back is offered to one patient at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from clinic.booking.appointment import Waiting
from clinic.booking.change import Cell, Change, TakenCell
from clinic.booking.holds import Seen
from clinic.booking.refusals import NotAvailable
from clinic.booking.schedule import Slot, check_bookable, slot
from clinic.directory.clinic import Clinic


def offer(
    clinic: Clinic, free: Slot, waiting: Iterable[Waiting], seen: Seen, now: datetime
) -> tuple[Waiting, Change] | None:
    """Return the longest waiting patient who would take a slot, and the change that holds it for them.

    None where nobody waits for it, or where somebody was quicker.
    """
    if not _can_be_had(clinic, free, seen, now):
        return None
    day = free.starts_at.astimezone(clinic.zone).date()
    departments = clinic.doctor(free.doctor_id).departments
    for patient in waiting:
        if patient.status == "waiting" and patient.wants(free.doctor_id, departments, day):
            return _offered(clinic, free, patient, seen, now)
    return None


def offered_slot(clinic: Clinic, waiting: Waiting) -> Slot:
    """Return the slot that is held for a patient; ValueError where none was offered."""
    if waiting.offered_at is None:
        raise ValueError(f"nothing was offered to {waiting.id}")
    return slot(clinic.doctor(waiting.offered_doctor), waiting.offered_at)


def is_over(waiting: Waiting, now: datetime) -> bool:
    """Tell whether an offer's time has passed."""
    return waiting.status == "offered" and (waiting.offered_until or now) <= now


def closed(waiting: Waiting) -> Waiting:
    """Return the entry of somebody who has had their offer."""
    return msgspec.structs.replace(waiting, status="closed")


def told(waiting: Waiting) -> Waiting:
    """Return the entry of somebody whose offer has been mailed."""
    return msgspec.structs.replace(waiting, told=True)


def given_up(waiting: Waiting, held: Mapping[str, TakenCell], now: datetime) -> Change:
    """Return the change that ends an offer which can't be mailed, so that it goes to the next at once."""
    mine = {
        cell_id: entry
        for cell_id, entry in held.items()
        if (entry.cell.doctor_id, entry.cell.until) == (waiting.offered_doctor, waiting.offered_until)
    }
    return Change(
        takes=tuple(msgspec.structs.replace(entry.cell, until=now) for entry in mine.values()),
        over={cell_id: entry.version for cell_id, entry in mine.items()},
        waiting=(msgspec.structs.replace(told(waiting), offered_until=now),),
    )


def _can_be_had(clinic: Clinic, free: Slot, seen: Seen, now: datetime) -> bool:
    try:
        check_bookable(clinic, clinic.doctor(free.doctor_id), free, now)
    except NotAvailable:
        return False
    return free.is_free(seen.taken([free.doctor_id], free.starts_at, free.busy_until))


def _offered(
    clinic: Clinic, free: Slot, patient: Waiting, seen: Seen, now: datetime
) -> tuple[Waiting, Change]:
    until = now + timedelta(minutes=clinic.waitlist_offer_minutes)
    offered = msgspec.structs.replace(
        patient,
        status="offered",
        offered_at=free.starts_at,
        offered_doctor=free.doctor_id,
        offered_until=until,
        told=False,
    )
    cells = tuple(Cell(free.doctor_id, start, "held", patient.patient.id, until) for start in free.cells)
    return offered, Change(takes=cells, over=seen.over(cells), waiting=(offered,))
