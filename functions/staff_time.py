"""The book and the doctors' calendars read as one: what staff have entered there is no free time here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from clinic.booking.change import TakenCell
from clinic.booking.holds import Read
from clinic.booking.mirror import SOMEBODY
from clinic.ports import Appointments, Calendar, Unavailable

_A_SLOT = timedelta(days=1)
"""What is shorter is one slot that somebody wants; what is longer is looked through for alternatives."""

_log = structlog.get_logger("clinic")

Cells = Mapping[str, TakenCell]


def taken_as_known(appointments: Appointments, calendar: Calendar) -> Read:
    """Return what reads the taken cells for an offer: calendars as they were within five minutes.

    Free/busy does not tell our events from staff's. Where it denies a slot that the book has free, the
    events themselves are read: perhaps it was one of ours, whose appointment was cancelled just now.
    """

    def read(doctor_ids: Sequence[str], first: datetime, last: datetime) -> Cells:
        book = appointments.taken(doctor_ids, first, last)
        blocked: Cells = calendar.blocked(doctor_ids, first, last)
        if last - first < _A_SLOT and _is_doubtful(blocked, book):
            blocked = _blocked_now(calendar, doctor_ids, first, last)
        return _together(book, blocked)

    return read


def taken_now(appointments: Appointments, calendar: Calendar) -> Read:
    """Return what reads the taken cells for a booking: the events of the slot's time as they are now."""

    def read(doctor_ids: Sequence[str], first: datetime, last: datetime) -> Cells:
        if last - first >= _A_SLOT:
            return taken_as_known(appointments, calendar)(doctor_ids, first, last)
        blocked = _blocked_now(calendar, doctor_ids, first, last)
        return _together(appointments.taken(doctor_ids, first, last), blocked)

    return read


def _is_doubtful(blocked: Cells, book: Cells) -> bool:
    """Tell whether a cell is busy, the book has nobody there, and it may be an event of ours."""
    booked = {name for name, each in book.items() if each.cell.state == "booked"}
    return any(each.cell.holder == SOMEBODY and name not in booked for name, each in blocked.items())


def _blocked_now(calendar: Calendar, doctor_ids: Sequence[str], first: datetime, last: datetime) -> Cells:
    found: dict[str, TakenCell] = {}
    for doctor_id in doctor_ids:
        try:
            found.update(calendar.blocked_now(doctor_id, first, last))
        except Unavailable as reason:
            # The book is ours: it goes on without the calendars, with what was last seen of them.
            _log.warning("! calendar out of reach", doctor_id=doctor_id, reason=str(reason))
            found.update(calendar.blocked([doctor_id], first, last))
    return found


def _together(book: Cells, blocked: Cells) -> Cells:
    # A booked cell stays what it is: its appointment may be the one that is to be moved.
    held = {name: each for name, each in book.items() if each.cell.state == "held"}
    return {**held, **blocked, **{name: each for name, each in book.items() if name not in held}}
