"""An appointment and the patient it is for."""

from __future__ import annotations

import hashlib
from base64 import b32hexencode
from collections.abc import Collection
from datetime import date, datetime
from typing import Literal

from msgspec import Struct


class Patient(Struct, frozen=True, kw_only=True):
    """Whom an appointment is for. A family may share a phone: name and phone make the patient."""

    id: str
    name: str
    email: str
    phone: str = ""
    """E.164; empty where none is known."""


class Appointment(Struct, frozen=True, kw_only=True):
    """FHIR's Appointment, as far as the clinic needs it."""

    id: str
    """Lower-case letters a-v and digits, so that a calendar takes it as an event's id."""
    call_id: str
    patient_id: str
    patient_name: str
    email: str
    phone: str
    doctor_id: str
    department_id: str
    starts_at: datetime
    ends_at: datetime
    language: str = "en"
    status: Literal["booked", "cancelled"] = "booked"
    sequence: int = 0
    """How often it was moved or cancelled; a patient's calendar takes the highest (RFC 5545, SEQUENCE)."""
    arranged_at: datetime | None = None
    """When it was booked or last moved; None where that was not written down."""
    flag: Literal["", "outside_hours"] = ""
    """Why staff should look at it: it is kept although the doctor no longer works then."""
    calendar: Literal["", "pending"] = ""
    """Pending: the doctor's calendar could not be reached, and does not show yet what stands here."""

    @property
    def address_id(self) -> str:
        """What tells the address from another without naming it."""
        return derived_id(self.email)


class Waiting(Struct, frozen=True, kw_only=True):
    """A patient who would take a slot that somebody gives back."""

    id: str
    patient: Patient
    department_id: str
    doctor_id: str
    """Empty: any doctor of the department."""
    first: date
    last: date
    """The days that would do, the clinic's calendar."""
    since: datetime
    language: str = "en"
    status: Literal["waiting", "offered", "closed"] = "waiting"
    offered_at: datetime | None = None
    """When the slot that is held for the patient begins."""
    offered_doctor: str = ""
    offered_until: datetime | None = None
    told: bool = False
    """Whether the offer has been mailed."""

    def wants(self, doctor_id: str, departments: Collection[str], day: date) -> bool:
        """Tell whether a slot of that doctor on that day would do."""
        fits = self.doctor_id == doctor_id if self.doctor_id else self.department_id in departments
        return fits and self.first <= day <= self.last


def derived_id(*parts: str) -> str:
    """Return an id that the same parts always give: 26 characters of a-v and 0-9."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return b32hexencode(digest)[:26].decode().lower()
