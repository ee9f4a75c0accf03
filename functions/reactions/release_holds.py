"""Gives back what was held for a call that has ended."""

from __future__ import annotations

from clinic.booking.change import Change
from clinic.booking.holds import release
from clinic.contracts.events import CallEnded
from clinic.ports import Appointments


def release_holds(fact: CallEnded, *, appointments: Appointments) -> None:
    """Free the call's cells. Raises SlotTaken if one changes meanwhile: the bus tries again."""
    frees = release(appointments.held_by(fact.call_id))
    if frees:
        appointments.apply(Change(frees=frees))
