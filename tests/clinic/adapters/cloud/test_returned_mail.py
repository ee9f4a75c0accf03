"""Letters that Gmail took and gave back: which one, once, and nobody else's."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from clinic.adapters.cloud.credentials import GMAIL_SCOPES, NotAllowed
from clinic.contracts.returned import LETTER_HEADER, LetterLabel
from rehearsal.google_workspace.workspace import EVERY_SCOPE, Workspace

LABEL = LetterLabel(kind="confirmation", appointment_id="appointment1", call_id="call-1")


@pytest.fixture
def workspace(workspace_store: Any) -> Workspace:
    found: Workspace = workspace_store.workspace
    return found


@pytest.fixture
def read(workspace_store: Any) -> Callable[[], list[Any]]:
    """Read what is new, as another instance would; the inbox up to now has been read."""
    list(workspace_store.open("returned_mail").new())
    return lambda: list(workspace_store.open("returned_mail").new())


@pytest.fixture
def send(workspace_store: Any) -> Callable[..., None]:
    def run(to: str = "Asha@example.com", key: str = "confirmation-1", label: str = LABEL.written()) -> None:
        message = EmailMessage()
        message["To"], message["Subject"] = to, "Your appointment"
        message[LETTER_HEADER] = label
        message.set_content("See you on Friday.\n")
        workspace_store.open("mailer").send(message, key)

    return run


def test_a_letter_that_comes_back_is_known_by_its_header_and_told_once(
    workspace: Workspace, send: Callable[..., None], read: Callable[[], list[Any]]
) -> None:
    send()
    assert read() == []
    workspace.mailbox.give_back("Asha@example.com")
    (returned,) = read()
    assert (returned.label, returned.address) == (LABEL, "asha@example.com")
    assert read() == []


def test_what_was_not_read_to_the_end_is_read_again(
    workspace_store: Any, workspace: Workspace, send: Callable[..., None], read: Callable[[], list[Any]]
) -> None:
    for number in range(2):
        send(f"patient{number}@example.com", f"confirmation-{number}")
        workspace.mailbox.give_back(f"patient{number}@example.com")
    first = next(workspace_store.open("returned_mail").new())
    assert [each.id == first.id for each in read()] == [True, False]


def test_more_than_one_reading_holds_is_read_on_at_the_next(
    workspace: Workspace, send: Callable[..., None], read: Callable[[], list[Any]]
) -> None:
    send()
    for _ in range(60):
        note = EmailMessage()
        note["Subject"] = "A question"
        workspace.mailbox.receive(note)
    workspace.mailbox.give_back("Asha@example.com")
    assert [len(read()) for _ in range(3)] == [0, 1, 0]


def test_a_delay_other_peoples_mail_and_their_claims_are_no_return(
    workspace: Workspace, send: Callable[..., None], read: Callable[[], list[Any]]
) -> None:
    send()
    send("ravi@example.com", "newsletter", "a newsletter of the staff's")
    workspace.mailbox.give_back("Asha@example.com", "Delay")
    workspace.mailbox.give_back("ravi@example.com")
    forged = EmailMessage()
    forged["To"] = forged["X-Failed-Recipients"] = "victim@example.com"
    forged["Subject"], forged[LETTER_HEADER] = "Delivery Status Notification (Failure)", LABEL.written()
    workspace.mailbox.receive(forged)
    assert read() == []


def test_a_mailbox_whose_history_is_gone_is_read_from_now_on(
    workspace_store: Any, workspace: Workspace, send: Callable[..., None], read: Callable[[], list[Any]]
) -> None:
    workspace_store.open("attempts").advance("returned mail", "7")
    assert read() == []
    send()
    workspace.mailbox.give_back("Asha@example.com")
    assert len(read()) == 1


def test_without_its_scope_the_fault_names_it_and_mail_still_leaves(
    workspace_store: Any, workspace: Workspace, send: Callable[..., None]
) -> None:
    workspace.tokens.scopes = frozenset(EVERY_SCOPE) - {"https://www.googleapis.com/auth/gmail.metadata"}
    assert set(GMAIL_SCOPES) <= workspace.tokens.scopes
    with pytest.raises(NotAllowed, match=r"gmail\.metadata"):
        list(workspace_store.open("returned_mail").new())
    send()
    assert len(workspace.mailbox.sent) == 1
