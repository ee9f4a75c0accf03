"""What is kept of a recording."""

from collections.abc import Callable
from typing import Any

import pytest

from clinic.contracts.call_record import CallRecord
from functions.webhooks.twilio_recording import twilio_recording

Post = Callable[..., Any]
SID = "RE" + "5" * 32


def told(status: str, sid: str = SID) -> dict[str, str]:
    url = f"https://api.example.com/recordings/{sid}"
    call = {"CallSid": "CA" + "1" * 32, "RecordingDuration": "30", "RecordingUrl": url}
    return {**call, "RecordingSid": sid, "RecordingStatus": status}


def test_the_sid_of_a_complete_recording_is_noted_and_nothing_else(
    ask_webhook: Post, ringing: CallRecord, needs: Any
) -> None:
    assert ask_webhook(twilio_recording, told("completed")).status_code == 204
    record = needs.open("calls").get(ringing.call_id)
    assert record.recording_sid == SID
    assert "example.com" not in str(record)


@pytest.mark.parametrize(("status", "sid"), [("absent", SID), ("failed", SID), ("completed", "../../x")])
def test_no_recording_is_none(
    ask_webhook: Post, ringing: CallRecord, needs: Any, status: str, sid: str
) -> None:
    ask_webhook(twilio_recording, told(status, sid))
    assert needs.open("calls").get(ringing.call_id).recording_sid == ""


def test_of_a_call_nobody_knows_nothing_is_kept(ask_webhook: Post) -> None:
    assert ask_webhook(twilio_recording, told("completed")).status_code == 204
