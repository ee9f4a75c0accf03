"""The book in the doctors' calendars: what an event says, and whose hand was the last on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from clinic.booking.appointment import Appointment
from clinic.booking.change import Cell, TakenCell, cells_between
from clinic.directory.clinic import Clinic

STAFF = "staff"
"""The holder of a cell that an event of the staff's touches."""
SOMEBODY = ""
"""The holder of a cell that is busy in a calendar, with an event of the staff's or of ours."""


class Place(Struct, frozen=True):
    """Where an appointment is: whose calendar, and when."""

    doctor_id: str
    starts_at: datetime
    """UTC."""
    ends_at: datetime


class CalendarEvent(Struct, frozen=True, kw_only=True):
    """What staff read in a doctor's calendar about an appointment."""

    appointment_id: str
    """Also the event's id: a-v and digits, so that one appointment is one event, however often it is put."""
    place: Place
    title: str
    details: str


class Mirrored(Struct, frozen=True, kw_only=True):
    """An event of ours as it was found."""

    appointment_id: str
    place: Place
    written: Place
    """Where we put it last; another place than this is staff's doing."""
    version: str
    """Opaque; another one after every change."""
    deleted: bool = False

    @property
    def is_moved_by_hand(self) -> bool:
        """Tell whether staff have moved it, in time or to a colleague."""
        return not self.deleted and self.place != self.written


def event_of(appointment: Appointment, clinic: Clinic) -> CalendarEvent:
    """Return the event of an appointment that stands."""
    department = clinic.name_of_department(appointment.department_id)
    return CalendarEvent(
        appointment_id=appointment.id,
        place=place_of(appointment),
        title=f"{appointment.patient_name} ({department})",
        details="\n".join(
            line
            for line in (
                f"Patient: {appointment.patient_name}",
                f"Phone: {appointment.phone}" if appointment.phone else "",
                f"E-mail: {appointment.email}",
                f"Department: {department}",
                f"Reference: {appointment.id}",
            )
            if line
        ),
    )


def place_of(appointment: Appointment) -> Place:
    """Return where an appointment is in the book."""
    return Place(appointment.doctor_id, appointment.starts_at, appointment.ends_at)


def blocked_cells(
    doctor_id: str,
    spans: Iterable[tuple[datetime, datetime]],
    first: datetime,
    last: datetime,
    holder: str = STAFF,
) -> dict[str, TakenCell]:
    """Return the cells between two instants that events touch, by id. No version: nobody may replace them."""
    starts = (start for begin, end in spans for start in cells_between(max(begin, first), min(end, last)))
    cells = (Cell(doctor_id, start, "blocked", holder) for start in starts)
    return {cell.id: TakenCell(cell, "") for cell in cells}
