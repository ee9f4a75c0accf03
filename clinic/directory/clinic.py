"""The clinic as its directory describes it: departments, doctors, hours, closures."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class Span(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Working time without a break, on the clinic's wall clock: `[09:00:00, 13:00:00]`."""

    opens: time
    closes: time


class Department(Struct, frozen=True, forbid_unknown_fields=True):
    """A department, and what callers call it."""

    id: str
    name: str
    also_called: tuple[str, ...] = ()
    spoken: dict[str, str] = {}
    """By language: what it is called there, where that is not its name."""


class Doctor(Struct, frozen=True, forbid_unknown_fields=True):
    """A doctor and the weekly hours in which patients are seen."""

    id: str
    name: str
    departments: tuple[str, ...]
    """Ids; the first is the one a new patient is booked under."""
    hours: dict[Weekday, tuple[Span, ...]]
    """A break is the gap between two spans; a weekday left out is a day off."""
    pronounced: str = ""
    """A respelling for the voice, where the name is not said as written."""
    slot_minutes: int = 30
    buffer_minutes: int = 0
    """Kept free after each appointment, minutes."""
    calendar_id: str = ""
    """The id of the doctor's Google Calendar, `…@group.calendar.google.com`; empty: there is none."""

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return the working spans of that day's weekday, closures not considered."""
        return self.hours.get(WEEKDAYS[day.weekday()], ())


class Closure(Struct, frozen=True, forbid_unknown_fields=True):
    """Days on which the clinic, or one doctor, sees nobody."""

    name: str
    first: date
    last: date | None = None
    doctor: str = ""
    """A doctor's id; empty: the whole clinic is closed."""

    def covers(self, day: date, doctor_id: str) -> bool:
        """Tell whether that doctor is away on that day because of this closure."""
        return self.first <= day <= (self.last or self.first) and self.doctor in ("", doctor_id)


class Clinic(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Everything the agent may know about the clinic without asking a function."""

    id: str
    name: str
    country: str
    """ISO 3166 alpha-2, of phone numbers given without their country."""
    time_zone: str
    """IANA name, `Asia/Kolkata`."""
    languages: tuple[str, ...]
    """BCP-47 primary subtags; the first is the one a call begins in."""
    phone: str
    """The number that staff answer, E.164."""
    greeting: dict[str, str]
    """By language."""
    departments: tuple[Department, ...]
    doctors: tuple[Doctor, ...]
    emergency_words: dict[str, tuple[str, ...]] = {}
    """By language: what a caller in danger says."""
    emergency_message: dict[str, str] = {}
    """By language: what is said first to that caller."""
    preamble: dict[str, str] = {}
    """By language: what must be said before the greeting, such as that no human speaks; empty: nothing."""
    closures: tuple[Closure, ...] = ()
    email: str = ""
    """Whom the letters to patients are from; empty: an address of example.com, which nobody reads."""
    address: str = ""
    """Where the clinic is, in one line, as letters say it."""
    transfer_number: str = ""
    """Where a caller who asks for a human is put through; empty: `phone`."""
    ring_patients_from: time = time(9)
    ring_patients_until: time = time(20)
    """On the clinic's wall clock: outside of it no patient is rung."""
    patient_call_attempts: int = 3
    """How often a patient is rung for the same reason, until somebody answers."""
    leave_messages: bool = True
    """Whether a machine that answers is left a message; otherwise the call is ended."""
    booking_horizon_days: int = 90
    least_notice_minutes: int = 60
    hold_minutes: int = 3
    """How long a slot that was offered is kept for the caller."""
    waitlist_offer_minutes: int = 30
    """How long a slot that was given back is kept for the patient it is offered to."""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def language(self) -> str:
        """The language a call begins in."""
        return self.languages[0]

    @property
    def human_number(self) -> str:
        """The number at which a human answers, E.164."""
        return self.transfer_number or self.phone

    @property
    def sender(self) -> str:
        """The address that letters to patients are from."""
        return self.email or "appointments@clinic.example.com"

    def may_ring_patients(self, now: datetime) -> bool:
        """Tell whether a patient may be rung at this instant."""
        return self.ring_patients_from <= now.astimezone(self.zone).time() < self.ring_patients_until

    @property
    def booking_horizon(self) -> timedelta:
        """How far ahead appointments are given."""
        return timedelta(days=self.booking_horizon_days)

    @property
    def least_notice(self) -> timedelta:
        """How soon before its start an appointment may still be booked."""
        return timedelta(minutes=self.least_notice_minutes)

    def doctor(self, doctor_id: str) -> Doctor:
        """Return the doctor of that id; KeyError if the directory has none."""
        return self._doctors_by_id[doctor_id]

    def has_doctor(self, doctor_id: str) -> bool:
        """Tell whether a doctor still works here; an old appointment may be of one who does not."""
        return doctor_id in self._doctors_by_id

    def name_of_doctor(self, doctor_id: str) -> str:
        """Return a doctor's name, also of one whom the directory no longer has."""
        return (
            self._doctors_by_id[doctor_id].name if self.has_doctor(doctor_id) else "a doctor who has left us"
        )

    def name_of_department(self, department_id: str) -> str:
        """Return a department's name, or its id where the directory no longer has it."""
        known = self._departments_by_id.get(department_id)
        return known.name if known else department_id

    def names_danger(self, words: str) -> bool:
        """Tell whether a caller's words hold one of the signs of danger, of whatever language."""
        said = " ".join(words.split()).casefold()
        return any(sign.casefold() in said for signs in self.emergency_words.values() for sign in signs)

    def department(self, department_id: str) -> Department:
        """Return the department of that id; KeyError if the directory has none."""
        return self._departments_by_id[department_id]

    def doctors_of(self, department_id: str) -> tuple[Doctor, ...]:
        """Return the doctors of a department, in the directory's order."""
        return tuple(doctor for doctor in self.doctors if department_id in doctor.departments)

    def closure(self, day: date, doctor_id: str) -> Closure | None:
        """Return why that doctor sees nobody on that day, or None."""
        return next((closure for closure in self.closures if closure.covers(day, doctor_id)), None)

    @cached_property
    def _doctors_by_id(self) -> dict[str, Doctor]:
        return {doctor.id: doctor for doctor in self.doctors}

    @cached_property
    def _departments_by_id(self) -> dict[str, Department]:
        return {department.id: department for department in self.departments}
