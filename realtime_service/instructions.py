"""The system instruction of a conversation: `instructions.md` with the clinic's directory filled in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from string import Template

from clinic.booking.appointment import Patient
from clinic.booking.identity import is_known_in_session
from clinic.booking.natural import spoken
from clinic.contracts.call_record import CallRecord
from clinic.directory import Clinic, Doctor
from clinic.directory.clinic import Department

_TEMPLATE = Path(__file__).with_name("instructions.md")


def instructions(clinic: Clinic, language: str, now: datetime) -> str:
    """Return the instruction for a conversation that begins now."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        clinic=clinic.name,
        now=f"{spoken(now, clinic.zone)}, {now.astimezone(clinic.zone):%Y-%m-%d %I:%M %p}",
        time_zone=clinic.time_zone,
        languages=", ".join(clinic.languages),
        language=language,
        phone=clinic.phone,
        emergencies=_emergencies(clinic),
        directory=_directory(clinic),
    )


def connected(record: CallRecord, patients: list[Patient], clinic: Clinic) -> str:
    """Return the stage direction that opens the conversation, with whom the number belongs to."""
    known = ""
    if is_known_in_session(record):
        known = f" They come back to this call: {record.customer_name or 'you know who they are'}."
    elif len(patients) == 1:
        patient = patients[0]
        known = f" The caller's number {record.caller_phone} is on record: {patient.name}, {patient.email}."
        known += " It may be somebody else of the family, so make sure."
    elif patients:
        names = ", ".join(patient.name for patient in patients)
        known = (
            f" The caller's number {record.caller_phone} belongs to several patients: {names}. Ask who calls."
        )
    preamble = clinic.preamble.get(record.language, "")
    first = f' First say, exactly: "{preamble}"' if preamble else ""
    if record.direction == "outbound":
        return _rung(record, clinic, first, known)
    greeting = clinic.greeting.get(record.language, "")
    words = f', with these words: "{greeting}"' if greeting else "."
    return f"[The call is connected.{first} Greet the caller{words}{known}]"


def _rung(record: CallRecord, clinic: Clinic, first: str, known: str) -> str:
    """Return the direction that opens a call of ours: somebody answers, and need not be the patient."""
    greet = f"Greet whoever answers, say that you call from {clinic.name}, and ask whom you speak to."
    # Words of a caller may be in it; square brackets are the clinic's own.
    reason = record.reason.replace("[", "(").replace("]", ")")
    why = f"{reason} Say nothing of it to anybody but the patient."
    return f"[You have rung a patient.{first} {greet} {why}{known}]"


def _emergencies(clinic: Clinic) -> str:
    """Return the signs of danger and the clinic's words, for each language: a caller may change it."""
    return "\n".join(
        f'- in {language} (signs: {", ".join(clinic.emergency_words.get(language, ()))}): "{message}"'
        for language, message in clinic.emergency_message.items()
    )


def _directory(clinic: Clinic) -> str:
    return "\n".join(
        f"- {_named(department)}: " + "; ".join(_hours(doctor) for doctor in clinic.doctors_of(department.id))
        for department in clinic.departments
    )


def _named(department: Department) -> str:
    spoken = ", ".join(f"in {language} {name}" for language, name in department.spoken.items())
    return f"{department.name} ({spoken})" if spoken else department.name


def _hours(doctor: Doctor) -> str:
    days = ", ".join(
        f"{day} " + " and ".join(f"{span.opens:%H:%M}-{span.closes:%H:%M}" for span in spans)
        for day, spans in doctor.hours.items()
    )
    return f"{doctor.name} ({days})"
