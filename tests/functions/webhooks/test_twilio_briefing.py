"""What the human hears before the caller is connected."""

from collections.abc import Callable
from typing import Any

from clinic.contracts.call_record import CallNotes, CallRecord
from functions.webhooks.twilio_briefing import twilio_briefing

Post = Callable[..., Any]
ANSWERED = {"CallSid": "CA" + "2" * 32, "CallStatus": "in-progress"}
"""What Twilio sends of the human's own call."""


def of(call_sid: str) -> dict[str, str]:
    return {"call_sid": call_sid}


def test_the_human_hears_who_calls_and_why(post: Post, ringing: CallRecord, needs: Any) -> None:
    needs.open("calls").note(
        CallNotes(
            call_id=ringing.call_id,
            customer_name="Asha Rao",
            transfer_reason="Wants to speak about a bill.",
            doctor_enquired="Dr. Anil Mehta",
        )
    )
    twiml = post(twilio_briefing, ANSWERED, query=of(ringing.session_id))
    said = " ".join(each.text for each in twiml.iter("Say"))
    for words in ("Asha Rao.", "Wants to speak about a bill.", "Dr. Anil Mehta.", "Press any key"):
        assert words in said
    assert ".." not in said


def test_a_voicemail_presses_no_key_and_is_let_go(post: Post, ringing: CallRecord) -> None:
    twiml = post(twilio_briefing, ANSWERED, query=of(ringing.session_id))
    assert [verb.tag for verb in twiml] == ["Gather", "Hangup"]
    assert twiml.find("Gather").attrib["action"].endswith(f"call_sid={ringing.session_id}")


def test_a_key_connects_the_two(post: Post, ringing: CallRecord, needs: Any) -> None:
    twiml = post(twilio_briefing, {**ANSWERED, "Digits": "5"}, query=of(ringing.session_id))
    assert list(twiml) == []
    assert needs.open("calls").get(ringing.call_id).transfer == "answered"


def test_of_a_call_without_a_record_little_is_said(post: Post) -> None:
    assert "voice agent" in post(twilio_briefing, ANSWERED, query=of("CA" + "9" * 32)).find("Gather/Say").text
