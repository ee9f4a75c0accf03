"""Asks a webhook as Twilio would."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import flask
import msgspec
import pytest
from twilio.request_validator import RequestValidator

from clinic.settings import DEVELOPMENT_AUTH_TOKEN
from functions.needs import Needs

Post = Callable[..., Any]


@pytest.fixture
def ring() -> dict[str, str]:
    """What Twilio sends when a caller rings."""
    return {
        "CallSid": "CA" + "a" * 32,
        "AccountSid": "AC" + "b" * 32,
        "From": "+919812345678",
        "To": "+914000000000",
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        "NewParameter": "Twilio adds some without notice",
    }


@pytest.fixture
def ask_webhook(needs: Needs) -> Post:
    """Ask a webhook, signed unless told otherwise; return its whole answer."""

    def run(
        webhook: Callable[..., flask.Response],
        form: dict[str, str],
        signature: str | list[str] | None = None,
        body: str | None = None,
        query: dict[str, str] | None = None,
        method: str = "POST",
        headers: dict[str, str] | None = None,
        world: Needs = needs,
        **changed: Any,
    ) -> flask.Response:
        if changed:
            world = Needs(msgspec.structs.replace(needs.settings, **changed))
        in_url = urlencode({**(query or {}), **({} if method == "POST" else form)})
        url = f"http://127.0.0.1:8081/{webhook.__name__.replace('_', '-')}" + (f"?{in_url}" if in_url else "")
        signed = RequestValidator(DEVELOPMENT_AUTH_TOKEN).compute_signature(
            url, form if method == "POST" else {}
        )
        signatures = (
            signature if isinstance(signature, list) else [signed if signature is None else signature]
        )
        given: dict[str, Any] = {"data": body, "content_type": "application/x-www-form-urlencoded"}
        if method == "GET":
            given = {}
        elif body is None:
            given = {"data": form}
        with flask.Flask("test").test_request_context(
            "/",
            method=method,
            headers=[*(headers or {}).items(), *(("X-Twilio-Signature", each) for each in signatures)],
            query_string=in_url,
            **given,
        ):
            return webhook(flask.request, **world.of(webhook))

    return run


@pytest.fixture
def post(ask_webhook: Post) -> Post:
    """Ask a webhook; return its TwiML."""

    def run(*asked: Any, **more: Any) -> Any:
        return ElementTree.fromstring(ask_webhook(*asked, **more).get_data())

    return run
