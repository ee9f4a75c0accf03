"""How a caller gets to a human: the call that is moved, what is said first, and what is noted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from clinic.adapters.embedded.telephone import ANY_CALL, WhereTwilioIs, note_where
from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.directory import Clinic
from functions.needs import Needs
from rehearsal.twilio.rest import serve
from rehearsal.twilio.switchboard import Switchboard

ACCOUNT = "AC" + "0" * 32
Use = Callable[..., dict[str, Any]]


class PhoneCall:
    """The caller's call at Twilio's."""

    def __init__(self) -> None:
        self.up = True
        self.documents: list[str] = []

    @property
    def status(self) -> str:
        return "in-progress" if self.up else "completed"

    def move(self, document: str) -> None:
        self.documents.append(document)

    def hang_up(self) -> None:
        self.up = False

    def record(self, status_url: str) -> str:
        raise AssertionError("nobody asked for a recording")


@contextmanager
def twilio(needs: Needs, secret: str) -> Iterator[Switchboard]:
    board = Switchboard(ACCOUNT, secret, lambda step: step())
    with serve(board) as url:
        note_where(needs.settings, ANY_CALL, WhereTwilioIs(url, ACCOUNT))
        yield board


@pytest.fixture
def phone_call(needs: Needs, ringing: CallRecord) -> Iterator[PhoneCall]:
    call = PhoneCall()
    with twilio(needs, needs.settings.signing_token) as board:
        board.calls[ringing.session_id] = call
        yield call


def verbs(document: str) -> list[tuple[str, str]]:
    return [(verb.tag, verb.text or "") for verb in ElementTree.fromstring(document)]


def test_the_call_is_moved_to_the_staff_with_a_briefing_on_the_way(
    phone_call: PhoneCall, use: Use, needs: Needs, ringing: CallRecord
) -> None:
    result = use("transfer_to_human", reason="Wants to speak about a bill.")
    assert result["success"]
    (document,) = phone_call.documents
    assert [tag for tag, _ in verbs(document)] == ["Say", "Dial"]
    twiml = ElementTree.fromstring(document)
    number, dial = twiml.find("Dial/Number"), twiml.find("Dial")
    assert number is not None
    assert dial is not None
    assert number.text == "+914000000001"
    assert number.attrib["url"].endswith(f"/twilio-briefing?call_sid={ringing.session_id}")
    assert dial.attrib["action"].startswith("http")
    record = needs.open("calls").get(ringing.call_id)
    assert (record.transfer, record.transfer_reason) == ("asked", "Wants to speak about a bill.")


@pytest.mark.parametrize(
    "said",
    [
        {"emergency": True},
        {"reason": "My father has CHEST PAIN"},
        {"reason": "सीने में दर्द हो रहा है"},
    ],
)
def test_in_an_emergency_the_clinics_emergency_words_come_first(
    phone_call: PhoneCall, use: Use, clinic: Clinic, said: dict[str, Any]
) -> None:
    use("transfer_to_human", **said)
    (document,) = phone_call.documents
    assert [tag for tag, _ in verbs(document)] == ["Say", "Say", "Dial"]
    assert verbs(document)[0][1] == clinic.emergency_message["en"]


def test_asked_twice_the_call_is_moved_once(phone_call: PhoneCall, use: Use) -> None:
    use("transfer_to_human")
    assert use("transfer_to_human", reason="hurry")["success"]
    assert len(phone_call.documents) == 1


def test_a_human_who_has_answered_is_not_rung_again_by_a_late_delivery(
    phone_call: PhoneCall, use: Use, needs: Needs, ringing: CallRecord
) -> None:
    needs.open("calls").note(CallNotes(call_id=ringing.call_id, transfer="answered"))
    use("transfer_to_human")
    assert phone_call.documents == []
    assert needs.open("calls").get(ringing.call_id).transfer == "answered"


def test_a_caller_who_has_hung_up_is_moved_nowhere(
    phone_call: PhoneCall, use: Use, needs: Needs, ringing: CallRecord
) -> None:
    phone_call.up = False
    result = use("transfer_to_human")
    assert (result["success"], result["reason_code"]) == (False, "call_over")
    assert needs.open("calls").get(ringing.call_id).transfer == ""


def test_a_telephone_that_fails_is_a_fault_that_is_tried_again(
    use: Use, needs: Needs, ringing: CallRecord
) -> None:
    with twilio(needs, "another secret"), pytest.raises(Exception, match="20003"):
        use("transfer_to_human")
    assert needs.open("calls").get(ringing.call_id).transfer == ""


@pytest.fixture
def visit(needs: Needs) -> CallRecord:
    now = datetime.now(UTC)
    record = CallRecord(call_id="visit-1", session_id="visit-1", channel="web", timestamp=now)
    kept: CallRecord = needs.open("calls").ring(record, "ticket", now + timedelta(minutes=1), 5)
    return kept


def test_a_web_visitor_is_given_the_number_and_is_called_back(
    use_in: Use, needs: Needs, visit: CallRecord
) -> None:
    result = use_in(visit, "transfer_to_human", reason="A bill.", phone="098123 45678")
    assert result["phone"] == "+914000000001"
    record = needs.open("calls").get("visit-1")
    assert (record.call_back, record.call_back_number) == (True, "+919812345678")
    # A number that anybody can type shows nobody's identity.
    assert record.caller_phone == ""


def test_a_web_visitor_without_a_number_is_promised_nothing(
    use_in: Use, needs: Needs, visit: CallRecord
) -> None:
    assert "Ask for a number" in use_in(visit, "transfer_to_human")["message"]
    assert needs.open("calls").get("visit-1").call_back is False


def test_a_web_visitor_in_danger_hears_the_emergency_words(
    use_in: Use, visit: CallRecord, clinic: Clinic
) -> None:
    result = use_in(visit, "transfer_to_human", emergency=True)
    assert result["message"].startswith(clinic.emergency_message["en"])


def test_a_number_that_can_not_be_right_is_asked_for_again(use_in: Use, visit: CallRecord) -> None:
    assert use_in(visit, "transfer_to_human", phone="12")["reason_code"] == "invalid_phone"
