"""Answers Twilio when `twilio_voice` did not: an apology, and the clinic's number.

It must work when everything else is down. It reads nothing but the clinic's file, checks no
signature (a wrong token may be the very trouble, and it tells nothing that is secret) and names no
other address of ours.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

import flask

from clinic.directory import Clinic

_TWIML = """<?xml version="1.0" encoding="UTF-8"?>
<Response>\
<Say language="en-IN">I am sorry, something on our side does not work. I am putting you through.</Say>\
<Dial timeout="30">{number}</Dial>\
<Say language="en-IN">Nobody can take your call just now. Please call again later.</Say>\
</Response>"""


def twilio_fallback(_: flask.Request, *, clinic: Clinic) -> flask.Response:
    """Return the same TwiML to whoever asks."""
    twiml = _TWIML.format(number=escape(clinic.human_number))
    return flask.Response(twiml, content_type="text/xml; charset=utf-8")
