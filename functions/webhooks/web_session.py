"""Gives a web page on the allow-list a token for one conversation."""

from __future__ import annotations

from datetime import datetime

import flask
import msgspec

from clinic.contracts.call_record import CallRecord
from clinic.contracts.ticket import VALID_FOR, digest, new_call_id
from clinic.contracts.web_token import issue
from clinic.directory import Clinic
from clinic.ports import Calls, Limits, TooManyCalls
from clinic.settings import Settings
from functions.web_request import address_key, language_of

_MINUTE = 60
"""Seconds over which the limits count."""


def web_session(
    request: flask.Request, *, calls: Calls, clinic: Clinic, limits: Limits, settings: Settings, now: datetime
) -> flask.Response:
    """Return `{url, call_id, token, expires_in}` to an allowed origin, and begin the record.

    Takes a form (no preflight is needed then): `clinic`, the id the page was made for, and
    `language`, BCP 47; both may be left out.
    """
    origin = request.headers.get("Origin", "")
    if origin not in settings.origins:
        return _json(403, {"error": "this page may not start a call"})
    if request.method != "POST":
        return _json(204, None, origin)
    if request.form.get("clinic", clinic.id) != clinic.id:
        return _json(404, {"error": "another clinic answers here"}, origin)
    refusal = _too_often(request, limits, settings, now)
    if refusal:
        return _later(429, {"error": refusal}, origin, now)
    try:
        return _json(200, _begin(request, origin, calls, clinic, settings, now), origin)
    except TooManyCalls:
        return _later(503, {"error": "all lines are busy", "phone": clinic.phone}, origin, now)


def _too_often(request: flask.Request, limits: Limits, settings: Settings, now: datetime) -> str:
    if limits.count(address_key(request, settings), now) > settings.api_rate_limit:
        return "too many calls from this address; try again in a minute"
    # After the address: one visitor who is refused must not use the clinic's share up.
    if limits.count("web calls", now) > settings.api_rate_limit_clinic:
        return "too many calls at this time; try again in a minute"
    return ""


def _begin(
    request: flask.Request, origin: str, calls: Calls, clinic: Clinic, settings: Settings, now: datetime
) -> dict[str, object]:
    call_id = new_call_id()
    token = issue(call_id, origin, clinic.id, now + VALID_FOR, settings.web_secret)
    record = CallRecord(
        call_id=call_id,
        session_id=call_id,
        channel="web",
        timestamp=now,
        language=language_of(request, clinic),
    )
    calls.ring(record, digest(token), now + VALID_FOR, settings.max_sessions)
    return {
        "url": f"{settings.public_realtime_url}/browser",
        "call_id": call_id,
        "token": token,
        "expires_in": int(VALID_FOR.total_seconds()),
    }


def _later(status: int, body: object, origin: str, now: datetime) -> flask.Response:
    response = _json(status, body, origin)
    response.headers["Retry-After"] = str(_MINUTE - int(now.timestamp()) % _MINUTE)
    return response


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
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        response.headers["Access-Control-Max-Age"] = "600"
    return response
