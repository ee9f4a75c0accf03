"""Notes in the call's record what the call was about."""

from __future__ import annotations

import unicodedata

from msgspec import Struct

from clinic.booking.change import Change
from clinic.booking.patient_details import read_email, read_name
from clinic.booking.refusals import NotUnderstood
from clinic.contracts.call_record import CallNotes
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.directory import Clinic
from clinic.directory.matching import departments_named, doctors_named
from functions.answer import Answer

LONGEST_NOTE = 2000
LONGEST_WORDS = 200
CALL_TYPES = (
    "booking", "rescheduling", "cancellation", "waiting_list", "enquiry", "billing", "emergency", "other"
)  # fmt: skip


class CallInformation(Struct, frozen=True, kw_only=True):
    """The arguments, as the model gives them."""

    call_type: str
    department_enquired: str = ""
    doctor_enquired: str = ""
    customer_name: str = ""
    customer_email: str = ""
    language: str = ""
    resolution: str = ""
    notes: str = ""


def log_call_information(call: ToolCall[CallInformation], *, clinic: Clinic) -> Answer:
    """Add what the model found out; a field left empty, or one that can't be, leaves the record as it was.

    Doctor and department are written as the directory names them, where it knows which is meant.
    """
    said = call.arguments
    asked_for = _line(said.call_type).casefold().replace(" ", "_")
    notes = CallNotes(
        call_id=call.call_id,
        call_type=asked_for if asked_for in CALL_TYPES else "other",
        department_enquired=_department(said.department_enquired, clinic),
        doctor_enquired=_doctor(said.doctor_enquired, clinic),
        customer_name=_name(said.customer_name),
        customer_email=_email(said.customer_email),
        language=said.language if said.language in clinic.languages else "",
        resolution=_line(said.resolution),
        notes=_line(said.notes, LONGEST_NOTE),
    )
    return Answer(result=succeeded("Noted."), change=Change(call_notes=notes))


def _line(text: str, longest: int = LONGEST_WORDS) -> str:
    """Return a text as one line without control characters."""
    shown = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text)
    return " ".join(shown.split())[:longest]


def _doctor(text: str, clinic: Clinic) -> str:
    found = doctors_named(clinic, text) if text.strip() else []
    return found[0].name if len(found) == 1 else _line(text)


def _department(text: str, clinic: Clinic) -> str:
    found = departments_named(clinic, text) if text.strip() else []
    return found[0].name if len(found) == 1 else _line(text)


def _name(text: str) -> str:
    try:
        return read_name(text)
    except NotUnderstood:
        return ""


def _email(text: str) -> str:
    try:
        return read_email(text)
    except NotUnderstood:
        return ""
