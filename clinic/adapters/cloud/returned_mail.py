"""Gmail's notes that a letter could not be delivered, found by what has come in since they were read last.

Gmail takes a mail for any address that could be one, and tells later, in the thread of that mail, that there
is no such mailbox: with `X-Failed-Recipients`. Which letter it was, our own mail in the thread says.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from email.utils import getaddresses
from typing import Any

import structlog
from googleapiclient.errors import HttpError

from clinic.adapters.cloud.credentials import RETURNED_MAIL_SCOPES
from clinic.adapters.cloud.workspace import WorkspaceApi
from clinic.contracts.returned import LETTER_HEADER, Returned, read_label
from clinic.ports import Attempts
from clinic.settings import Settings

_ATTEMPT_SECONDS, _PATIENCE_SECONDS = 4.0, 6.0
_READ_TO = "returned mail"
_MOST_AT_ONCE = 50
"""Of what has come in; the next minute reads on. Each costs a request, and the function has 30 seconds."""
_FAILED = "X-Failed-Recipients"
_DELAYED = "(delay)"
"""In the subject of a note that Gmail still tries."""

_log = structlog.get_logger("clinic")


class GmailReturnedMail:
    """Implements `ReturnedMail`."""

    def __init__(self, api: WorkspaceApi, attempts: Attempts) -> None:
        self._api, self._attempts = api, attempts

    def new(self) -> Iterator[Returned]:
        """Yield the letters that came back; at the first time none."""
        read_to = self._attempts.state(_READ_TO)
        messages, now_at = self._since(read_to) if read_to else ([], self._end())
        for message in messages:
            returned = self._returned(message)
            if returned:
                yield returned
        if now_at != read_to:
            self._attempts.advance(_READ_TO, now_at)

    def _since(self, read_to: str) -> tuple[list[dict[str, Any]], str]:
        """Return what has come in, and how far that is."""
        what = {"historyTypes": "messageAdded", "labelId": "INBOX", "maxResults": _MOST_AT_ONCE}
        answer = self._found(
            lambda api: api.users().history().list(userId="me", startHistoryId=read_to, **what)
        )
        if answer is None:
            # Gmail keeps it for a week: nobody has asked for longer.
            _log.warning("! returned mail missed")
            return [], self._end()
        records = answer.get("history", [])
        messages = [each["message"] for record in records for each in record.get("messagesAdded", ())]
        return messages, records[-1]["id"] if "nextPageToken" in answer else answer["historyId"]

    def _end(self) -> str:
        return str(self._api.ask(lambda api: api.users().getProfile(userId="me"))["historyId"])

    def _returned(self, message: dict[str, Any]) -> Returned | None:
        headers = ["Subject", _FAILED]
        note = self._found(
            lambda api: (
                api.users()
                .messages()
                .get(userId="me", id=message["id"], format="metadata", metadataHeaders=headers)
            )
        )
        said = _headers(note)
        addresses = _addresses(said.get(_FAILED.lower(), ""))
        if note is None or not addresses or _DELAYED in said.get("subject", "").lower():
            return None
        return self._letter_to(addresses, note)

    def _letter_to(self, addresses: set[str], note: dict[str, Any]) -> Returned | None:
        """Return the latest letter to one of these addresses in the thread of a note."""
        headers = ["To", LETTER_HEADER]
        thread = self._found(
            lambda api: (
                api.users()
                .threads()
                .get(userId="me", id=note["threadId"], format="metadata", metadataHeaders=headers)
            )
        )
        for message in reversed(thread["messages"] if thread else []):
            said = _headers(message)
            label = read_label(said.get(LETTER_HEADER.lower(), ""))
            ours = addresses & _addresses(said.get("to", ""))
            # What others send may say what it likes.
            if label and ours and "SENT" in message.get("labelIds", ()):
                return Returned(id=f"{note['id']}.returned", label=label, address=ours.pop())
        return None

    def _found(self, make: Any) -> dict[str, Any] | None:
        """Ask; None where it is gone."""
        try:
            answer: dict[str, Any] = self._api.ask(make)
        except HttpError as error:
            if error.status_code != 404:
                raise
            return None
        return answer


def _headers(message: dict[str, Any] | None) -> dict[str, str]:
    headers = (message or {}).get("payload", {}).get("headers", ())
    return {each["name"].lower(): each["value"] for each in headers}


def _addresses(header: str) -> set[str]:
    return {address.lower() for _, address in getaddresses([header]) if address}


def open_port(settings: Settings) -> GmailReturnedMail:
    """Open the mailbox of WORKSPACE_ACCOUNT, with a scope of its own."""
    api = WorkspaceApi(settings, "gmail.v1", RETURNED_MAIL_SCOPES, _ATTEMPT_SECONDS, _PATIENCE_SECONDS)
    family = settings.family_of("attempts")
    attempts = importlib.import_module(f"clinic.adapters.{family}.attempts").open_port(settings)
    return GmailReturnedMail(api, attempts)
