"""Hears from Twilio that a phone call is over, and ends the record of one that our service never took up."""

from __future__ import annotations

from datetime import datetime

import flask

from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.contracts.events import CallEnded
from clinic.ports import Bus, Calls
from clinic.settings import Settings
from functions.told import tell
from functions.twilio_request import signed_form

_OVER = {
    "completed": "hung up before the agent answered",
    "busy": "busy",
    "failed": "could not be reached",
    "no-answer": "no answer",
    "canceled": "hung up before the agent answered",
}
"""Twilio's CallStatus of a call that is over, and what it means for one that never began."""


def twilio_status(
    request: flask.Request, *, calls: Calls, bus: Bus, settings: Settings, now: datetime
) -> flask.Response:
    """Note when the call was over; end its record if nobody else will.

    A record in progress is the service's to end: it may still be waiting for a booking. If the
    stream broke before, so that the caller was put through, the service is gone and we end it.
    """
    form = signed_form(request, settings, "twilio_status")
    record = calls.of_session(form["CallSid"])
    if record is not None and form.get("CallStatus") in _OVER and record.ended_at is None:
        calls.note(_noted(record, form["CallStatus"], now))
        if record.status == "ringing" or record.transfer:
            calls.end(record.call_id, "failed", now)
            tell(bus, CallEnded(id=f"{record.call_id}.ended", call_id=record.call_id, occurred_at=now))
    return flask.Response(status=204)


def _noted(record: CallRecord, call_status: str, now: datetime) -> CallNotes:
    resolution = _OVER[call_status] if record.status == "ringing" and not record.transfer else ""
    return CallNotes(call_id=record.call_id, hung_up_at=now, resolution=resolution)
