"""One Gmail account: its drafts, what it has sent, read from the raw MIME, and what was given back."""

from __future__ import annotations

import base64
import email
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from typing import Any

from msgspec import Struct

from rehearsal.google_workspace.discovery import Asked
from rehearsal.google_workspace.refusal import Refused, invalid, not_found

_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_LONGEST_BYTES = 35_000_000
_FIRST_HISTORY = 1000
_NOBODY = "nobody@"
"""Whose mailbox is taken to be missing: mail to it is sent, and comes back."""


class Mail(Struct, frozen=True):
    """A mail as Gmail keeps it."""

    id: str
    thread_id: str
    raw: bytes
    """RFC 5322, as it was handed over."""
    at: datetime
    labels: tuple[str, ...]

    @property
    def message(self) -> EmailMessage:
        """The mail, read."""
        return email.message_from_bytes(self.raw, policy=default)

    def written(self, form: str = "minimal", only: Sequence[str] = ()) -> dict[str, Any]:
        """Return a Message resource; form `raw` brings the bytes, `metadata` and `full` the headers.

        `only` are the headers wanted; none is all.
        """
        brief = {"id": self.id, "threadId": self.thread_id, "labelIds": list(self.labels)}
        if form == "raw":
            return {**brief, "raw": base64.urlsafe_b64encode(self.raw).decode()}
        if form in ("metadata", "full"):
            wanted = {name.lower() for name in only}
            headers = [
                {"name": name, "value": str(value)}
                for name, value in self.message.items()
                if not wanted or name.lower() in wanted
            ]
            return {**brief, "payload": {"headers": headers}}
        return brief


