"""How a record ends when Twilio says that the call is over and our service did not."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.contracts.events import CallEnded
from functions.webhooks.twilio_status import twilio_status

Post = Callable[..., Any]


def over(status: str = "completed") -> dict[str, str]:
    return {"CallSid": "CA" + "1" * 32, "CallStatus": status, "CallDuration": "3"}


@pytest.mark.parametrize(
    ("status", "resolution"),
    [
        ("completed", "hung up before the agent answered"),
        ("canceled", "hung up before the agent answered"),
        ("no-answer", "no answer"),
        ("busy", "busy"),
        ("failed", "could not be reached"),
    ],
)
def test_a_call_that_never_reached_the_agent_is_ended_and_told(
    ask_webhook: Post, ringing: CallRecord, needs: Any, listener: Any, status: str, resolution: str
) -> None:
    assert ask_webhook(twilio_status, over(status), world=listener.needs).status_code == 204
    record = needs.open("calls").get(ringing.call_id)
    assert (record.status, record.resolution) == ("failed", resolution)
    assert record.ended_at is not None
    assert [type(fact) for fact in listener.heard()] == [CallEnded]


def test_a_call_that_the_service_has_ended_stays_as_it_is(
    ask_webhook: Post, ringing: CallRecord, needs: Any, listener: Any
) -> None:
    calls = needs.open("calls")
    calls.end(ringing.call_id, "completed", datetime.now(UTC))
    before = calls.get(ringing.call_id)
    ask_webhook(twilio_status, over(), world=listener.needs)
    assert calls.get(ringing.call_id) == before
    assert listener.heard() == []


def test_a_call_that_the_service_is_still_finishing_is_left_to_it(
    ask_webhook: Post, ringing: CallRecord, needs: Any, listener: Any
) -> None:
    calls = needs.open("calls")
    calls.admit("ticket", ringing.session_id, datetime.now(UTC))
    ask_webhook(twilio_status, over(), world=listener.needs)
    record = calls.get(ringing.call_id)
    assert (record.status, record.ended_at) == ("in_progress", None)
    assert record.hung_up_at is not None
    assert listener.heard() == []


def test_a_call_whose_service_crashed_is_ended_once_the_caller_has_left(
    ask_webhook: Post, ringing: CallRecord, needs: Any, listener: Any
) -> None:
    calls = needs.open("calls")
    calls.admit("ticket", ringing.session_id, datetime.now(UTC))
    calls.note(CallNotes(call_id=ringing.call_id, transfer="answered"))
    ask_webhook(twilio_status, over(), world=listener.needs)
    assert calls.get(ringing.call_id).status == "failed"
    assert [type(fact) for fact in listener.heard()] == [CallEnded]


@pytest.mark.parametrize("status", ["ringing", "in-progress", "", "nonsense"])
def test_a_call_that_goes_on_is_not_ended(
    ask_webhook: Post, ringing: CallRecord, needs: Any, status: str
) -> None:
    ask_webhook(twilio_status, over(status))
    assert needs.open("calls").get(ringing.call_id) == ringing


def test_a_call_that_never_was_is_nobodys(ask_webhook: Post) -> None:
    assert ask_webhook(twilio_status, over()).status_code == 204
