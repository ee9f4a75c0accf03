"""One clinic's Workspace: its calendars, mailbox and spreadsheets behind one address."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import msgspec
from msgspec import Struct

from rehearsal.google_workspace.calendars import Calendars
from rehearsal.google_workspace.discovery import Asked, find_method, read_body, read_query
from rehearsal.google_workspace.faults import Faults
from rehearsal.google_workspace.mailboxes import Mailbox
from rehearsal.google_workspace.refusal import Refused
from rehearsal.google_workspace.spreadsheets import Spreadsheets
from rehearsal.google_workspace.tokens import TokenRefused, Tokens

SENDER = "appointments@clinic.example.com"
EVERY_SCOPE = (
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.freebusy",
    "https://www.googleapis.com/auth/gmail.compose",
    "https://www.googleapis.com/auth/gmail.metadata",
    "https://www.googleapis.com/auth/spreadsheets",
)
"""What the administrator of this Workspace has allowed: what the clinic needs, and no more."""


class Answered(Struct, frozen=True):
    """What goes back."""

    status: int
    body: bytes
    lost: bool = False
    """The request was carried out, and the connection breaks before the answer."""


class Workspace:
    """Answers requests, each whole before the next; what it holds can be looked at and prepared."""

    def __init__(self, subject: str = SENDER) -> None:
        """`subject` is the account in whose name the clinic acts."""
        self.calendars, self.spreadsheets = Calendars(), Spreadsheets()
        self.mailbox = Mailbox(subject)
        self.tokens, self.faults = Tokens(subject, EVERY_SCOPE), Faults()
        self.after_change: Callable[[], None] = _nothing
        """Called after each request that may have changed something, before it is answered."""
        self.asked: dict[str, int] = {}
        """How often each method was asked for."""
        self._lock = threading.RLock()
        self.routes = {
            **self.calendars.routes(),
            **self.mailbox.routes(),
            **self.spreadsheets.routes(),
        }

    def answer(self, verb: str, target: str, headers: Mapping[str, str], data: bytes) -> Answered:
        """Answer a request of one of the APIs. The headers' names are in lower case."""
        try:
            return self._answer(verb, target, headers, data)
        except Refused as refused:
            return Answered(refused.status, msgspec.json.encode(refused.envelope()))

    def token(self, data: bytes, here: str) -> Answered:
        """Answer a request for an access token; `here` is the endpoint's own address."""
        try:
            given = self.tokens.give(dict(parse_qsl(data.decode())), here)
        except TokenRefused as refused:
            error = {"error": refused.error, "error_description": refused.description}
            return Answered(refused.status, msgspec.json.encode(error))
        return Answered(200, msgspec.json.encode(given))

    def _answer(self, verb: str, target: str, headers: Mapping[str, str], data: bytes) -> Answered:
        parts = urlsplit(target)
        method, path = find_method(verb, parts.path)
        fault = self.faults.next_for(method.id)
        if fault and fault.refusal:
            raise fault.refusal
        if fault and fault.seconds:
            time.sleep(fault.seconds)
        self.tokens.check(headers.get("authorization", ""), method.scopes)
        query = read_query(method, parse_qs(parts.query, keep_blank_values=True))
        asked = Asked(method, path, query, read_body(method, data), headers.get("if-match", ""))
        if method.id not in self.routes:
            raise Refused(501, "notImplemented", f"the rehearsal does not play {method.id}")
        with self._lock:
            self.asked[method.id] = self.asked.get(method.id, 0) + 1
            body: Any = self.routes[method.id](asked)
            if method.verb != "GET":
                self.after_change()
            encoded = b"" if body is None else msgspec.json.encode(body)
        status = 204 if body is None else 200
        return Answered(status, encoded, lost=fault is not None and fault.kind == "answer_lost")


def _nothing() -> None:
    """Keep nothing."""
