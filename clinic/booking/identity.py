"""For whom a caller may speak: by the number they ring from, or by name and address on record."""

from __future__ import annotations

from collections.abc import Iterable

from clinic.booking.appointment import Appointment, Patient
from clinic.booking.refusals import NotUnderstood, Refusal
from clinic.contracts.call_record import CallRecord

MOST_FAILURES = 3


class NotIdentified(Refusal):
    """What the caller said of themselves fits nobody on record."""


def is_known_in_session(record: CallRecord) -> bool:
    """Tell whether the caller has said, in this very call, who they are: they come back to it."""
    return bool(record.customer_name or record.identified)


def named(patients: Iterable[Patient], name: str) -> list[Patient]:
    """Return the patients of that name: every word said is one of theirs."""
    words = set(name.casefold().split())
    return [patient for patient in patients if words and words <= set(patient.name.casefold().split())]


def of_number(patients: list[Patient], name: str) -> list[Patient]:
    """Return which patients of the caller's number are meant.

    Raises NotUnderstood where several share the number and none is named: ask, never assume.
    """
    if name.strip():
        return named(patients, name)
    if len({patient.name.casefold() for patient in patients}) > 1:
        raise NotUnderstood("patient_name", "Several patients share this number. Whose appointment is it?")
    return patients


def not_identified(failures: int) -> NotIdentified:
    """Return the refusal of a caller who has failed so often, this time included."""
    if failures >= MOST_FAILURES:
        say = "I can not find you in our records. I would rather put you through to my colleagues."
        return NotIdentified("identity_failed", say)
    say = "I find nobody of that name and address. Could you give me the name and the e-mail again?"
    return NotIdentified("not_identified", say, retryable=True)


def check_may_change(
    appointment: Appointment | None, record: CallRecord, known: list[Patient]
) -> Appointment:
    """Return the appointment if the caller may change it.

    They may where it was made in this call, or is of a patient they were identified as.
    Raises NotIdentified otherwise, in the same words whether there is such an appointment or not.
    """
    if appointment is None or not may_change(appointment, record, known):
        raise NotIdentified(
            "not_yours", "I find no such appointment of yours. Shall I look it up by your name?"
        )
    return appointment


def may_change(appointment: Appointment, record: CallRecord, known: list[Patient]) -> bool:
    """Tell whether an appointment was made in this call, or is of a patient that the caller is known as."""
    ids = {patient.id for patient in known} | set(record.identified)
    return appointment.call_id == record.call_id or appointment.patient_id in ids
