"""Hears from Twilio how a media stream fares: the only place where a handshake that failed is told."""

from __future__ import annotations

import re

import flask
import structlog

from clinic.settings import Settings
from functions.twilio_request import signed_form

_log = structlog.get_logger("clinic")
_CODE = re.compile(r"\b\d{5}\b")


def twilio_stream_status(request: flask.Request, *, settings: Settings) -> flask.Response:
    """Log it; what the caller hears next is decided by `twilio_after_stream`."""
    form = signed_form(request, settings, "twilio_stream_status")
    event = form.get("StreamEvent", "")
    if event == "stream-error":
        # The text may quote what was sent; the code of Twilio's error dictionary is enough.
        code = _CODE.search(form.get("StreamError", ""))
        _log.error("! media stream", call_sid=form["CallSid"], error=code.group() if code else "unknown")
    else:
        _log.info("= media stream", call_sid=form["CallSid"], stream_event=event.removeprefix("stream-")[:20])
    return flask.Response(status=204)
