"""Answers Twilio when a human has been rung for a caller: the talk is over, or nobody answered."""

from __future__ import annotations

from datetime import datetime

import flask

from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.contracts.events import CallLogged
from clinic.directory import Clinic
from clinic.ports import Bus, Calls
from clinic.settings import Settings
from functions.phone_words import words
from functions.told import tell
from functions.twilio_request import signed_form
from functions.twiml import answer, hang_up


def twilio_after_dial(
    request: flask.Request, *, calls: Calls, bus: Bus, clinic: Clinic, settings: Settings, now: datetime
) -> flask.Response:
    """Hang up after a talk; otherwise apologise, and promise a call back where there is a number to ring."""
    form = signed_form(request, settings, "twilio_after_dial")
    record = calls.of_session(form["CallSid"])
    answered = _talked(form)
    if record is not None:
        calls.note(_noted(record, answered=answered))
        # The row that staff see was written when the agent's part was over.
        tell(bus, CallLogged(id=f"{record.call_id}.dialled", call_id=record.call_id, occurred_at=now))
    if answered:
        return answer(hang_up())
    language = record.language if record else clinic.language
    promised = record is not None and record.caller_phone
    sorry = words("nobody_answers" if promised else "nobody_answers_now", language)
    return answer(hang_up(sorry, language))


def _talked(form: dict[str, str]) -> bool:
    # A voicemail that took the call, but pressed no key, was `completed` too; then nobody was bridged.
    connected = form.get("DialCallStatus") in ("completed", "answered")
    return connected and form.get("DialBridged", "true") != "false"


def _noted(record: CallRecord, *, answered: bool) -> CallNotes:
    if answered:
        return CallNotes(call_id=record.call_id, transfer="answered")
    return CallNotes(call_id=record.call_id, transfer="unanswered", call_back=bool(record.caller_phone))
