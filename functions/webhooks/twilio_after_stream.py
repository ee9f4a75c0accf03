"""Answers Twilio when a media stream has ended: hang up, or apologise and put the caller through."""

from __future__ import annotations

import flask
from twilio.twiml.voice_response import VoiceResponse

from clinic.directory import Clinic
from clinic.ports import Calls
from clinic.settings import Settings
from functions.twilio_request import signed_form

_SORRY = "I am sorry, something on our side does not work. I am putting you through to the clinic."


def twilio_after_stream(
    request: flask.Request, *, calls: Calls, clinic: Clinic, settings: Settings
) -> flask.Response:
    """Return TwiML by what the call's record says: only a conversation that was completed is hung up on."""
    form = signed_form(request, settings, "twilio_after_stream")
    record = calls.of_session(form["CallSid"])
    response = VoiceResponse()
    if record is not None and record.status == "completed":
        response.hangup()
    else:
        response.say(_SORRY, language="en-IN")
        response.dial(clinic.human_number, caller_id=settings.twilio_phone_number or None)
    return flask.Response(str(response), content_type="text/xml; charset=utf-8")
