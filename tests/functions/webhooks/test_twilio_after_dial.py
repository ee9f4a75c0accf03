"""What a caller hears when a human was rung for them, and what staff then find."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clinic.contracts.call_record import CallRecord
from clinic.contracts.events import CallLogged
from functions.webhooks.twilio_after_dial import twilio_after_dial

Post = Callable[..., Any]


def dialled(status: str, **more: str) -> dict[str, str]:
    given = {"CallSid": "CA" + "1" * 32, "CallStatus": "in-progress", "DialCallStatus": status}
    return {**given, "DialCallSid": "CA" + "2" * 32, **more}


def test_after_a_talk_the_call_is_over(post: Post, ringing: CallRecord, needs: Any) -> None:
    twiml = post(twilio_after_dial, dialled("completed", DialBridged="true"))
    assert [verb.tag for verb in twiml] == ["Hangup"]
    record = needs.open("calls").get(ringing.call_id)
    assert (record.transfer, record.call_back) == ("answered", False)


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
def test_where_nobody_answers_the_caller_is_promised_a_call_back(
    post: Post, ringing: CallRecord, needs: Any, status: str
) -> None:
    twiml = post(twilio_after_dial, dialled(status))
    assert [verb.tag for verb in twiml] == ["Say", "Hangup"]
    assert "call you back" in twiml.findtext("Say")
    record = needs.open("calls").get(ringing.call_id)
    assert (record.transfer, record.call_back) == ("unanswered", True)


def test_a_voicemail_that_took_the_call_is_nobody(post: Post, ringing: CallRecord) -> None:
    twiml = post(twilio_after_dial, dialled("completed", DialBridged="false"))
    assert "call you back" in twiml.findtext("Say")


def test_a_caller_without_a_number_is_promised_nothing(post: Post, needs: Any) -> None:
    now = datetime.now(UTC)
    record = CallRecord(call_id="call-9", session_id="CA" + "1" * 32, channel="phone", timestamp=now)
    needs.open("calls").ring(record, "ticket", now + timedelta(minutes=1), 5)
    assert "call again later" in post(twilio_after_dial, dialled("busy")).findtext("Say")
    assert needs.open("calls").get("call-9").call_back is False


def test_a_call_without_a_record_hears_an_apology(post: Post) -> None:
    assert "call again later" in post(twilio_after_dial, dialled("busy")).findtext("Say")


def test_staff_are_told_that_the_record_has_changed(
    ask_webhook: Post, ringing: CallRecord, listener: Any
) -> None:
    ask_webhook(twilio_after_dial, dialled("busy"), world=listener.needs)
    (fact,) = listener.heard()
    assert isinstance(fact, CallLogged)
    assert fact.call_id == ringing.call_id
