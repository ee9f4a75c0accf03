"""Finishes the record of a call that has ended."""

from __future__ import annotations

from datetime import datetime

from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.contracts.events import CallEnded, CallLogged
from clinic.ports import Appointments, Calls


def finish_call(
    fact: CallEnded, *, calls: Calls, appointments: Appointments, now: datetime
) -> tuple[CallLogged, ...]:
    """Fill in what nobody has noted during the call, and tell that the record is whole.

    Raises LookupError if there is no such record: the bus tries again.
    """
    record = calls.get(fact.call_id)
    if record is None:
        raise LookupError(f"no record of call {fact.call_id}")
    booked = len(appointments.of_call(fact.call_id))
    calls.note(
        CallNotes(
            call_id=fact.call_id,
            logged_at=now,
            call_type="" if record.call_type else _call_type(record, booked),
            resolution="" if record.resolution else _resolution(record, booked),
        )
    )
    return (CallLogged(id=f"{fact.id}.logged", call_id=fact.call_id, occurred_at=fact.occurred_at),)


def _call_type(record: CallRecord, booked: int) -> str:
    enquired = record.department_enquired or record.doctor_enquired
    return "booking" if booked else "enquiry" if enquired else "other"


def _resolution(record: CallRecord, booked: int) -> str:
    if booked:
        return "appointment booked"
    return "ended without a booking" if record.status == "completed" else "broken off"
