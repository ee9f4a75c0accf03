"""Hears from Twilio that a recording is complete, or that there is none."""

from __future__ import annotations

import re

import flask
import structlog

from clinic.contracts.call_record import CallNotes
from clinic.ports import Calls
from clinic.settings import Settings
from functions.twilio_request import signed_form

_log = structlog.get_logger("clinic")
_RECORDING_SID = re.compile(r"RE[0-9a-f]{32}")


def twilio_recording(request: flask.Request, *, calls: Calls, settings: Settings) -> flask.Response:
    """Note the recording's sid in the call's record: where to find it is all that we keep."""
    form = signed_form(request, settings, "twilio_recording")
    record, sid = calls.of_session(form["CallSid"]), form.get("RecordingSid", "")
    status = form.get("RecordingStatus", "")
    if record is not None and status == "completed" and _RECORDING_SID.fullmatch(sid):
        calls.note(CallNotes(call_id=record.call_id, recording_sid=sid))
    else:
        # `failed`, or `absent`: silence throughout.
        _log.warning("! recording", call_sid=form["CallSid"], status=status[:20])
    return flask.Response(status=204)
