"""Reads a clinic's TOML file, and says file, key and reason where it is wrong."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from clinic.directory.clinic import Clinic, Doctor

DEFAULT_FILE = Path(__file__).with_name("renova.toml")
CELL_MINUTES = 15
_PLACED = re.compile(r"(.*) - at (?:`key` in )?`\$\.?(.*)`")
"""msgspec's words: what is wrong, and where."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_EMAIL = re.compile(r"[a-z0-9._+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,63}")


class ClinicFileError(ValueError):
    """The clinic's file can't be used: which file, which key, and why."""

    def __init__(self, file: Path, key: str, reason: str) -> None:
        self.file, self.key, self.reason = file, key, reason

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.reason}"


def load_clinic(file: Path | None = None) -> Clinic:
    """Read and check a clinic's file; the default clinic without one.

    Raises ClinicFileError, with the key in TOML's dotted form (`doctors[2].hours`).
    """
    file = file or DEFAULT_FILE
    clinic = _decode(file, _read(file))
    for key, reason in _mistakes(clinic):
        raise ClinicFileError(file, key, reason)
    return clinic


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ClinicFileError(file, "file", error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ClinicFileError(file, "TOML", str(error)) from error


def _decode(file: Path, values: dict[str, Any]) -> Clinic:
    try:
        return msgspec.convert(values, Clinic)
    except msgspec.ValidationError as error:
        placed = _PLACED.fullmatch(str(error))
        reason, key = placed.groups() if placed else (str(error), "")
        raise ClinicFileError(file, key or "file", reason) from error


def _mistakes(clinic: Clinic) -> Iterator[tuple[str, str]]:
    yield from _clinic_mistakes(clinic)
    yield from _duplicates("departments", [department.id for department in clinic.departments])
    yield from _duplicates("doctors", [doctor.id for doctor in clinic.doctors])
    known = {department.id for department in clinic.departments}
    for number, doctor in enumerate(clinic.doctors):
        yield from _doctor_mistakes(f"doctors[{number}]", doctor, known)
    for number, department in enumerate(clinic.departments):
        if not clinic.doctors_of(department.id):
            yield f"departments[{number}]", f"no doctor works in {department.id!r}"
    doctors = {"", *(doctor.id for doctor in clinic.doctors)}
    for number, closure in enumerate(clinic.closures):
        if closure.doctor not in doctors:
            yield f"closures[{number}].doctor", f"no doctor has the id {closure.doctor!r}"
        if closure.last is not None and closure.last < closure.first:
            yield f"closures[{number}].last", "is before first"


def _clinic_mistakes(clinic: Clinic) -> Iterator[tuple[str, str]]:
    try:
        ZoneInfo(clinic.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield "time_zone", f"{clinic.time_zone!r} is no IANA time zone"
    if not _COUNTRY.fullmatch(clinic.country):
        yield "country", f"{clinic.country!r} is not ISO 3166 alpha-2, such as IN"
    if not clinic.languages:
        yield "languages", "names no language"
    yield from _language_mistakes(clinic)
    for key, rows in (("departments", clinic.departments), ("doctors", clinic.doctors)):
        if not rows:
            yield key, "is empty"
    yield from _letter_mistakes(clinic)
    yield from _number_mistakes(clinic)


def _language_mistakes(clinic: Clinic) -> Iterator[tuple[str, str]]:
    needed: dict[str, Mapping[str, object]] = {
        "greeting": clinic.greeting,
        "preamble": clinic.preamble,
        "emergency_words": clinic.emergency_words,
        "emergency_message": clinic.emergency_message,
    }
    for key, by_language in needed.items():
        # A clinic may do without any of them but the greeting; in one language only it may not.
        missing = set(clinic.languages) - by_language.keys() if by_language or key == "greeting" else ()
        for language in sorted(missing):
            yield f"{key}.{language}", "is missing, though the language is listed"


def _letter_mistakes(clinic: Clinic) -> Iterator[tuple[str, str]]:
    if clinic.email and not _EMAIL.fullmatch(clinic.email):
        yield "email", f"{clinic.email!r} is no e-mail address in lower case, such as desk@example.com"
    if not clinic.address.isprintable():
        yield "address", "must be one line"


def _number_mistakes(clinic: Clinic) -> Iterator[tuple[str, str]]:
    for key, number in (("phone", clinic.phone), ("transfer_number", clinic.human_number)):
        if not _E164.fullmatch(number):
            yield key, f"{number!r} is not E.164, such as +914012345678"
    at_least = {
        "booking_horizon_days": 1,
        "patient_call_attempts": 1,
        "hold_minutes": 1,
        "waitlist_offer_minutes": 1,
        "least_notice_minutes": 0,
    }
    if clinic.ring_patients_until <= clinic.ring_patients_from:
        yield "ring_patients_until", "is not after ring_patients_from"
    for key, least in at_least.items():
        if getattr(clinic, key) < least:
            yield key, f"must be at least {least}"


def _duplicates(key: str, ids: list[str]) -> Iterator[tuple[str, str]]:
    for name, count in Counter(ids).items():
        if count > 1:
            yield key, f"the id {name!r} is used {count} times"
        if not _ID.fullmatch(name):
            yield key, f"the id {name!r} must be lower-case letters, digits and dashes"


def _doctor_mistakes(key: str, doctor: Doctor, departments: set[str]) -> Iterator[tuple[str, str]]:
    if not doctor.departments:
        yield f"{key}.departments", "is empty"
    for department in doctor.departments:
        if department not in departments:
            yield f"{key}.departments", f"no department has the id {department!r}"
    if doctor.slot_minutes < CELL_MINUTES or doctor.slot_minutes % CELL_MINUTES:
        yield f"{key}.slot_minutes", f"must be a multiple of {CELL_MINUTES}"
    if doctor.buffer_minutes < 0 or doctor.buffer_minutes % CELL_MINUTES:
        yield f"{key}.buffer_minutes", f"must be 0 or a multiple of {CELL_MINUTES}"
    for weekday, spans in doctor.hours.items():
        times = [moment for span in spans for moment in (span.opens, span.closes)]
        if any(later <= earlier for earlier, later in pairwise(times)):
            yield f"{key}.hours.{weekday}", "spans must be in order, each closing after it opens"
        if any(moment.minute % CELL_MINUTES or moment.second or moment.microsecond for moment in times):
            yield f"{key}.hours.{weekday}", f"times must fall on {CELL_MINUTES} minutes"
