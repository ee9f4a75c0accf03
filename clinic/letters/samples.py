"""A sample of every letter, to look at and to check a clinic's own files with."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from clinic.booking.appointment import Appointment, Patient, Waiting
from clinic.directory import Clinic
from clinic.letters.letters import Letters
from clinic.letters.words import Kind

_AT = datetime(2026, 11, 25, 4, tzinfo=UTC)
_START = datetime(2026, 12, 4, 5, tzinfo=UTC)
_PATIENT = Patient(id="sample", name="Asha Rao", email="asha.rao@example.com", phone="+919812345678")


def samples(letters: Letters, clinic: Clinic) -> Iterator[tuple[str, EmailMessage]]:
    """Yield each kind in each of the clinic's languages, by name. Raises LetterFileError."""
    for language in clinic.languages:
        for kind in typing.get_args(Kind):
            yield f"{language}-{kind}", _sample(letters, clinic, kind, language)


def check(letters: Letters, clinic: Clinic) -> None:
    """Write every letter once. Raises LetterFileError where a file can't be used."""
    for _ in samples(letters, clinic):
        pass


def _sample(letters: Letters, clinic: Clinic, kind: Kind, language: str) -> EmailMessage:
    if kind == "offer":
        return letters.about_offer(_waiting(clinic, language), _AT)
    return letters.about_appointment(kind, _appointment(clinic, language), _AT)


def _appointment(clinic: Clinic, language: str) -> Appointment:
    doctor = clinic.doctors[0]
    return Appointment(
        id="sample",
        call_id="sample",
        patient_id=_PATIENT.id,
        patient_name=_PATIENT.name,
        email=_PATIENT.email,
        phone=_PATIENT.phone,
        doctor_id=doctor.id,
        department_id=doctor.departments[0],
        starts_at=_START,
        ends_at=_START + timedelta(minutes=doctor.slot_minutes),
        language=language,
    )


def _waiting(clinic: Clinic, language: str) -> Waiting:
    doctor = clinic.doctors[0]
    return Waiting(
        id="sample",
        patient=_PATIENT,
        department_id=doctor.departments[0],
        doctor_id="",
        first=_START.date(),
        last=_START.date(),
        since=_AT,
        language=language,
        status="offered",
        offered_at=_START,
        offered_doctor=doctor.id,
        offered_until=_AT + timedelta(minutes=clinic.waitlist_offer_minutes),
    )
