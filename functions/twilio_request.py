"""Twilio's webhook requests: who signed them, and what they say."""

from __future__ import annotations

import re

import flask
import structlog
from twilio.request_validator import RequestValidator
from werkzeug.exceptions import Forbidden

from clinic.settings import Settings

_log = structlog.get_logger("clinic")
_CALL_SID = re.compile(r"CA[0-9a-f]{32}")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_WITHHELD = {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}
"""ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on a telephone's keys: as some carriers' words arrive.
Taken for a number, it would make all withheld callers one family."""


def signed_form(request: flask.Request, settings: Settings, webhook: str) -> dict[str, str]:
    """Return the parameters of a request that Twilio signed; those of its URL are in `request.args`.

    The URL is the configured public one, never one put together from headers
    that a client can set (twilio.com/docs/usage/security). Raises Forbidden.
    """
    values = request.form if request.method == "POST" else request.args
    if any(len(given.getlist(name)) > 1 for given in (request.form, request.args) for name in given):
        # The signature covers one value a name; which of two a framework hands out is luck.
        raise _forbidden("duplicate parameter")
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    signed = request.form.to_dict() if request.method == "POST" else {}
    if not _is_signed(f"{settings.address_of(webhook)}{query}", signed, request, settings):
        raise _forbidden("signature")
    form = values.to_dict()
    if settings.twilio_account_sid and form.get("AccountSid") != settings.twilio_account_sid:
        raise _forbidden("account")
    if not _CALL_SID.fullmatch(form.get("CallSid", "")):
        raise _forbidden("call sid")
    return form


def _is_signed(url: str, signed: dict[str, str], request: flask.Request, settings: Settings) -> bool:
    # A missing or repeated header is an empty signature, which fits nothing.
    given = request.headers.getlist("X-Twilio-Signature")
    signature = given[0] if len(given) == 1 else ""
    return bool(RequestValidator(settings.signing_token).validate(url, signed, signature))


def caller_number(form: dict[str, str]) -> str:
    """Return the caller's number in E.164; empty where it is withheld (Twilio then sends a word).

    Of a call that we placed it is the patient's, whom we rang.
    """
    number = form.get("To" if form.get("Direction", "").startswith("outbound") else "From", "")
    return number if _E164.fullmatch(number) and number not in _WITHHELD else ""


def _forbidden(reason: str) -> Forbidden:
    _log.warning("! webhook refused", reason=reason)
    return Forbidden()
