"""Tells the human who is rung for a caller what it is about, before the two are connected."""

from __future__ import annotations

import flask
from twilio.twiml.voice_response import Gather, VoiceResponse

from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.directory import Clinic
from clinic.ports import Calls
from clinic.settings import Settings
from functions.phone_words import say, words
from functions.twilio_request import signed_form
from functions.twiml import answer

_KEY_WITHIN_SECONDS = 8


def twilio_briefing(
    request: flask.Request, *, calls: Calls, clinic: Clinic, settings: Settings
) -> flask.Response:
    """Return the TwiML of a <Number url>: the briefing, and a key to press, which no voicemail does.

    An empty answer connects the two (twilio.com/docs/voice/twiml/number); without a key the call is let go.
    """
    form = signed_form(request, settings, "twilio_briefing")
    call_sid = request.args.get("call_sid", "")
    record = calls.of_session(call_sid)
    if form.get("Digits"):
        if record is not None:
            calls.note(CallNotes(call_id=record.call_id, transfer="answered"))
        return answer(VoiceResponse())
    return answer(_brief(record, call_sid, clinic.language, settings))


def _brief(record: CallRecord | None, call_sid: str, language: str, settings: Settings) -> VoiceResponse:
    response = VoiceResponse()
    gather = Gather(
        num_digits=1,
        timeout=_KEY_WITHIN_SECONDS,
        action=f"{settings.address_of('twilio_briefing')}?call_sid={call_sid}",
    )
    say(gather, words("briefing", language, details=_details(record)), language)
    say(gather, words("press_a_key", language), language)
    response.append(gather)
    response.hangup()
    return response


def _details(record: CallRecord | None) -> str:
    if record is None:
        return ""
    known = (
        record.customer_name,
        record.transfer_reason,
        record.call_type,
        record.department_enquired,
        record.doctor_enquired,
        record.resolution,
        record.notes,
    )
    return " ".join(f"{each.rstrip('.')}." for each in known if each)
