"""Finishes the record of a call that has ended."""

from __future__ import annotations

from datetime import datetime

from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.contracts.events import CallEnded, CallLogged
from clinic.ports import Calls, Ledger

_DONE = {
    "book_appointment": ("booking", "appointment booked"),
    "reschedule_appointment": ("rescheduling", "appointment moved"),
    "cancel_appointment": ("cancellation", "appointment cancelled"),
    "join_waitlist": ("waiting_list", "put on the waiting list"),
}
"""By tool, what a call was about and what came of it; the first that was done names the call's type."""


def finish_call(fact: CallEnded, *, calls: Calls, ledger: Ledger, now: datetime) -> tuple[CallLogged, ...]:
    """Write what came of the call, and tell that the record is whole.

    What the ledger says was done counts; where it was nothing, what the agent has noted stands.
    Raises LookupError if there is no such record: the bus tries again.
    """
    record = calls.get(fact.call_id)
    if record is None:
        raise LookupError(f"no record of call {fact.call_id}")
    answered = {each.tool for each in ledger.of_call(fact.call_id) if each.outcome == "succeeded"}
    done = [words for tool, words in _DONE.items() if tool in answered]
    call_type = done[0][0] if done else record.call_type or _call_type(record)
    resolution = ", ".join(what for _, what in done) or record.resolution or _resolution(record)
    calls.note(
        CallNotes(
            call_id=fact.call_id,
            call_type=call_type,
            resolution=resolution,
            customer_type=record.customer_type or "new",
            logged_at=now,
        )
    )
    return (CallLogged(id=f"{fact.id}.logged", call_id=fact.call_id, occurred_at=fact.occurred_at),)


def _call_type(record: CallRecord) -> str:
    return "enquiry" if record.department_enquired or record.doctor_enquired else "other"


def _resolution(record: CallRecord) -> str:
    if record.call_back:
        return "to be called back"
    return "ended without a booking" if record.status == "completed" else "broken off"
