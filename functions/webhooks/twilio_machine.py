"""Hears from Twilio whether a human or a machine took a call of ours, and leaves the machine a message."""

from __future__ import annotations

import flask

from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.directory import Clinic
from clinic.ports import Calls
from clinic.settings import Settings
from clinic.telephony import CallOver, PatientCalls, Telephone
from functions.errands import ANSWERED_BY_MACHINE, MESSAGE_LEFT
from functions.phone_words import words
from functions.twilio_request import signed_form
from functions.twiml import hang_up


def twilio_machine(
    request: flask.Request,
    *,
    calls: Calls,
    patient_calls: PatientCalls,
    telephone: Telephone,
    clinic: Clinic,
    settings: Settings,
) -> flask.Response:
    """Act on AnsweredBy of the asynchronous detection (twilio.com/docs/voice/answering-machine-detection).

    A human, and what is not known, is left to the agent. A message names the clinic and its number, and
    nothing of what it is about: others may hear it.
    """
    form = signed_form(request, settings, "twilio_machine")
    record = calls.of_session(form["CallSid"])
    answered_by = form.get("AnsweredBy", "")
    if record is not None and record.errand and answered_by.startswith(("machine", "fax")):
        beeped = answered_by.startswith("machine_end")
        left = clinic.leave_messages and beeped and _leave(record, telephone, clinic)
        resolution = MESSAGE_LEFT if left else ANSWERED_BY_MACHINE
        calls.note(CallNotes(call_id=record.call_id, resolution=resolution))
        patient_calls.end(record.errand, reached=left)
        if not left:
            telephone.hang_up(record.session_id)
    return flask.Response(status=204)


def _leave(record: CallRecord, telephone: Telephone, clinic: Clinic) -> bool:
    spoken_number = " ".join(clinic.phone)
    text = words("voicemail", record.language, clinic=clinic.name, phone=spoken_number)
    try:
        telephone.move(record.session_id, str(hang_up(text, record.language)))
    except CallOver:
        return False
    return True
