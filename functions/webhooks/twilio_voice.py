"""Answers Twilio when a caller rings: the TwiML that connects the call to its media stream."""

from __future__ import annotations

from datetime import datetime

import flask
from twilio.twiml.voice_response import Connect, VoiceResponse

from clinic.contracts.call_record import CallRecord
from clinic.contracts.ticket import VALID_FOR, digest, new_call_id, new_token
from clinic.directory import Clinic
from clinic.ports import Calls, TooManyCalls
from clinic.settings import Settings
from functions.twilio_request import caller_number, signed_form

_BUSY = "All our lines are busy just now. I am putting you through to the clinic."


def twilio_voice(
    request: flask.Request, *, calls: Calls, clinic: Clinic, settings: Settings, now: datetime
) -> flask.Response:
    """Begin the call's record and return TwiML. A retry of Twilio's finds the record of its CallSid again."""
    form = signed_form(request, settings, "twilio_voice")
    token = new_token()
    record = CallRecord(
        call_id=new_call_id(),
        session_id=form["CallSid"],
        channel="phone",
        timestamp=now,
        caller_phone=caller_number(form),
        language=clinic.language,
    )
    try:
        record = calls.ring(record, digest(token), now + VALID_FOR, settings.max_sessions)
    except TooManyCalls:
        return _twiml(_busy(clinic, settings))
    return _twiml(_connect(record, token, settings))


def _connect(record: CallRecord, token: str, settings: Settings) -> VoiceResponse:
    response = VoiceResponse()
    connect = Connect(action=f"{settings.public_functions_url}/twilio_after_stream")
    stream = connect.stream(url=f"{settings.public_realtime_url}/twilio")
    stream.parameter(name="token", value=token)
    stream.parameter(name="call_id", value=record.call_id)
    stream.parameter(name="language", value=record.language)
    response.append(connect)
    return response


def _busy(clinic: Clinic, settings: Settings) -> VoiceResponse:
    response = VoiceResponse()
    response.say(_BUSY, language="en-IN")
    response.dial(clinic.human_number, caller_id=settings.twilio_phone_number or None)
    return response


def _twiml(response: VoiceResponse) -> flask.Response:
    return flask.Response(str(response), content_type="text/xml; charset=utf-8")
