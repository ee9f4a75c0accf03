"""Gives a web page on the allow-list a token for one conversation."""

from __future__ import annotations

from datetime import datetime

import flask
import msgspec

from clinic.contracts.call_record import CallRecord
from clinic.contracts.ticket import VALID_FOR, digest, new_call_id, new_token
from clinic.directory import Clinic
from clinic.ports import Calls, Limits, TooManyCalls
from clinic.settings import Settings


def web_session(
    request: flask.Request, *, calls: Calls, clinic: Clinic, limits: Limits, settings: Settings, now: datetime
) -> flask.Response:
    """Return `{url, call_id, token, expires_in}` to an allowed origin, and begin the record."""
    origin = request.headers.get("Origin", "")
    if origin not in settings.origins:
        return _json(403, {"error": "this page may not start a call"})
    if request.method != "POST":
        return _json(204, None, origin)
    if limits.count(digest(request.remote_addr or ""), now) > settings.api_rate_limit:
        return _json(429, {"error": "too many calls from this address; try again in a minute"}, origin)
    token, call_id = new_token(), new_call_id()
    record = CallRecord(
        call_id=call_id, session_id=call_id, channel="web", timestamp=now, language=clinic.language
    )
    try:
        calls.ring(record, digest(token), now + VALID_FOR, settings.max_sessions)
    except TooManyCalls:
        return _json(503, {"error": "all lines are busy", "phone": clinic.phone}, origin)
    session = {
        "url": f"{settings.public_realtime_url}/browser",
        "call_id": call_id,
        "token": token,
        "expires_in": int(VALID_FOR.total_seconds()),
    }
    return _json(200, session, origin)


def _json(status: int, body: object, origin: str = "") -> flask.Response:
    response = flask.Response(
        b"" if body is None else msgspec.json.encode(body), status, content_type="application/json"
    )
    response.headers["Vary"] = "Origin"
    response.headers["Cache-Control"] = "no-store"
    if origin:
        # The Fetch standard, CORS protocol: the origin itself, never `*`.
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "600"
    return response
