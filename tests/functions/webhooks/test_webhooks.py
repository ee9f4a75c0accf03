"""The webhooks, as Twilio and a web page ask them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import flask
import msgspec
import pytest
from twilio.request_validator import RequestValidator
from werkzeug.exceptions import Forbidden

from clinic.contracts.ticket import digest
from clinic.settings import DEVELOPMENT_AUTH_TOKEN, Settings
from functions.needs import Needs
from functions.webhooks.twilio_after_stream import twilio_after_stream
from functions.webhooks.twilio_voice import twilio_voice
from functions.webhooks.web_session import web_session

RING = {
    "CallSid": "CA" + "a" * 32,
    "AccountSid": "AC" + "b" * 32,
    "From": "+919812345678",
    "To": "+914000000000",
    "CallStatus": "ringing",
    "ApiVersion": "2010-04-01",
    "Direction": "inbound",
    "NewParameter": "Twilio adds some without notice",
}
Post = Callable[..., Any]


@pytest.fixture
def post(needs: Needs) -> Post:
    """Ask a webhook as Twilio would, signed unless told otherwise; return its TwiML."""

    def run(
        webhook: Callable[..., flask.Response],
        form: dict[str, str],
        signature: str | None = None,
        body: str | None = None,
        **changed: Any,
    ) -> Any:
        world = Needs(msgspec.structs.replace(needs.settings, **changed)) if changed else needs
        url = f"http://127.0.0.1:8081/{webhook.__name__}"
        signed = RequestValidator(DEVELOPMENT_AUTH_TOKEN).compute_signature(url, form)
        headers = {"X-Twilio-Signature": signed if signature is None else signature}
        given: dict[str, Any] = {"data": body, "content_type": "application/x-www-form-urlencoded"}
        app = flask.Flask("test")
        with app.test_request_context(
            "/", method="POST", headers=headers, **(given if body else {"data": form})
        ):
            return ElementTree.fromstring(webhook(flask.request, **world.of(webhook)).get_data())

    return run


def parameters(twiml: Any) -> dict[str, str]:
    return {each.attrib["name"]: each.attrib["value"] for each in twiml.iter("Parameter")}


def test_a_call_is_connected_to_its_stream_with_a_token(post: Post, needs: Needs) -> None:
    twiml = post(twilio_voice, RING)
    stream = twiml.find("Connect/Stream")
    given = parameters(twiml)
    assert stream.attrib["url"] == "ws://127.0.0.1:8080/twilio"
    record = needs.open("calls").admit(digest(given["token"]), RING["CallSid"], datetime.now(UTC))
    assert record.call_id == given["call_id"]
    assert record.caller_phone == "+919812345678"


def test_a_retry_finds_the_record_of_the_same_call(post: Post) -> None:
    first, again = parameters(post(twilio_voice, RING)), parameters(post(twilio_voice, RING))
    assert first["call_id"] == again["call_id"]
    assert first["token"] != again["token"]


def test_a_withheld_number_is_no_number(post: Post, needs: Needs) -> None:
    given = parameters(post(twilio_voice, {**RING, "From": "anonymous"}))
    assert needs.open("calls").get(given["call_id"]).caller_phone == ""


@pytest.mark.parametrize("signature", ["", "bm90IGEgc2lnbmF0dXJl", "0" * 5000])
def test_a_forged_or_missing_signature_is_refused_and_nothing_started(
    post: Post, needs: Needs, signature: str
) -> None:
    with pytest.raises(Forbidden):
        post(twilio_voice, RING, signature)
    assert needs.open("calls").of_session(RING["CallSid"]) is None


def test_a_signature_of_other_parameters_is_refused(post: Post) -> None:
    url = "http://127.0.0.1:8081/twilio_voice"
    signature = RequestValidator(DEVELOPMENT_AUTH_TOKEN).compute_signature(url, RING)
    with pytest.raises(Forbidden):
        post(twilio_voice, {**RING, "From": "+911111111111"}, signature)


def test_a_parameter_given_twice_is_refused_though_the_signature_fits(post: Post) -> None:
    twice = "&".join(f"{name}={value}" for name, value in RING.items()) + "&From=%2B911111111111"
    with pytest.raises(Forbidden):
        post(twilio_voice, RING, body=twice)


def test_another_account_is_refused(post: Post) -> None:
    with pytest.raises(Forbidden):
        post(twilio_voice, RING, twilio_account_sid="AC" + "c" * 32)


def test_one_call_too_many_hears_so_and_is_put_through(post: Post) -> None:
    post(twilio_voice, RING)
    twiml = post(twilio_voice, {**RING, "CallSid": "CA" + "d" * 32}, max_sessions=1)
    assert twiml.find("Connect") is None
    assert "busy" in twiml.findtext("Say")
    assert twiml.findtext("Dial") == "+914000000001"


def test_a_completed_call_is_hung_up(post: Post, needs: Needs) -> None:
    given = parameters(post(twilio_voice, RING))
    needs.open("calls").end(given["call_id"], "completed", datetime.now(UTC))
    assert [verb.tag for verb in post(twilio_after_stream, RING)] == ["Hangup"]


@pytest.mark.parametrize("status", ["failed", None])
def test_a_call_that_broke_is_put_through_with_an_apology(
    post: Post, needs: Needs, status: str | None
) -> None:
    given = parameters(post(twilio_voice, RING))
    if status:
        needs.open("calls").end(given["call_id"], status, datetime.now(UTC))
    twiml = post(twilio_after_stream, RING)
    assert [verb.tag for verb in twiml] == ["Say", "Dial"]


def ask_for_session(needs: Needs, origin: str, method: str = "POST") -> flask.Response:
    with flask.Flask("test").test_request_context(
        "/", method=method, headers={"Origin": origin}, environ_base={"REMOTE_ADDR": "192.0.2.1"}
    ):
        return web_session(flask.request, **needs.of(web_session))


def test_an_allowed_page_gets_a_token_for_one_conversation(needs: Needs) -> None:
    response = ask_for_session(needs, "http://localhost:8080")
    session = msgspec.json.decode(response.get_data())
    assert response.headers["Access-Control-Allow-Origin"] == "http://localhost:8080"
    assert session["url"] == "ws://127.0.0.1:8080/browser"
    calls = needs.open("calls")
    assert calls.admit(digest(session["token"]), session["call_id"], datetime.now(UTC)).channel == "web"
    assert calls.admit(digest(session["token"]), session["call_id"], datetime.now(UTC)) is None


def test_another_page_gets_nothing(needs: Needs) -> None:
    response = ask_for_session(needs, "https://elsewhere.example.com")
    assert response.status_code == 403
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_preflight_is_answered_without_beginning_anything(needs: Needs) -> None:
    response = ask_for_session(needs, "http://localhost:8080", "OPTIONS")
    assert response.status_code == 204
    assert "POST" in response.headers["Access-Control-Allow-Methods"]


def test_an_address_may_start_only_so_many_calls_a_minute(settings: Settings) -> None:
    few = Needs(msgspec.structs.replace(settings, api_rate_limit=2))
    statuses = [ask_for_session(few, "http://localhost:8080").status_code for _ in range(4)]
    # A minute may turn over in between, and the count begins anew.
    assert statuses[:2] == [200, 200]
    assert 429 in statuses[2:]
