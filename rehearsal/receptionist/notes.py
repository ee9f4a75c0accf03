"""The receptionist's notes of one call: what the caller wants and has said so far."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, NamedTuple

from clinic.directory import Clinic, Doctor
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.hearing.words import word_list


class Slot(NamedTuple):
    """A slot or an appointment as a tool's result describes it."""

    doctor_name: str
    department: str
    day: date
    time: time
    spoken: str
    appointment_id: str = ""


_DATE_AND_TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) (0?[1-9]|1[0-2]):[0-5]\d [AP]M")


def is_slot(described: dict[str, Any]) -> bool:
    """Tell whether a tool's description of a slot has a date and a time that can be read."""
    return bool(_DATE_AND_TIME.fullmatch(f"{described.get('date')} {described.get('time')}"))


def slot_of(described: dict[str, Any]) -> Slot:
    """Return the slot that a tool described; KeyError or ValueError where date or time is missing or odd."""
    moment = datetime.strptime(f"{described['date']} {described['time']}", "%Y-%m-%d %I:%M %p")  # noqa: DTZ007
    return Slot(
        doctor_name=described.get("doctor_name", ""),
        department=described.get("department", ""),
        day=moment.date(),
        time=moment.time(),
        spoken=described.get("spoken", ""),
        appointment_id=described.get("appointment_id", ""),
    )


Request = tuple[str, str, date | None, time | None]


@dataclass
class Notes:
    """Empty strings and None: not known yet."""

    wish: Wish | None = None
    doctor_name: str = ""
    department: str = ""
    candidates: tuple[Doctor, ...] = ()
    """Several doctors of the name that was said."""
    suggested: Doctor | None = None
    """A doctor whose name is near what was said."""
    stranger: str = ""
    """A doctor's name that nobody here has."""
    day: date | None = None
    time: time | None = None
    part: str = ""
    """The part of the day: `morning`."""
    free: Request | None = None
    """The request that the clinic last said is free."""
    offers: tuple[Slot, ...] = ()
    name: str = ""
    name_sure: bool = False
    """Said as a word (it is read back with the booking), or spelled and confirmed."""
    spell_name: bool = False
    """The name as a word was not understood, or was wrong."""
    email: str = ""
    email_sure: bool = False
    phone: str = ""
    caller_phone: str = ""
    """The number the call comes from, where it is on record."""
    so_far: str = ""
    """A spelling or a number that is not complete."""
    found: tuple[Slot, ...] | None = None
    """The caller's appointments; None: not looked up."""
    appointment: Slot | None = None
    """The one to be moved or cancelled."""
    to_correct: str = ""
    """The id of the appointment whose e-mail address takes no mail."""
    waiting_list: bool = False
    outcomes: list[str] = field(default_factory=list)
    """What came of the call, for the call log."""

    @property
    def request(self) -> Request:
        """What would be checked or booked."""
        return (self.doctor_name, self.department, self.day, self.time)

    @property
    def person(self) -> tuple[str, bool, str, bool, str]:
        """Who the patient is."""
        return (self.name, self.name_sure, self.email, self.email_sure, self.phone)

    def set_doctor(self, doctor: Doctor, clinic: Clinic) -> None:
        """Note the doctor, and a department the doctor works in."""
        self.doctor_name, self.candidates, self.suggested, self.stranger = doctor.name, (), None, ""
        own = [clinic.department(each).name for each in doctor.departments]
        if self.department not in own:
            self.department = own[0]

    def take(self, slot: Slot) -> None:
        """Note a slot that the clinic itself offered: it needs no check."""
        self.doctor_name = slot.doctor_name or self.doctor_name
        self.department = slot.department or self.department
        self.day, self.time, self.part, self.offers = slot.day, slot.time, "", ()
        self.free = self.request

    def forget_request(self) -> None:
        """Clear what was wanted; who the patient is stays known."""
        fresh = Notes()
        for name in word_list(
            "wish doctor_name department candidates suggested stranger day time part free offers"
            " so_far found appointment waiting_list"
        ):
            setattr(self, name, getattr(fresh, name))
