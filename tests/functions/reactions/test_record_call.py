"""When a call is recorded, and what is kept of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from clinic.adapters.embedded.telephone import ANY_CALL, WhereTwilioIs, note_where
from clinic.contracts.call_record import CallRecord
from clinic.contracts.events import CallStarted
from functions.needs import Needs
from functions.reactions.record_call import record_call
from rehearsal.twilio.rest import serve
from rehearsal.twilio.switchboard import Switchboard

ACCOUNT, SID = "AC" + "0" * 32, "RE" + "5" * 32


class PhoneCall:
    """The caller's call at Twilio's."""

    def __init__(self) -> None:
        self.up = True
        self.told_at: list[str] = []

    @property
    def status(self) -> str:
        return "in-progress" if self.up else "completed"

    def move(self, document: str) -> None:
        raise AssertionError("nobody asked for that")

    def hang_up(self) -> None:
        raise AssertionError("nobody asked for that")

    def record(self, status_url: str) -> str:
        self.told_at.append(status_url)
        return SID


@pytest.fixture
def phone_call(needs: Needs, ringing: CallRecord) -> Iterator[PhoneCall]:
    call = PhoneCall()
    board = Switchboard(ACCOUNT, needs.settings.signing_token, lambda step: step())
    board.calls[ringing.session_id] = call
    with serve(board) as url:
        note_where(needs.settings, ANY_CALL, WhereTwilioIs(url, ACCOUNT))
        yield call


def begin(needs: Needs, record: CallRecord, **changed: Any) -> CallRecord:
    world = Needs(msgspec.structs.replace(needs.settings, **changed))
    fact = CallStarted(id="x", call_id=record.call_id, occurred_at=datetime.now(UTC))
    record_call(fact, **world.of(record_call))
    kept: CallRecord = needs.open("calls").get(record.call_id)
    return kept


def test_by_default_nothing_is_recorded(phone_call: PhoneCall, needs: Needs, ringing: CallRecord) -> None:
    assert begin(needs, ringing).recording_sid == ""
    assert phone_call.told_at == []


def test_a_call_that_begins_is_recorded_by_twilio(
    phone_call: PhoneCall, needs: Needs, ringing: CallRecord
) -> None:
    assert begin(needs, ringing, record_calls=True).recording_sid == SID
    assert phone_call.told_at == ["http://127.0.0.1:8081/twilio-recording"]


def test_a_fact_that_comes_twice_begins_one_recording(
    phone_call: PhoneCall, needs: Needs, ringing: CallRecord
) -> None:
    begin(needs, ringing, record_calls=True)
    begin(needs, ringing, record_calls=True)
    assert len(phone_call.told_at) == 1


def test_a_caller_who_has_gone_is_not_recorded(
    phone_call: PhoneCall, needs: Needs, ringing: CallRecord
) -> None:
    phone_call.up = False
    assert begin(needs, ringing, record_calls=True).recording_sid == ""


def test_a_web_visit_is_not_recorded(phone_call: PhoneCall, needs: Needs) -> None:
    now = datetime.now(UTC)
    visit = CallRecord(call_id="visit-1", session_id="visit-1", channel="web", timestamp=now)
    needs.open("calls").ring(visit, "ticket-9", now + timedelta(minutes=1), 5)
    assert begin(needs, visit, record_calls=True).recording_sid == ""


def test_a_call_without_a_record_is_a_fault(needs: Needs, ringing: CallRecord) -> None:
    with pytest.raises(LookupError):
        begin(needs, msgspec.structs.replace(ringing, call_id="nobody"), record_calls=True)
