"""Makes the doctors' calendars show what the book says of one appointment, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
import structlog

from clinic.booking.appointment import Appointment
from clinic.booking.book import rewritten
from clinic.booking.change import Change
from clinic.booking.mirror import event_of
from clinic.directory import Clinic
from clinic.ports import Appointments, Calendar, Overtaken, Unavailable
from functions.caller import busy_until

_MOST_ROUNDS = 5
_log = structlog.get_logger("clinic")


def mirror(
    appointment_id: str,
    elsewhere: Collection[str],
    appointments: Appointments,
    calendar: Calendar,
    clinic: Clinic,
) -> None:
    """Put or remove an appointment's event; `elsewhere` are doctors in whose calendars it may still be.

    Where Calendar can't be reached the appointment is marked, and followed up later. Raises LookupError
    where the book does not hold it, UnknownCalendar, and Overtaken where it does not stop changing.
    """
    for _ in range(_MOST_ROUNDS):
        appointment = _read(appointment_id, appointments)
        try:
            _show(appointment, elsewhere, calendar, clinic)
        except Unavailable as reason:
            _log.warning("! calendar pending", appointment_id=appointment_id, reason=str(reason))
            _mark(appointment, "pending", appointments, clinic)
            return
        # It may have been changed since it was read, and the change shown before this older state was.
        if _read(appointment_id, appointments) == appointment:
            _mark(appointment, "", appointments, clinic)
            return
    raise Overtaken(appointment_id)


def _read(appointment_id: str, appointments: Appointments) -> Appointment:
    appointment = appointments.get(appointment_id)
    if appointment is None:
        raise LookupError(f"no appointment {appointment_id}")
    return appointment


def _show(appointment: Appointment, elsewhere: Collection[str], calendar: Calendar, clinic: Clinic) -> None:
    stands = appointment.status == "booked"
    for doctor_id in {*elsewhere, appointment.doctor_id}:
        if not stands or doctor_id != appointment.doctor_id:
            calendar.remove(doctor_id, appointment.id)
    if stands:
        calendar.put(event_of(appointment, clinic))


def _mark(appointment: Appointment, state: str, appointments: Appointments, clinic: Clinic) -> None:
    if appointment.calendar == state:
        return
    marked = msgspec.structs.replace(appointment, calendar=state)
    if appointment.status == "cancelled":
        # Nobody changes it any more, and it has no cells that could be its lock.
        appointments.apply(Change(appointment=marked))
        return
    book = appointments.taken([appointment.doctor_id], appointment.starts_at, busy_until(appointment, clinic))
    appointments.apply(rewritten(marked, book))
