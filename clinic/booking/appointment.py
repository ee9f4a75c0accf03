"""An appointment and the patient it is for."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import b32hexencode
from collections.abc import Collection
from datetime import date, datetime
from typing import Literal

import phonenumbers
from msgspec import Struct

from clinic.booking.refusals import NotUnderstood

_LONGEST_NAME = 120
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(
    rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.)+[a-z]{{2,63}}"
)


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


def patient_of(name: str, email: str, phone: str, region: str) -> Patient:
    """Return the patient whom a caller described.

    Raises NotUnderstood where name, e-mail or number can't be one. `region` is
    the ISO 3166 country of a number given without its own.
    """
    name, email, phone = read_name(name), read_email(email), read_phone(phone, region)
    return Patient(id=derived_id(name.casefold(), phone or email), name=name, email=email, phone=phone)


def read_name(text: str) -> str:
    """Return a name of one line, of any script."""
    # One form for one name, or it would be two patients (Unicode Annex 15).
    text = unicodedata.normalize("NFC", text)
    kept = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in text)
    name = " ".join(kept.split())
    if not any(letter.isalpha() for letter in name) or len(name) > _LONGEST_NAME:
        raise NotUnderstood("patient_name", "I did not get the name. What is the patient's name, please?")
    return name


def read_email(text: str) -> str:
    """Return an e-mail address in lower case (RFC 5321's Dot-string and lengths, a domain with a dot)."""
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        raise NotUnderstood("email", "That e-mail address can't be right. Could you spell it again, please?")
    return email


def read_phone(text: str, region: str) -> str:
    """Return a number in E.164; empty where none was given."""
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        number = None
    possible = phonenumbers.ValidationResult.IS_POSSIBLE
    # A number without its area code is possible, too, though nobody abroad, such as Twilio, could dial it.
    if number is None or phonenumbers.is_possible_number_with_reason(number) != possible:
        raise NotUnderstood("phone", "That number can't be right. Could you say it again, digit by digit?")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
