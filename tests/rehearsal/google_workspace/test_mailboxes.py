"""Gmail as Google's own client finds it: drafts, sending, and what is refused."""

import base64
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from rehearsal.google_workspace.workspace import Workspace


def raw(to: str = "asha.rao@example.com") -> dict[str, str]:
    message = EmailMessage()
    message["From"], message["Subject"] = "appointments@clinic.example.com", "Your appointment"
    if to:
        message["To"] = to
    message.set_content("Tomorrow at ten.")
    return {"raw": base64.urlsafe_b64encode(message.as_bytes()).decode()}


@pytest.fixture
def users(client: Callable[..., Any]) -> Any:
    return client("gmail.v1").users()


def refused(request: Any) -> int:
    with pytest.raises(HttpError) as error:
        request.execute()
    return int(error.value.status_code)


def test_a_mail_is_sent_as_it_was_written(users: Any, workspace: Workspace) -> None:
    answer = users.messages().send(userId="me", body=raw()).execute()
    (mail,) = workspace.mailbox.sent
    assert answer == {"id": mail.id, "threadId": mail.id, "labelIds": ["SENT"]}
    assert mail.message["Subject"] == "Your appointment"
    assert mail.message.get_content() == "Tomorrow at ten.\n"


def test_a_draft_can_be_sent_once_and_no_more(users: Any, workspace: Workspace) -> None:
    draft = users.drafts().create(userId="me", body={"message": raw()}).execute()
    assert workspace.mailbox.sent == []
    listed = users.drafts().list(userId="me").execute()["drafts"]
    assert [each["id"] for each in listed] == [draft["id"]]
    users.drafts().send(userId="me", body={"id": draft["id"]}).execute()
    assert refused(users.drafts().send(userId="me", body={"id": draft["id"]})) == 404
    assert len(workspace.mailbox.sent) == 1
    assert users.drafts().list(userId="me").execute()["drafts"] == []


def test_a_draft_shows_its_headers(users: Any) -> None:
    draft = users.drafts().create(userId="me", body={"message": raw()}).execute()
    headers = users.drafts().get(userId="me", id=draft["id"], format="metadata").execute()["message"]
    assert {"name": "Subject", "value": "Your appointment"} in headers["payload"]["headers"]
    users.drafts().delete(userId="me", id=draft["id"]).execute()
    assert refused(users.drafts().get(userId="me", id=draft["id"])) == 404


def test_what_nobody_could_receive_is_refused(users: Any, workspace: Workspace) -> None:
    workspace.mailbox.refused.add("gone@example.com")
    send = users.messages().send
    assert refused(send(userId="me", body=raw(to=""))) == 400
    assert refused(send(userId="me", body=raw(to="asha.rao"))) == 400
    assert refused(send(userId="me", body=raw(to="gone@example.com"))) == 400
    assert refused(send(userId="me", body={})) == 400
    assert refused(send(userId="me", body={"raw": "!"})) == 400
    assert refused(send(userId="somebody@example.com", body=raw())) == 403
    assert workspace.mailbox.sent == []


def test_mail_to_nobody_is_sent_and_comes_back_in_its_thread(users: Any, workspace: Workspace) -> None:
    before = users.getProfile(userId="me").execute()["historyId"]
    sent = users.messages().send(userId="me", body=raw("nobody@example.com")).execute()
    seen = users.history().list(userId="me", startHistoryId=before, labelId="INBOX").execute()["history"]
    ((added,),) = [each["messagesAdded"] for each in seen]
    assert added["message"]["threadId"] == sent["threadId"]
    note = users.messages().get(userId="me", id=added["message"]["id"], format="metadata").execute()
    headers = {each["name"]: each["value"] for each in note["payload"]["headers"]}
    assert headers["X-Failed-Recipients"] == "nobody@example.com"
    assert refused(users.history().list(userId="me", startHistoryId="1")) == 404
