"""Brings book and calendars together again, and tells what staff have changed by hand.

By hand, without changing anything: `python -m functions.jobs.reconcile_calendar --dry-run`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog

from clinic.booking.appointment import Appointment
from clinic.booking.book import reschedule
from clinic.booking.drift import Drift, drift_of
from clinic.booking.holds import Seen
from clinic.booking.mirror import Mirrored, event_of
from clinic.booking.refusals import NotAvailable
from clinic.booking.schedule import Slot
from clinic.contracts import events
from clinic.contracts.events import AppointmentRescheduled
from clinic.directory import Clinic
from clinic.ports import Appointments, Bus, Calendar, Overtaken, Unavailable, UnknownCalendar
from clinic.settings import SettingError, load_settings
from functions.calendar_mirror import mirror
from functions.caller import busy_until
from functions.needs import Needs

_LONGEST_SECONDS = 20.0
"""Well within the function's 30; what is left is left for the next run."""
_BY_HAND = {"deleted_by_staff", "moved_by_staff", "moved_onto_taken_time", "unknown_appointment"}
_log = structlog.get_logger("clinic")


def reconcile_calendar(
    *, appointments: Appointments, calendar: Calendar, clinic: Clinic, bus: Bus, now: datetime
) -> None:
    """Repair each coming appointment whose event and entry differ; what is changing just now waits."""
    desk = _Desk(appointments, calendar, clinic, bus, now)
    enough_at = time.monotonic() + _LONGEST_SECONDS
    for drift, appointment, found in desk.drifts():
        if time.monotonic() > enough_at:
            _log.warning("= calendar not finished")
            return
        outcome = desk.repair(drift, appointment, found) if appointment else drift
        say = _log.warning if outcome.kind in _BY_HAND else _log.info
        say(
            f"= calendar {outcome.kind}",
            appointment_id=outcome.appointment_id,
            doctor_id=outcome.doctor_id,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what differs; repair it, too, without --dry-run."""
    parser = argparse.ArgumentParser(prog="python -m functions.jobs.reconcile_calendar", description=__doc__)
    parser.add_argument("--dry-run", action="store_true", help="change nothing")
    options = parser.parse_args(arguments)
    try:
        needs = Needs(load_settings(os.environ))
        world = needs.of(reconcile_calendar)
    except SettingError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    desk = _Desk(**world)
    kinds: Counter[str] = Counter()
    for drift, appointment, found in desk.drifts():
        outcome = drift if options.dry_run or not appointment else desk.repair(drift, appointment, found)
        kinds[outcome.kind] += 1
        sys.stdout.write(f"{outcome.kind:22} {outcome.doctor_id:12} {outcome.appointment_id}\n")
    done = "found, nothing changed" if options.dry_run else "found and dealt with"
    sys.stdout.write(f"{kinds.total()} differences {done}\n")
    return 0


class _Desk:
    """One look at everything."""

    def __init__(
        self, appointments: Appointments, calendar: Calendar, clinic: Clinic, bus: Bus, now: datetime
    ) -> None:
        self._appointments, self._calendar, self._clinic = appointments, calendar, clinic
        self._bus, self._now = bus, now

    def drifts(self) -> Iterator[tuple[Drift, Appointment | None, list[Mirrored]]]:
        """Yield each difference with its appointment, if the book has it, and the events found."""
        found, blind = self._events()
        yield from ((drift, None, []) for drift in blind)
        unseen = {drift.doctor_id for drift in blind}
        # The book after the calendars: what is booked meanwhile is missing there, and then put.
        coming = {each.id: each for each in self._appointments.coming(self._now)}
        for appointment_id in dict.fromkeys([*coming, *found]):
            events = found.get(appointment_id, [])
            appointment = coming.get(appointment_id) or self._appointments.get(appointment_id)
            drift = self._drift(appointment_id, appointment, events, unseen)
            if drift:
                yield drift, appointment, events

    def repair(self, drift: Drift, appointment: Appointment, found: Sequence[Mirrored]) -> Drift:
        """Let the one follow the other; return what it came to."""
        by_hand = next((each for each in found if each.is_moved_by_hand), None)
        try:
            if drift.kind == "moved_by_staff" and by_hand and not self._follow(appointment, by_hand):
                drift = Drift("moved_onto_taken_time", drift.appointment_id, drift.doctor_id)
            elif drift.kind == "moved_by_staff":
                return drift
            if drift.kind == "followed" and by_hand:
                self._tell_moved(appointment, by_hand)
            elsewhere = {each.place.doctor_id for each in found if not each.deleted}
            mirror(appointment.id, elsewhere, self._appointments, self._calendar, self._clinic)
        except (Overtaken, NotAvailable):
            _log.info("= calendar changing", appointment_id=appointment.id)
        return drift

    def _events(self) -> tuple[dict[str, list[Mirrored]], list[Drift]]:
        found: dict[str, list[Mirrored]] = {}
        blind: list[Drift] = []
        for number, doctor in enumerate(self._clinic.doctors):
            try:
                for event in self._calendar.mirrored(doctor.id, self._now):
                    found.setdefault(event.appointment_id, []).append(event)
            except UnknownCalendar:
                blind.append(Drift("unknown_calendar", doctor_id=doctor.id))
            except Unavailable:
                # Each would be waited for as long, and the function has half a minute for all.
                unseen = self._clinic.doctors[number:]
                blind += [Drift("out_of_reach", doctor_id=each.id) for each in unseen]
                break
        return found, blind

    def _drift(
        self,
        appointment_id: str,
        appointment: Appointment | None,
        events: Sequence[Mirrored],
        unseen: set[str],
    ) -> Drift | None:
        if appointment is None:
            live = [each for each in events if not each.deleted]
            # Another clinic's book, perhaps, or an older one: nothing is deleted that is not known.
            return Drift("unknown_appointment", appointment_id, live[0].place.doctor_id) if live else None
        return None if appointment.doctor_id in unseen else drift_of(appointment, events)

    def _follow(self, appointment: Appointment, event: Mirrored) -> bool:
        """Move an appointment where staff have put its event; False where the book has no room there."""
        place = event.place
        minutes = self._clinic.doctor(place.doctor_id).buffer_minutes
        slot = Slot(
            place.doctor_id, place.starts_at, place.ends_at, place.ends_at + timedelta(minutes=minutes)
        )
        seen = Seen(self._appointments.taken, self._now, {appointment.id})
        taken = seen.taken([slot.doctor_id], slot.cells[0], slot.busy_until)
        if slot.starts_at <= self._now or not slot.is_free(taken):
            return False
        book = self._appointments.taken(
            [appointment.doctor_id], appointment.starts_at, busy_until(appointment, self._clinic)
        )
        moved, change = reschedule(appointment, slot, seen, book, self._now)
        self._appointments.apply(change)
        self._tell_moved(moved, event)
        # Last: until the event says where it was put, the next run tells the fact again, under the same id.
        self._calendar.put(event_of(moved, self._clinic), over=event.version)
        return True

    def _tell_moved(self, moved: Appointment, event: Mirrored) -> None:
        fact = AppointmentRescheduled(
            id=f"{moved.id}.staff.{event.version.strip(chr(34))}",
            call_id=moved.call_id,
            occurred_at=self._now,
            appointment_id=moved.id,
            doctor_id=event.written.doctor_id,
            freed_at=event.written.starts_at,
            freed_until=event.written.ends_at,
        )
        self._bus.publish(fact.type, events.encode(fact), events.attributes(fact), fact.call_id)


if __name__ == "__main__":
    sys.exit(main())
