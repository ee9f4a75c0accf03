"""What a rule wants changed in the book: decided here, committed by an adapter as one atomic batch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from clinic.booking.appointment import Appointment, Patient, Waiting
from clinic.contracts.call_record import CallNotes

CELL = timedelta(minutes=15)
"""The grain of the book: any two appointments that overlap share a cell."""
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class Cell(Struct, frozen=True):
    """Fifteen minutes of a doctor's time, in the book only while taken."""

    doctor_id: str
    starts_at: datetime
    """UTC, on a quarter of an hour."""
    state: Literal["booked", "held", "blocked"] = "booked"
    holder: str = ""
    """Booked: the appointment's id. Held: the call's, or the waiting patient's."""
    until: datetime | None = None
    """Held: when it is free again."""

    @property
    def id(self) -> str:
        """The same for every appointment that wants this cell: `mehta_20261204T0500Z`."""
        return cell_id(self.doctor_id, self.starts_at)


class TakenCell(Struct, frozen=True):
    """A cell as it was read. Nobody has changed it since while its version is the same."""

    cell: Cell
    version: str
    """Opaque: each store has its own."""


class Change(Struct, frozen=True, kw_only=True):
    """All of it happens, or none of it."""

    takes: tuple[Cell, ...] = ()
    """Each must be free at the commit, or be the one read in `over`."""
    over: dict[str, str] = {}
    """By cell id, the version of what a take replaces: a hold, or the same appointment's cell."""
    frees: dict[str, str] = {}
    """By cell id, the version of what is deleted."""
    appointment: Appointment | None = None
    """Written over its older self: whoever changes an appointment replaces or frees a cell of it."""
    also: tuple[Appointment, ...] = ()
    """Further appointments that are written over their older selves, on the same condition."""
    patient: Patient | None = None
    waiting: tuple[Waiting, ...] = ()
    call_notes: CallNotes | None = None


def cell_id(doctor_id: str, starts_at: datetime) -> str:
    """Return the id of a doctor's cell."""
    at = starts_at.astimezone(UTC)
    # Written out: strftime takes three times as long, and an answer about a week asks for hundreds.
    return f"{doctor_id}_{at.year:04}{at.month:02}{at.day:02}T{at.hour:02}{at.minute:02}Z"


def cells_between(first: datetime, last: datetime) -> list[datetime]:
    """Return the starts of all cells that touch the time from `first` to `last`, UTC."""
    start = first - (first - _BEGINNING) % CELL
    return [start + CELL * number for number in range(-((start - last) // CELL))]
