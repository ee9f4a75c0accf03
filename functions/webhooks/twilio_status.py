"""Hears from Twilio that a phone call is over, and ends the record of one that our service never took up."""

from __future__ import annotations

from datetime import datetime

import flask

from clinic.ports import Bus, Calls
from clinic.settings import Settings
from clinic.telephony import PatientCalls
from functions.hung_up import is_over, note_hung_up
from functions.twilio_request import signed_form


def twilio_status(
    request: flask.Request,
    *,
    calls: Calls,
    patient_calls: PatientCalls,
    bus: Bus,
    settings: Settings,
    now: datetime,
) -> flask.Response:
    """Do what follows from the call being over, for incoming calls and for those that we placed."""
    form = signed_form(request, settings, "twilio_status")
    record, status = calls.of_session(form["CallSid"]), form.get("CallStatus", "")
    if record is not None and is_over(status):
        note_hung_up(record, status, calls, patient_calls, bus, now)
    return flask.Response(status=204)
