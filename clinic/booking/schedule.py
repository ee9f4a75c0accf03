"""Which slots a doctor has, and which of them are free: the directory's hours less what the book holds."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from clinic.booking.change import CELL, cell_id, cells_between
from clinic.booking.refusals import NotAvailable
from clinic.booking.when import opening_time
from clinic.directory.clinic import Clinic, Doctor


class Slot(Struct, frozen=True):
    """A doctor's time that could become an appointment."""

    doctor_id: str
    starts_at: datetime
    """UTC."""
    ends_at: datetime
    busy_until: datetime
    """The end and the doctor's buffer."""

    @property
    def id(self) -> str:
        """The slot as a tool call may name it."""
        return cell_id(self.doctor_id, self.starts_at)

    @property
    def cells(self) -> tuple[datetime, ...]:
        """The starts of the cells it takes."""
        return tuple(cells_between(self.starts_at, self.busy_until))

    def is_free(self, taken: Set[str]) -> bool:
        """Tell whether none of its cells is among the taken ones (ids)."""
        return taken.isdisjoint([cell_id(self.doctor_id, start) for start in self.cells])


def slot(doctor: Doctor, starts_at: datetime, minutes: int | None = None) -> Slot:
    """Return the slot of that doctor at that instant; the doctor's own length unless minutes are given."""
    ends_at = starts_at + timedelta(minutes=minutes or doctor.slot_minutes)
    return Slot(doctor.id, starts_at, ends_at, ends_at + timedelta(minutes=doctor.buffer_minutes))


def slots_of_day(clinic: Clinic, doctor: Doctor, day: date, minutes: int | None = None) -> Iterator[Slot]:
    """Yield the slots of a doctor's day in order, free or not; none on a closure."""
    if clinic.closure(day, doctor.id):
        return
    length = timedelta(minutes=minutes or doctor.slot_minutes)
    step = _whole_cells(timedelta(minutes=doctor.slot_minutes + doctor.buffer_minutes))
    start = datetime.min.replace(tzinfo=UTC)
    for span in doctor.spans(day):
        opens, closes = (opening_time(day, moment, clinic.zone) for moment in (span.opens, span.closes))
        # A buffer may be longer than the break it begins in.
        start = max(start, opens)
        while start + length <= closes:
            # The second pass of an hour that the clock repeats could not be told from the first.
            if not start.astimezone(clinic.zone).fold:
                yield slot(doctor, start, minutes)
            start += step


def check_bookable(clinic: Clinic, doctor: Doctor, wanted: Slot, now: datetime) -> None:
    """Raise NotAvailable if the clinic gives no appointment then, whatever the book holds."""
    _check_notice(clinic, wanted, now)
    day = wanted.starts_at.astimezone(clinic.zone).date()
    closure = clinic.closure(day, doctor.id)
    if closure and not closure.doctor:
        raise NotAvailable("closed", "The clinic is closed on {day}: {reason}.", day=day, reason=closure.name)
    if closure or not doctor.spans(day):
        raise NotAvailable(
            "doctor_away", "{doctor} does not see patients on {day}.", doctor=doctor.name, day=day
        )
    _check_hours(clinic, doctor, wanted)


def works_then(clinic: Clinic, doctor: Doctor, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether a doctor sees patients in that time, as the directory says today."""
    day = starts_at.astimezone(clinic.zone).date()
    return clinic.closure(day, doctor.id) is None and any(
        opening_time(day, span.opens, clinic.zone) <= starts_at
        and ends_at <= opening_time(day, span.closes, clinic.zone)
        for span in doctor.spans(day)
    )


def _check_notice(clinic: Clinic, wanted: Slot, now: datetime) -> None:
    if wanted.starts_at <= now:
        raise NotAvailable("in_the_past", "That time has already passed.")
    if wanted.starts_at < now + clinic.least_notice:
        raise NotAvailable("too_soon", "That is too soon for us to prepare.")
    if wanted.starts_at > now + clinic.booking_horizon:
        raise NotAvailable(
            "too_far", "We book no further ahead than {days} days.", days=clinic.booking_horizon_days
        )


def _check_hours(clinic: Clinic, doctor: Doctor, wanted: Slot) -> None:
    if not works_then(clinic, doctor, wanted.starts_at, wanted.ends_at):
        raise NotAvailable(
            "outside_hours", "{doctor} does not see patients at that time.", doctor=doctor.name
        )
    if (wanted.starts_at - datetime.min.replace(tzinfo=UTC)) % CELL:
        raise NotAvailable("no_such_slot", "Appointments begin on the quarter of an hour.")


def _whole_cells(length: timedelta) -> timedelta:
    return -(-length // CELL) * CELL
