"""Lets Twilio record a phone call that has begun, where the clinic records its calls."""

from __future__ import annotations

from clinic.contracts.call_record import CallNotes
from clinic.contracts.events import CallStarted
from clinic.ports import Calls
from clinic.settings import Settings
from clinic.telephony import CallOver, Telephone


def record_call(fact: CallStarted, *, calls: Calls, telephone: Telephone, settings: Settings) -> None:
    """Begin the recording and note its sid; the sound never comes to us.

    The caller has heard of it by then: Twilio says so before it opens the stream whose start the fact tells.
    Raises LookupError where the call has no record: the bus tries again.
    """
    if not settings.record_calls:
        return
    record = calls.get(fact.call_id)
    if record is None:
        raise LookupError(f"no record of call {fact.call_id}")
    if record.channel != "phone" or record.recording_sid:
        return
    try:
        sid = telephone.record(record.session_id, settings.address_of("twilio_recording"))
    except CallOver:
        return
    calls.note(CallNotes(call_id=record.call_id, recording_sid=sid))
