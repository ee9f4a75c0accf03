"""Answers Twilio when a media stream has ended: hang up, or put the caller through."""

from __future__ import annotations

import flask
from twilio.twiml.voice_response import VoiceResponse

from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.directory import Clinic
from clinic.ports import Calls
from clinic.settings import Settings
from functions.phone_words import Phrase, words
from functions.twilio_request import signed_form
from functions.twiml import answer, hang_up, put_through

_BROKEN = "The voice agent broke off."


def twilio_after_stream(
    request: flask.Request, *, calls: Calls, clinic: Clinic, settings: Settings
) -> flask.Response:
    """Return TwiML by what the call's record says.

    Hung up is who hung up, or whose conversation was completed without asking for a human.
    """
    form = signed_form(request, settings, "twilio_after_stream")
    record = calls.of_session(form["CallSid"])
    if form.get("CallStatus") == "completed" or _is_over(record):
        return answer(hang_up())
    return answer(_to_a_human(form["CallSid"], record, calls, clinic, settings))


def _is_over(record: CallRecord | None) -> bool:
    return record is not None and record.status == "completed" and record.transfer != "asked"


def _to_a_human(
    call_sid: str, record: CallRecord | None, calls: Calls, clinic: Clinic, settings: Settings
) -> VoiceResponse:
    language = record.language if record else clinic.language
    asked = record is not None and record.transfer == "asked" and record.transfer_reason != _BROKEN
    if record is not None and not asked:
        calls.note(CallNotes(call_id=record.call_id, transfer="asked", transfer_reason=_BROKEN))
    phrase: Phrase = "putting_through" if asked else "broken"
    return put_through(call_sid, [words(phrase, language)], language, clinic, settings)
