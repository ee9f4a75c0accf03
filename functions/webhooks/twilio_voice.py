"""Answers Twilio when a call is taken up: the TwiML that connects it to its media stream."""

from __future__ import annotations

from datetime import datetime

import flask
from twilio.twiml.voice_response import Connect, VoiceResponse

from clinic.contracts.call_record import CallRecord
from clinic.contracts.ticket import VALID_FOR, digest, new_call_id, new_token, repeated_token
from clinic.directory import Clinic
from clinic.ports import Calls, TooManyCalls
from clinic.settings import Settings
from functions.phone_words import say, words
from functions.twilio_request import caller_number, signed_form
from functions.twiml import answer, put_through

_MOST_WAITS = 5
"""Seconds; a record that is not there by then will not come."""


def twilio_voice(
    request: flask.Request, *, calls: Calls, clinic: Clinic, settings: Settings, now: datetime
) -> flask.Response:
    """Begin the call's record and return TwiML. A call that we placed ourselves has its record already.

    A retry of Twilio's bears the same I-Twilio-Idempotency-Token and gets the same answer.
    """
    form = signed_form(request, settings, "twilio_voice")
    if form.get("Direction", "").startswith("outbound") and calls.of_session(form["CallSid"]) is None:
        return answer(_wait(int(request.args.get("waited", "0")), settings))
    token = _token(settings, form["CallSid"], request.headers.get("I-Twilio-Idempotency-Token", ""))
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
        busy = words("busy", record.language)
        return answer(put_through(record.session_id, [busy], record.language, clinic, settings))
    return answer(_connect(record, token, settings))


def _wait(waited: int, settings: Settings) -> VoiceResponse:
    """Let Twilio ask again: the patient took the call before `call_patient` had written its record."""
    response = VoiceResponse()
    if waited >= _MOST_WAITS:
        response.hangup()
    else:
        response.pause(length=1)
        response.redirect(f"{settings.address_of('twilio_voice')}?waited={waited + 1}")
    return response


def _token(settings: Settings, call_sid: str, request_id: str) -> str:
    # Made again rather than kept: the store never holds what opens a stream.
    return repeated_token(settings.signing_token, call_sid, request_id) if request_id else new_token()


def _connect(record: CallRecord, token: str, settings: Settings) -> VoiceResponse:
    response = VoiceResponse()
    if settings.record_calls:
        say(response, words("recorded", record.language), record.language)
    connect = Connect(action=settings.address_of("twilio_after_stream"))
    stream = connect.stream(
        url=f"{settings.public_realtime_url}/twilio",
        status_callback=settings.address_of("twilio_stream_status"),
    )
    stream.parameter(name="token", value=token)
    stream.parameter(name="call_id", value=record.call_id)
    stream.parameter(name="language", value=record.language)
    response.append(connect)
    return response
