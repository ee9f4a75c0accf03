"""Tests of the signed requests, against a real HTTP server."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping

import pytest
from twilio.request_validator import RequestValidator

from rehearsal.twilio.dictionary import TwilioError
from rehearsal.twilio.twiml import Request
from rehearsal.twilio.webhook import NobodyAnswers, WebhookRefused, Webhooks

TOKEN = "12345"
Serve = Callable[[Callable[[str, dict[str, str], Mapping[str, str]], tuple[int, str, str]]], str]


class Seen:
    """A webhook that remembers the last request."""

    def __init__(self, status: int = 200, content_type: str = "text/xml", text: str = "<Response/>") -> None:
        self.path, self.parameters, self.headers = "", dict[str, str](), dict[str, str]()
        self._answer = status, content_type, text

    def __call__(
        self, path: str, parameters: dict[str, str], headers: Mapping[str, str]
    ) -> tuple[int, str, str]:
        self.path, self.parameters, self.headers = path, parameters, dict(headers)
        return self._answer


def test_the_signature_is_that_of_twilios_published_example() -> None:
    parameters = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    signature = Webhooks(TOKEN).signature("https://mycompany.com/myapp.php?foo=1&bar=2", parameters)
    assert signature == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_a_post_is_form_encoded_and_signed_over_its_address_and_all_parameters(serve_http: Serve) -> None:
    seen = Seen()
    url = serve_http(seen) + "/twilio-voice?clinic=renova"
    answer = Webhooks(TOKEN).fetch(Request(url), {"From": "+918123456789", "FromCity": "", "Name": "é & =+"})
    assert answer.text == "<Response/>"
    assert answer.milliseconds > 0
    assert seen.path == "/twilio-voice?clinic=renova"
    assert seen.parameters == {"From": "+918123456789", "FromCity": "", "Name": "é & =+"}
    assert seen.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert re.fullmatch(r"[0-9a-f-]{36}", seen.headers["I-Twilio-Idempotency-Token"])
    assert RequestValidator(TOKEN).validate(url, seen.parameters, seen.headers["X-Twilio-Signature"])


def test_a_get_carries_the_parameters_in_the_address_and_signs_that(serve_http: Serve) -> None:
    seen = Seen()
    url = serve_http(seen) + "/again"
    Webhooks(TOKEN).fetch(Request(url, "GET"), {"CallSid": "CA1", "From": "+91 8"})
    assert seen.parameters == {"CallSid": "CA1", "From": "+91 8"}
    signed = url + "?CallSid=CA1&From=%2B91+8"
    assert RequestValidator(TOKEN).validate(signed, {}, seen.headers["X-Twilio-Signature"])


def test_connection_overrides_are_neither_sent_nor_signed(serve_http: Serve) -> None:
    seen = Seen()
    url = serve_http(seen) + "/twilio-voice"
    Webhooks(TOKEN).fetch(Request(url + "#ct=2000&rc=2"), {"CallSid": "CA1"})
    assert seen.path == "/twilio-voice"
    assert RequestValidator(TOKEN).validate(url, seen.parameters, seen.headers["X-Twilio-Signature"])


def test_a_refusal_is_told_with_its_status(serve_http: Serve) -> None:
    url = serve_http(Seen(status=403))
    with pytest.raises(WebhookRefused, match="HTTP 403") as caught:
        Webhooks(TOKEN).fetch(Request(url), {})
    assert caught.value.status == 403


def test_json_for_an_answer_is_12300(serve_http: Serve) -> None:
    url = serve_http(Seen(content_type="application/json", text="{}"))
    with pytest.raises(TwilioError, match="12300"):
        Webhooks(TOKEN).fetch(Request(url), {})


def test_a_status_callback_may_answer_anything_that_is_success(serve_http: Serve) -> None:
    seen = Seen(content_type="application/json", text="{}")
    Webhooks(TOKEN).notify(Request(serve_http(seen)), {"StreamEvent": "stream-started"})
    assert seen.parameters == {"StreamEvent": "stream-started"}


def test_an_address_where_nothing_listens_is_told_as_such() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/twilio-voice"
        with pytest.raises(NobodyAnswers, match="11205"):
            Webhooks(TOKEN).fetch(Request(url), {})


def test_a_webhook_that_takes_too_long_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(NobodyAnswers, match="timed out"):
            Webhooks(TOKEN, timeout_seconds=0.1).fetch(Request(url), {})