class Mailbox:
    """The account that the clinic sends from."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.drafts: dict[str, Mail] = {}
        self.sent: list[Mail] = []
        self.received: list[Mail] = []
        self._added: list[Mail] = []
        self.refused: set[str] = set()
        """Addresses that Gmail takes for none: a test's."""

    def routes(self) -> dict[str, Callable[[Asked], Any]]:
        """Return what answers each method that is played."""
        handlers = {
            "gmail.users.getProfile": lambda _: {"emailAddress": self.address, "historyId": self._now_at},
            "gmail.users.drafts.create": self._create,
            "gmail.users.drafts.get": self._get,
            "gmail.users.drafts.list": self._list,
            "gmail.users.drafts.send": self._send_draft,
            "gmail.users.drafts.delete": self._delete,
            "gmail.users.messages.send": self._send,
            "gmail.users.messages.get": self._message,
            "gmail.users.threads.get": self._thread,
            "gmail.users.history.list": self._history,
        }
        return {name: self._for_own_account(handler) for name, handler in handlers.items()}

    def give_back(self, address: str, outcome: str = "Failure") -> None:
        """Let the last mail to an address come back, as Gmail tells it: outcome `Failure` or `Delay`."""
        mail = next(each for each in reversed(self.sent) if address in str(each.message["To"]))
        note = EmailMessage()
        note["From"] = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
        note["To"], note["Auto-Submitted"] = self.address, "auto-replied"
        note["Subject"] = f"Delivery Status Notification ({outcome})"
        note["X-Failed-Recipients"] = address
        note.set_content(f"Your message to {address} could not be delivered.")
        self.receive(note, mail.thread_id)

    def receive(self, message: EmailMessage, thread_id: str = "") -> None:
        """Let a mail come in, in a thread of its own or in another's."""
        mail = _mail(message.as_bytes(), ("INBOX", "UNREAD"), thread_id)
        self.received.append(mail)
        self._added.append(mail)

    def _message(self, asked: Asked) -> dict[str, Any]:
        found = [each for each in (*self.sent, *self.received) if each.id == asked.path["id"]]
        if not found:
            raise not_found("Requested entity was not found.")
        return found[0].written(asked.query.get("format", "full"), asked.query.get("metadataHeaders", ()))

    def _thread(self, asked: Asked) -> dict[str, Any]:
        form, only = asked.query.get("format", "full"), asked.query.get("metadataHeaders", ())
        mails = [each for each in (*self.sent, *self.received) if each.thread_id == asked.path["id"]]
        if not mails:
            raise not_found("Requested entity was not found.")
        return {"id": asked.path["id"], "messages": [each.written(form, only) for each in mails]}

    @property
    def _now_at(self) -> str:
        return str(_FIRST_HISTORY + len(self._added))

    def _history(self, asked: Asked) -> dict[str, Any]:
        since = int(asked.query.get("startHistoryId", 0)) - _FIRST_HISTORY
        if not 0 <= since <= len(self._added):
            raise not_found("Requested entity was not found.")
        label, most = asked.query.get("labelId"), asked.query.get("maxResults", 100)
        numbered = list(enumerate(self._added[since:], _FIRST_HISTORY + since + 1))
        found = [(number, each) for number, each in numbered if not label or label in each.labels]
        records = [
            {"id": str(number), "messagesAdded": [{"message": each.written()}]} for number, each in found
        ]
        more = {"nextPageToken": records[most - 1]["id"]} if len(records) > most else {}
        return {"history": records[:most], "historyId": self._now_at, **more}

    def _for_own_account(self, handler: Callable[[Asked], Any]) -> Callable[[Asked], Any]:
        def answer(asked: Asked) -> Any:
            if asked.path["userId"] not in ("me", self.address):
                raise Refused(403, "forbidden", f"Delegation denied for {asked.path['userId']}")
            return handler(asked)

        return answer

    def _create(self, asked: Asked) -> dict[str, Any]:
        draft_id = f"r{secrets.randbelow(10**18)}"
        self.drafts[draft_id] = _mail(_raw(asked.body.get("message") or {}), ("DRAFT",))
        return {"id": draft_id, "message": self.drafts[draft_id].written()}

    def _get(self, asked: Asked) -> dict[str, Any]:
        mail = self._draft(asked.path["id"])
        return {"id": asked.path["id"], "message": mail.written(asked.query.get("format", "full"))}

    def _list(self, asked: Asked) -> dict[str, Any]:
        if "q" in asked.query:
            raise Refused(501, "notImplemented", "the rehearsal does not play searches")
        most = min(asked.query.get("maxResults", 100), 500)
        # The latest first, as Gmail lists them.
        found = list(reversed(self.drafts.items()))[:most]
        return {"drafts": [{"id": each, "message": mail.written()} for each, mail in found]}

    def _delete(self, asked: Asked) -> None:
        self._draft(asked.path["id"])
        del self.drafts[asked.path["id"]]

    def _send_draft(self, asked: Asked) -> dict[str, Any]:
        if "id" not in asked.body:
            raise invalid("Missing draft id", "invalidArgument")
        answer = self._deliver(self._draft(asked.body["id"]).raw)
        # "When the draft is sent, the draft is automatically deleted" (Gmail API, "Create and send drafts").
        del self.drafts[asked.body["id"]]
        return answer

    def _send(self, asked: Asked) -> dict[str, Any]:
        return self._deliver(_raw(asked.body))

    def _deliver(self, raw: bytes) -> dict[str, Any]:
        message: EmailMessage = email.message_from_bytes(raw, policy=default)
        named = [str(value) for name in ("To", "Cc", "Bcc") for value in message.get_all(name, [])]
        addresses = [address for _, address in getaddresses(named)]
        if not addresses:
            raise invalid("Recipient address required", "invalidArgument")
        if any(not _ADDRESS.fullmatch(each) or each in self.refused or _nowhere(each) for each in addresses):
            raise invalid("Invalid To header", "invalidArgument")
        mail = _mail(raw, ("SENT",))
        self.sent.append(mail)
        self._added.append(mail)
        for address in addresses:
            if address.startswith(_NOBODY):
                self.give_back(address)
        return mail.written()

    def _draft(self, draft_id: str) -> Mail:
        if draft_id not in self.drafts:
            raise not_found("Requested entity was not found.")
        return self.drafts[draft_id]


def _nowhere(address: str) -> bool:
    # A name that never exists (RFC 2606, section 2).
    return address.endswith(".invalid")


def _mail(raw: bytes, labels: tuple[str, ...], thread_id: str = "") -> Mail:
    name = secrets.token_hex(8)
    return Mail(name, thread_id or name, raw, datetime.now(UTC), labels)


def _raw(message: dict[str, Any]) -> bytes:
    if not message.get("raw"):
        raise invalid("'raw' RFC822 payload message string or uploading message via /upload/* URL required")
    text = message["raw"]
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(raw) > _LONGEST_BYTES:
        raise Refused(413, "uploadTooLarge", "Request Entity Too Large")
    return raw
