"""The webhooks, as Twilio asks them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.exceptions import Forbidden

from clinic.contracts.call_record import CallNotes
from clinic.contracts.ticket import digest
from clinic.settings import DEVELOPMENT_AUTH_TOKEN
from functions.needs import Needs
from functions.webhooks.twilio_after_stream import twilio_after_stream
from functions.webhooks.twilio_voice import twilio_voice

Post = Callable[..., Any]
Ring = dict[str, str]


def parameters(twiml: Any) -> Ring:
    return {each.attrib["name"]: each.attrib["value"] for each in twiml.iter("Parameter")}


def test_a_call_is_connected_to_its_stream_with_a_token(post: Post, ring: Ring, needs: Needs) -> None:
    twiml = post(twilio_voice, ring)
    stream = twiml.find("Connect/Stream")
    given = parameters(twiml)
    assert stream.attrib["url"] == "ws://127.0.0.1:8080/twilio"
    record = needs.open("calls").admit(digest(given["token"]), ring["CallSid"], datetime.now(UTC))
    assert record.call_id == given["call_id"]
    assert record.caller_phone == "+919812345678"


def test_a_retry_finds_the_record_of_the_same_call(post: Post, ring: Ring) -> None:
    first, again = parameters(post(twilio_voice, ring)), parameters(post(twilio_voice, ring))
    assert first["call_id"] == again["call_id"]
    assert first["token"] != again["token"]


@pytest.mark.parametrize("sent", ["anonymous", "+266696687", "+86282452253", ""])
def test_a_withheld_number_is_no_number(post: Post, ring: Ring, needs: Needs, sent: str) -> None:
    given = parameters(post(twilio_voice, {**ring, "From": sent}))
    assert needs.open("calls").get(given["call_id"]).caller_phone == ""


@pytest.mark.parametrize("signature", ["", "bm90IGEgc2lnbmF0dXJl", "0" * 5000])
def test_a_forged_or_missing_signature_is_refused_and_nothing_started(
    post: Post, ring: Ring, needs: Needs, signature: str
) -> None:
    with pytest.raises(Forbidden):
        post(twilio_voice, ring, signature)
    assert needs.open("calls").of_session(ring["CallSid"]) is None


def test_a_signature_of_other_parameters_is_refused(post: Post, ring: Ring) -> None:
    url = "http://127.0.0.1:8081/twilio-voice"
    signature = RequestValidator(DEVELOPMENT_AUTH_TOKEN).compute_signature(url, ring)
    with pytest.raises(Forbidden):
        post(twilio_voice, {**ring, "From": "+911111111111"}, signature)


def test_a_parameter_given_twice_is_refused_though_the_signature_fits(post: Post, ring: Ring) -> None:
    twice = "&".join(f"{name}={value}" for name, value in ring.items()) + "&From=%2B911111111111"
    with pytest.raises(Forbidden):
        post(twilio_voice, ring, body=twice)


def test_another_account_is_refused(post: Post, ring: Ring) -> None:
    with pytest.raises(Forbidden):
        post(twilio_voice, ring, twilio_account_sid="AC" + "c" * 32)


def test_one_call_too_many_hears_so_and_is_put_through(post: Post, ring: Ring) -> None:
    post(twilio_voice, ring)
    twiml = post(twilio_voice, {**ring, "CallSid": "CA" + "d" * 32}, max_sessions=1)
    assert twiml.find("Connect") is None
    assert "busy" in twiml.findtext("Say")
    assert twiml.findtext("Dial/Number") == "+914000000001"


def test_a_completed_call_is_hung_up(post: Post, ring: Ring, needs: Needs) -> None:
    given = parameters(post(twilio_voice, ring))
    needs.open("calls").end(given["call_id"], "completed", datetime.now(UTC))
    assert [verb.tag for verb in post(twilio_after_stream, ring)] == ["Hangup"]


@pytest.mark.parametrize("status", ["failed", None])
def test_a_call_that_broke_is_put_through_with_an_apology(
    post: Post, ring: Ring, needs: Needs, status: str | None
) -> None:
    given = parameters(post(twilio_voice, ring))
    if status:
        needs.open("calls").end(given["call_id"], status, datetime.now(UTC))
    twiml = post(twilio_after_stream, ring)
    assert [verb.tag for verb in twiml] == ["Say", "Dial"]


def test_a_retry_of_the_same_request_gets_the_same_answer(ask_webhook: Post, ring: Ring) -> None:
    again = {"I-Twilio-Idempotency-Token": "5bd9d0a9"}
    first, second = (ask_webhook(twilio_voice, ring, headers=again).get_data() for _ in range(2))
    assert first == second
    other = ask_webhook(twilio_voice, ring, headers={"I-Twilio-Idempotency-Token": "another"}).get_data()
    assert other != first


def test_a_request_replayed_after_the_call_was_taken_up_opens_no_second_stream(
    post: Post, ring: Ring, needs: Needs
) -> None:
    again = {"I-Twilio-Idempotency-Token": "5bd9d0a9"}
    token = parameters(post(twilio_voice, ring, headers=again))["token"]
    calls = needs.open("calls")
    assert calls.admit(digest(token), ring["CallSid"], datetime.now(UTC))
    replayed = parameters(post(twilio_voice, ring, headers=again))["token"]
    assert calls.admit(digest(replayed), ring["CallSid"], datetime.now(UTC)) is None


def test_the_stream_and_its_end_are_told_to_their_own_webhooks(post: Post, ring: Ring) -> None:
    twiml = post(twilio_voice, ring)
    assert twiml.find("Connect").attrib["action"].endswith("8081/twilio-after-stream")
    assert twiml.find("Connect/Stream").attrib["statusCallback"].endswith("8081/twilio-stream-status")


def test_a_number_set_to_get_is_answered_too(ask_webhook: Post, ring: Ring) -> None:
    assert ask_webhook(twilio_voice, ring, method="GET").status_code == 200


@pytest.mark.parametrize("signatures", [[], ["right", "right"]])
def test_a_signature_that_is_missing_or_given_twice_is_none(
    post: Post, ring: Ring, signatures: list[str]
) -> None:
    url = "http://127.0.0.1:8081/twilio-voice"
    right = RequestValidator(DEVELOPMENT_AUTH_TOKEN).compute_signature(url, ring)
    with pytest.raises(Forbidden):
        post(twilio_voice, ring, [right for _ in signatures])


def test_the_signature_is_of_the_configured_address_whatever_the_headers_say(post: Post, ring: Ring) -> None:
    elsewhere = "https://evil.example.com/twilio-voice"
    forged = RequestValidator(DEVELOPMENT_AUTH_TOKEN).compute_signature(elsewhere, ring)
    headers = {"Host": "evil.example.com", "X-Forwarded-Host": "evil.example.com"}
    with pytest.raises(Forbidden):
        post(twilio_voice, ring, forged, headers=headers)


def test_a_recorded_call_begins_with_saying_so(post: Post, ring: Ring) -> None:
    assert [verb.tag for verb in post(twilio_voice, ring, record_calls=True)] == ["Say", "Connect"]


def test_a_caller_who_hung_up_is_not_put_through(post: Post, ring: Ring) -> None:
    post(twilio_voice, ring)
    assert [verb.tag for verb in post(twilio_after_stream, {**ring, "CallStatus": "completed"})] == ["Hangup"]


def test_a_call_that_asked_for_a_human_is_put_through_without_an_apology(
    post: Post, ring: Ring, needs: Needs
) -> None:
    given = parameters(post(twilio_voice, ring))
    needs.open("calls").note(CallNotes(call_id=given["call_id"], transfer="asked"))
    needs.open("calls").end(given["call_id"], "completed", datetime.now(UTC))
    twiml = post(twilio_after_stream, ring)
    assert "putting you through" in twiml.findtext("Say")
    assert "sorry" not in twiml.findtext("Say")
    number = twiml.find("Dial/Number")
    assert number.text == "+914000000001"
    assert number.attrib["url"].endswith(f"/twilio-briefing?call_sid={ring['CallSid']}")


def test_a_retry_after_a_broken_stream_hears_the_same_apology(ask_webhook: Post, ring: Ring) -> None:
    ask_webhook(twilio_voice, ring)
    assert len({ask_webhook(twilio_after_stream, ring).get_data() for _ in range(2)}) == 1
