"""What follows from a phone call being over, whoever noticed it."""

from __future__ import annotations

from datetime import datetime

from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.contracts.events import CallEnded
from clinic.ports import Bus, Calls
from clinic.telephony import PatientCalls
from functions.errands import ANSWERED_BY_MACHINE
from functions.told import tell

_OVER = {
    "completed": "hung up before the agent answered",
    "busy": "busy",
    "failed": "could not be reached",
    "no-answer": "no answer",
    "canceled": "hung up before the agent answered",
}
"""Twilio's CallStatus of a call that is over, and what it means for one that never began."""


def is_over(call_status: str) -> bool:
    """Tell whether a call of that CallStatus goes on no more."""
    return call_status in _OVER


def note_hung_up(
    record: CallRecord, call_status: str, calls: Calls, patient_calls: PatientCalls, bus: Bus, now: datetime
) -> None:
    """Note when the call was over; end its record if nobody else will.

    A record in progress is the service's to end: it may still be waiting for a booking. If the
    caller was put through before, the service should have done, and we end what it has left.
    """
    if record.errand:
        talked = record.status != "ringing" and record.resolution != ANSWERED_BY_MACHINE
        patient_calls.end(record.errand, reached=talked)
    if record.ended_at is not None:
        return
    never_began = record.status == "ringing" and not record.transfer
    resolution = _OVER[call_status] if never_began else ""
    calls.note(CallNotes(call_id=record.call_id, hung_up_at=now, resolution=resolution))
    if record.status == "ringing" or record.transfer in ("answered", "unanswered"):
        calls.end(record.call_id, "failed", now)
        tell(bus, CallEnded(id=f"{record.call_id}.ended", call_id=record.call_id, occurred_at=now))
