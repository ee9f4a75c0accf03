"""Tests of Twilio's REST API as the rehearsal plays it: what it grants, and with which code it refuses."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from rehearsal.twilio.switchboard import Order, Switchboard

ACCOUNT, CALL, GONE = "AC" + "1" * 32, "CA" + "2" * 32, "CA" + "3" * 32
BASE = f"/2010-04-01/Accounts/{ACCOUNT}"
RIGHT = "Basic " + b64encode(f"{ACCOUNT}:secret".encode()).decode()
RECORDING = {"RecordingStatusCallback": "https://clinic.example.com/recording"}
ORDER = {"To": "+918123456789", "From": "+914000000000", "Url": "https://clinic.example.com/voice"}


class Call:
    def __init__(self, *, up: bool) -> None:
        self.up = up
        self.documents: list[str] = []

    @property
    def status(self) -> str:
        return "in-progress" if self.up else "completed"

    def move(self, document: str) -> None:
        self.documents.append(document)

    def hang_up(self) -> None:
        self.up = False

    def record(self, status_url: str) -> str:
        return "RE" + "4" * 32


@pytest.fixture
def placed() -> list[Order]:
    return []


@pytest.fixture
def switchboard(placed: list[Order]) -> Switchboard:
    board = Switchboard(ACCOUNT, "secret", lambda step: step(), placed.append)
    board.calls.update({CALL: Call(up=True), GONE: Call(up=False)})
    return board


def ask(board: Switchboard, path: str, form: dict[str, str], authorization: str = RIGHT) -> tuple[int, Any]:
    status, body = board.answer(f"{BASE}{path}", list(form.items()), authorization)
    return status, body.get("code", body.get("status"))


@pytest.mark.parametrize(
    ("path", "form", "status", "code"),
    [
        (f"/Calls/{CALL}.json", {"Twiml": "<Response/>"}, 200, "in-progress"),
        (f"/Calls/{CALL}.json", {"Status": "completed"}, 200, "in-progress"),
        (f"/Calls/{CALL}.json", {"Status": "paused"}, 400, 21219),
        (f"/Calls/{CALL}.json", {}, 400, 20001),
        (f"/Calls/{CALL}.json", {"Twiml": "<Response/>", "Status": "completed"}, 400, 20001),
        (f"/Calls/{CALL}.json", {"TwiML": "<Response/>"}, 400, 20001),
        (f"/Calls/{GONE}.json", {"Twiml": "<Response/>"}, 400, 21220),
        (f"/Calls/CA{'9' * 32}.json", {"Twiml": "<Response/>"}, 404, 20404),
        (
            f"/Calls/{CALL}/Recordings.json",
            RECORDING,
            201,
            "in-progress",
        ),
        (f"/Calls/{CALL}/Recordings.json", {"RecordingStatusCallback": "/r"}, 400, 20001),
        (
            f"/Calls/{GONE}/Recordings.json",
            RECORDING,
            400,
            21220,
        ),
        ("/Calls.json", ORDER, 201, "queued"),
        ("/Calls.json", {**ORDER, "To": "12"}, 400, 21211),
        ("/Calls.json", {**ORDER, "From": "clinic"}, 400, 21212),
        ("/Calls.json", {**ORDER, "Url": "/voice"}, 400, 21205),
        ("/Calls.json", {**ORDER, "AsyncAmd": "true"}, 400, 20001),
        ("/Calls.json", {name: value for name, value in ORDER.items() if name != "To"}, 400, 21201),
        ("/Messages.json", {}, 404, 20404),
    ],
)
def test_each_request_is_answered_as_twilio_does(
    switchboard: Switchboard, path: str, form: dict[str, str], status: int, code: int | str
) -> None:
    assert ask(switchboard, path, form) == (status, code)


@pytest.mark.parametrize("authorization", ["", "Basic", "Bearer x", RIGHT + "x"])
def test_wrong_credentials_are_20003(switchboard: Switchboard, authorization: str) -> None:
    assert ask(switchboard, "/Calls.json", ORDER, authorization) == (401, 20003)


def test_another_account_is_not_found(switchboard: Switchboard) -> None:
    path = f"/2010-04-01/Accounts/AC{'9' * 32}/Calls.json"
    assert switchboard.answer(path, list(ORDER.items()), RIGHT)[0] == 404


def test_a_parameter_given_twice_is_refused(switchboard: Switchboard, placed: list[Order]) -> None:
    form = [*ORDER.items(), ("To", "+918123456780")]
    assert switchboard.answer(f"{BASE}/Calls.json", form, RIGHT)[0] == 400
    assert placed == []


def test_a_line_that_places_no_calls_says_so() -> None:
    board = Switchboard(ACCOUNT, "secret", lambda step: step())
    assert ask(board, "/Calls.json", ORDER) == (400, 21215)


def test_only_what_was_granted_is_kept(switchboard: Switchboard) -> None:
    ask(switchboard, f"/Calls/{GONE}.json", {"Twiml": "<Response/>"})
    ask(switchboard, f"/Calls/{CALL}.json", {"Twiml": "<Response/>"})
    assert switchboard.requests == [(f"{BASE}/Calls/{CALL}.json", {"Twiml": "<Response/>"})]
