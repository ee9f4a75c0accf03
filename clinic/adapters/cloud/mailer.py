"""Gmail: each mail is a draft first, because a draft can be sent once and no more.

`messages.send` sends as often as it is asked, and a Message-ID of ours is not reliably kept, nor found
at once. "When the draft is sent, the draft is automatically deleted" (Gmail API, "Create and send
drafts"): of two who send the same draft, and of two attempts of one, the second is told that there is
none. Which draft belongs to a key is noted before it is sent.
"""

from __future__ import annotations

import base64
import copy
import importlib
from email.message import EmailMessage

from googleapiclient.errors import HttpError

from clinic.adapters.cloud.credentials import GMAIL_SCOPES
from clinic.adapters.cloud.workspace import AnswerLost, WorkspaceApi
from clinic.booking.appointment import derived_id
from clinic.ports import AddressRefused, Attempts, Unavailable
from clinic.settings import Settings

_SENT, _REFUSED = "sent", "refused"
_ATTEMPT_SECONDS, _PATIENCE_SECONDS = 8.0, 12.0
_LATEST_DRAFTS, _MOST_DRAFTINGS = 20, 5
_KEY_HEADER = "X-Clinic-Key"


class GmailMailer:
    """Implements `Mailer`."""

    def __init__(self, api: WorkspaceApi, attempts: Attempts) -> None:
        self._api, self._attempts = api, attempts

    def send(self, message: EmailMessage, key: str) -> None:
        """Send a message once per key."""
        name = f"mail {key}"
        state = self._attempts.state(name) or self._begin(message, key, name)
        if state == _REFUSED:
            raise AddressRefused(key)
        if state != _SENT:
            self._send_draft(state, name)

    def _begin(self, message: EmailMessage, key: str, name: str) -> str:
        mine = self._draft(message, key)
        noted = self._attempts.begin(name, mine)
        if noted != mine:
            self._delete(mine)
        return noted

    def _send_draft(self, draft: str, name: str) -> None:
        try:
            self._api.ask(lambda api: api.users().drafts().send(userId="me", body={"id": draft}))
        except HttpError as error:
            if error.status_code == 400:
                self._attempts.advance(name, _REFUSED)
                self._delete(draft)
                raise AddressRefused(name) from error
            if error.status_code != 404:
                raise
            # It is sent, by an attempt whose answer was lost, or by another who was asked to.
        self._attempts.advance(name, _SENT)

    def _draft(self, message: EmailMessage, key: str) -> str:
        keyed = copy.deepcopy(message)
        keyed[_KEY_HEADER] = derived_id(key)
        body = {"message": {"raw": base64.urlsafe_b64encode(keyed.as_bytes()).decode()}}
        for _ in range(_MOST_DRAFTINGS):
            try:
                made = self._api.ask(
                    lambda api: api.users().drafts().create(userId="me", body=body), again=False
                )
            except AnswerLost:
                found = self._find_draft(key)
            else:
                found = str(made["id"])
            if found:
                return found
        raise Unavailable(f"no draft could be made in {_MOST_DRAFTINGS} attempts")

    def _find_draft(self, key: str) -> str | None:
        """Return the draft that was made although its answer was lost."""
        listing = self._api.ask(lambda api: api.users().drafts().list(userId="me", maxResults=_LATEST_DRAFTS))
        for each in listing.get("drafts", ()):
            if derived_id(key) == self._key_of(each["id"]):
                return str(each["id"])
        return None

    def _key_of(self, draft: str) -> str:
        try:
            found = self._api.ask(
                lambda api: api.users().drafts().get(userId="me", id=draft, format="metadata")
            )
        except HttpError as error:
            if error.status_code != 404:
                raise
            return ""
        headers = found["message"].get("payload", {}).get("headers", ())
        return next((each["value"] for each in headers if each["name"] == _KEY_HEADER), "")

    def _delete(self, draft: str) -> None:
        try:
            self._api.ask(lambda api: api.users().drafts().delete(userId="me", id=draft))
        except HttpError as error:
            if error.status_code != 404:
                raise


def open_port(settings: Settings) -> GmailMailer:
    """Open the mailbox of WORKSPACE_ACCOUNT; what has been sent is remembered in the store."""
    api = WorkspaceApi(settings, "gmail.v1", GMAIL_SCOPES, _ATTEMPT_SECONDS, _PATIENCE_SECONDS)
    family = settings.family_of("attempts")
    attempts = importlib.import_module(f"clinic.adapters.{family}.attempts").open_port(settings)
    return GmailMailer(api, attempts)
