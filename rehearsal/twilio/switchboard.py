"""Twilio's REST API, as far as a clinic uses it: place, move, end and record calls.

https://www.twilio.com/docs/voice/api/call-resource and …/recording. Stricter than Twilio in one
thing: a parameter that it does not know is refused here, for Twilio would pass over a misspelled one.
"""

from __future__ import annotations

import re
import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

Form = Mapping[str, str]
Response = tuple[int, dict[str, Any]]

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_CALLS = re.compile(
    r"/2010-04-01/Accounts/(?P<account>[^/]+)/Calls(?:/(?P<call>[^/]+?))?(?P<recordings>/Recordings)?\.json"
)
_OF_NEW_CALL = {"To", "From", "Url", "Twiml", "Timeout", "StatusCallback", "MachineDetection", "AsyncAmd",
                "AsyncAmdStatusCallback", "TimeLimit"}  # fmt: skip
_OF_UPDATE = {"Twiml", "Url", "Status"}
_OF_RECORDING = {"RecordingStatusCallback", "RecordingChannels", "RecordingTrack", "Trim"}


class OnTheLine(Protocol):
    """A call that can be acted upon from outside."""

    @property
    def up(self) -> bool:
        """Whether it is going on."""

    @property
    def status(self) -> str:
        """Twilio's CallStatus."""

    def move(self, document: str) -> None:
        """Follow other TwiML from now on."""

    def hang_up(self) -> None:
        """End."""

    def record(self, status_url: str) -> str:
        """Record; return the recording's sid."""


class Order(Struct, frozen=True, kw_only=True):
    """A call that is to be placed."""

    call_sid: str
    to: str
    caller: str
    url: str
    status_url: str = ""
    machine_url: str = ""
    """Told whether a human or a machine took the call; empty: nobody listens for it."""


class Refused(Exception):
    """The API says no: status, and the code of Twilio's error dictionary."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(status, code, message)
        self.status, self.code, self.message = status, code, message


class Switchboard:
    """One account's calls. `at_once` runs a step where the calls live; requests come from other threads."""

    def __init__(
        self,
        account_sid: str,
        secret: str,
        at_once: Callable[[Callable[[], object]], object],
        place: Callable[[Order], None] | None = None,
        user: str = "",
    ) -> None:
        self.account_sid = account_sid
        self.requests: list[tuple[str, dict[str, str]]] = []
        """What was asked and granted, in order."""
        self.calls: dict[str, OnTheLine] = {}
        """By CallSid; those that are over stay."""
        self._credentials = b64encode(f"{user or account_sid}:{secret}".encode()).decode()
        self._at_once, self._place = at_once, place
        self._queued: set[str] = set()

    def look_up(self, path: str, authorization: str) -> Response:
        """Answer a GET: the status and the JSON body of a call."""
        try:
            resource = self._resource(path, authorization)
            sid = resource["call"] or ""
            call = self.calls.get(sid)
            if resource["recordings"] or (call is None and sid not in self._queued):
                raise Refused(404, 20404, f"The requested resource {path} was not found")
        except Refused as refused:
            return _refusal(refused)
        return 200, {"sid": sid, "account_sid": self.account_sid, "status": call.status if call else "queued"}

    def answer(self, path: str, form: Sequence[tuple[str, str]], authorization: str) -> Response:
        """Answer a POST: the status and the JSON body."""
        try:
            resource = self._resource(path, authorization)
            given = dict(form)
            if len(given) != len(form):
                raise Refused(400, 20001, "a parameter is given twice")
            answered = self._act(resource, given)
            self.requests.append((path, given))
        except Refused as refused:
            return _refusal(refused)
        return answered

    def _resource(self, path: str, authorization: str) -> re.Match[str]:
        if authorization != f"Basic {self._credentials}":
            raise Refused(401, 20003, "Authenticate")
        resource = _CALLS.fullmatch(path)
        if resource is None or resource["account"] != self.account_sid:
            raise Refused(404, 20404, f"The requested resource {path} was not found")
        return resource

    def _act(self, resource: re.Match[str], form: Form) -> Response:
        if resource["call"] is None:
            return self._new_call(form)
        call = self.calls.get(resource["call"])
        if call is None:
            raise Refused(404, 20404, "The requested resource was not found")
        if not call.up:
            raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
        act = self._new_recording if resource["recordings"] else self._update
        return act(resource["call"], call, form)

    def _new_call(self, form: Form) -> Response:
        _only(form, _OF_NEW_CALL)
        _number(form, "To", 21201, 21211)
        _number(form, "From", 21213, 21212)
        _address(form, "Url", 21205)
        if self._place is None:
            raise Refused(400, 21215, "This line places no calls")
        if form.get("AsyncAmd") == "true" and "MachineDetection" not in form:
            raise Refused(400, 20001, "AsyncAmd needs MachineDetection")
        sid = "CA" + secrets.token_hex(16)
        order = Order(
            call_sid=sid,
            to=form["To"],
            caller=form["From"],
            url=form["Url"],
            status_url=form.get("StatusCallback", ""),
            machine_url=form.get("AsyncAmdStatusCallback", ""),
        )
        self._queued.add(sid)
        place = self._place
        self._at_once(lambda: place(order))
        return 201, {"sid": sid, "account_sid": self.account_sid, "status": "queued", "to": order.to}

    def _update(self, sid: str, call: OnTheLine, form: Form) -> Response:
        _only(form, _OF_UPDATE)
        if len(form) != 1:
            raise Refused(400, 20001, "exactly one of Twiml, Url and Status is wanted")
        if "Status" in form and form["Status"] != "completed":
            raise Refused(400, 21219, "'Status' is not valid")
        if "Url" in form:
            raise Refused(400, 20001, "the rehearsal moves calls by Twiml only")
        self._at_once(call.hang_up if "Status" in form else lambda: call.move(form["Twiml"]))
        return 200, {"sid": sid, "account_sid": self.account_sid, "status": "in-progress"}

    def _new_recording(self, sid: str, call: OnTheLine, form: Form) -> Response:
        _only(form, _OF_RECORDING)
        _address(form, "RecordingStatusCallback", 20001)
        recording = call.record(form["RecordingStatusCallback"])
        return 201, {
            "sid": recording,
            "call_sid": sid,
            "account_sid": self.account_sid,
            "status": "in-progress",
        }


def _refusal(refused: Refused) -> Response:
    more = f"https://www.twilio.com/docs/errors/{refused.code}"
    body = {"code": refused.code, "message": refused.message, "more_info": more}
    return refused.status, {**body, "status": refused.status}


def _only(form: Form, known: set[str]) -> None:
    if unknown := sorted(form.keys() - known):
        raise Refused(400, 20001, f"unknown parameters: {', '.join(unknown)}")


def _number(form: Form, name: str, missing: int, invalid: int) -> None:
    if name not in form:
        raise Refused(400, missing, f"No '{name}' number is specified")
    if not _E164.fullmatch(form[name]):
        raise Refused(400, invalid, f"Invalid '{name}' Phone Number")


def _address(form: Form, name: str, code: int) -> None:
    if not re.match(r"https?://[^/]", form.get(name, "")):
        raise Refused(400, code, f"{name} is not a valid URL")
