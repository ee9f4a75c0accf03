"""The contract of `Telephone`, against Twilio's REST API as the rehearsal plays it on loopback.

Both adapters speak to the same server: one with Twilio's own client, one without it.
"""

import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from clinic.adapters.embedded.telephone import ANY_CALL, WhereTwilioIs, note_where
from clinic.settings import Settings
from clinic.telephony import CallOver, Telephone
from rehearsal.twilio.rest import serve
from rehearsal.twilio.switchboard import Order, Switchboard

ACCOUNT, CALL = "AC" + "1" * 32, "CA" + "2" * 32
GONE, UNKNOWN = "CA" + "3" * 32, "CA" + "4" * 32
PATIENT = "+918123456789"
ADDRESSES = {
    "twiml_url": "https://clinic.example.com/twilio-voice",
    "status_url": "https://clinic.example.com/twilio-status",
    "machine_url": "https://clinic.example.com/twilio-machine",
}


class PhoneCall:
    """A call at Twilio's."""

    def __init__(self, *, up: bool = True) -> None:
        self.up = up
        self.documents: list[str] = []
        self.recordings: list[str] = []

    @property
    def status(self) -> str:
        return "in-progress" if self.up else "completed"

    def move(self, document: str) -> None:
        self.documents.append(document)

    def hang_up(self) -> None:
        self.up = False

    def record(self, status_url: str) -> str:
        self.recordings.append(status_url)
        return "RE" + "5" * 32


class Line:
    """A phone line, Twilio's end of it, and what was placed."""

    def __init__(self, telephone: Telephone, switchboard: Switchboard, placed: list[Order]) -> None:
        self.telephone, self.switchboard, self.placed = telephone, switchboard, placed
        self.call = PhoneCall()
        switchboard.calls.update({CALL: self.call, GONE: PhoneCall(up=False)})


@pytest.fixture(params=["embedded", "cloud"])
def connect(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Line]]:
    """Open the port against a fresh switchboard; `secret` is what the clinic believes it to be."""
    with ExitStack() as stack:

        def run(secret: str = "right", number: str = "+914000000000") -> Line:  # noqa: S107
            placed: list[Order] = []
            switchboard = Switchboard(ACCOUNT, "right", lambda step: step(), placed.append)
            url = stack.enter_context(serve(switchboard))
            settings = Settings(
                local_data=str(tmp_path),
                twilio_account_sid=ACCOUNT,
                twilio_auth_token=secret,
                twilio_phone_number=number,
                twilio_api_url=url,
            )
            note_where(settings, ANY_CALL, WhereTwilioIs(url, ACCOUNT))
            module = importlib.import_module(f"clinic.adapters.{request.param}.telephone")
            return Line(module.open_port(settings), switchboard, placed)

        yield run


@pytest.fixture
def line(connect: Callable[..., Line]) -> Line:
    return connect()


def test_a_call_is_moved_to_other_twiml(line: Line) -> None:
    line.telephone.move(CALL, "<Response><Hangup/></Response>")
    assert line.call.documents == ["<Response><Hangup/></Response>"]


@pytest.mark.parametrize("call_sid", [GONE, UNKNOWN])
def test_a_call_that_is_over_can_not_be_moved_or_recorded(line: Line, call_sid: str) -> None:
    with pytest.raises(CallOver):
        line.telephone.move(call_sid, "<Response/>")
    with pytest.raises(CallOver):
        line.telephone.record(call_sid, "https://clinic.example.com/twilio-recording")


@pytest.mark.parametrize("call_sid", [CALL, GONE, UNKNOWN])
def test_hanging_up_succeeds_whether_or_not_the_call_is_over(line: Line, call_sid: str) -> None:
    line.telephone.hang_up(call_sid)
    assert line.call.up is (call_sid != CALL)


def test_a_call_is_recorded_and_the_sid_returned(line: Line) -> None:
    sid = line.telephone.record(CALL, "https://clinic.example.com/twilio-recording")
    assert sid == "RE" + "5" * 32
    assert line.call.recordings == ["https://clinic.example.com/twilio-recording"]


def test_a_patient_is_rung_with_somebody_listening_for_a_machine(line: Line) -> None:
    sid = line.telephone.ring(PATIENT, **ADDRESSES)
    (order,) = line.placed
    assert order == Order(
        call_sid=sid,
        to=PATIENT,
        caller="+914000000000",
        url=ADDRESSES["twiml_url"],
        status_url=ADDRESSES["status_url"],
        machine_url=ADDRESSES["machine_url"],
    )
    ((_, asked),) = line.switchboard.requests
    assert (asked["MachineDetection"], asked["AsyncAmd"]) == ("DetectMessageEnd", "true")


def test_a_call_tells_how_it_fares(line: Line) -> None:
    assert [line.telephone.status(call_sid) for call_sid in (CALL, GONE)] == ["in-progress", "completed"]
    with pytest.raises(CallOver):
        line.telephone.status(UNKNOWN)


def test_a_wrong_secret_is_a_fault_and_no_refusal(connect: Callable[..., Line]) -> None:
    line = connect("wrong")
    for act in (
        lambda: line.telephone.move(CALL, "<Response/>"),
        lambda: line.telephone.hang_up(CALL),
        lambda: line.telephone.ring(PATIENT, **ADDRESSES),
    ):
        with pytest.raises(Exception, match=r"20003|Authenticate") as raised:
            act()
        assert not isinstance(raised.value, CallOver | ValueError)
    assert line.switchboard.requests == []


def test_opening_the_port_dials_nothing(connect: Callable[..., Any]) -> None:
    assert connect().switchboard.requests == []
