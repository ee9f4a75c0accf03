"""Where a doctor's calendar and the book have come apart, and which of them is to follow.

The book wins, with one exception: an event that staff have moved by hand is followed by the book, if the
time is free there. What staff delete by hand is put back: who wants to cancel an appointment has to tell
the patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from clinic.booking.appointment import Appointment
from clinic.booking.mirror import Mirrored, place_of

Kind = Literal[
    "missing",
    "outdated",
    "left_over",
    "pending",
    "deleted_by_staff",
    "moved_by_staff",
    "moved_onto_taken_time",
    "followed",
    "unknown_appointment",
    "unknown_calendar",
    "out_of_reach",
]


class Drift(Struct, frozen=True):
    """One difference. It names nobody: a log and a terminal may show it."""

    kind: Kind
    appointment_id: str = ""
    doctor_id: str = ""
    """In whose calendar it was found, or should have been."""


def drift_of(appointment: Appointment, events: Sequence[Mirrored]) -> Drift | None:
    """Return how an appointment's events, of all calendars, differ from the book; None where they do not."""
    live = [event for event in events if not event.deleted]
    if appointment.status == "cancelled":
        return _drift(_kind_of_cancelled(appointment, live), appointment, live)
    place = place_of(appointment)
    for event in live:
        if event.is_moved_by_hand and event.written == place:
            return Drift("moved_by_staff", appointment.id, event.place.doctor_id)
        if event.is_moved_by_hand and event.place == place:
            # The book has followed, and was interrupted before the event said so.
            return Drift("followed", appointment.id, event.place.doctor_id)
    return _drift(_kind(appointment, live, events), appointment, live)


def _kind_of_cancelled(appointment: Appointment, live: Sequence[Mirrored]) -> Kind | None:
    if live:
        return "left_over"
    return "pending" if appointment.calendar else None


def _kind(appointment: Appointment, live: Sequence[Mirrored], events: Sequence[Mirrored]) -> Kind | None:
    place = place_of(appointment)
    right = [event for event in live if event.place == event.written == place]
    if not live:
        by_hand = any(event.written == place for event in events)
        return "deleted_by_staff" if by_hand and not appointment.calendar else "missing"
    if not right:
        return "outdated"
    if len(live) > 1:
        return "left_over"
    return "pending" if appointment.calendar else None


def _drift(kind: Kind | None, appointment: Appointment, live: Sequence[Mirrored]) -> Drift | None:
    elsewhere = [each.place.doctor_id for each in live if each.place != place_of(appointment)]
    return Drift(kind, appointment.id, (elsewhere or [appointment.doctor_id])[0]) if kind else None
