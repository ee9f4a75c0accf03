"""Gmail in bad weather: one mail per key, whatever is lost."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from clinic.ports import AddressRefused, Unavailable


@pytest.fixture
def mail() -> Callable[..., EmailMessage]:
    def write(to: str = "asha@example.com") -> EmailMessage:
        message = EmailMessage()
        message["To"], message["Subject"] = to, "Your appointment"
        message.set_content("See you on Friday.\n")
        return message

    return write


@pytest.mark.parametrize("method", ["gmail.users.drafts.create", "gmail.users.drafts.send"])
@pytest.mark.parametrize("kind", ["answer_lost", "internal", "quota", "unauthorised"])
def test_a_fault_neither_loses_nor_doubles_a_mail(
    workspace_store: Any, mail: Any, method: str, kind: Any
) -> None:
    workspace_store.workspace.faults.add(method, kind, times=2)
    workspace_store.open("mailer").send(mail(), key="confirmation-1")
    workspace_store.open("mailer").send(mail(), key="confirmation-1")
    assert len(workspace_store.sent()) == 1
    assert workspace_store.workspace.mailbox.drafts == {}


def test_an_attempt_that_gave_up_is_finished_by_the_next(workspace_store: Any, mail: Any) -> None:
    workspace_store.workspace.faults.add("gmail.users.drafts.send", "rate_limit", times=10_000)
    patient = workspace_store.open("mailer")
    patient._api._patience = 0.2
    with pytest.raises(Unavailable):
        patient.send(mail(), key="confirmation-1")
    assert workspace_store.sent() == []
    workspace_store.workspace.faults.clear()
    workspace_store.open("mailer").send(mail(), key="confirmation-1")
    assert len(workspace_store.sent()) == 1


def test_what_is_sent_is_not_asked_for_again(workspace_store: Any, mail: Any) -> None:
    for _ in range(3):
        workspace_store.open("mailer").send(mail(), key="confirmation-1")
    assert workspace_store.workspace.asked["gmail.users.drafts.create"] == 1
    assert workspace_store.workspace.asked["gmail.users.drafts.send"] == 1


def test_a_refused_address_leaves_no_draft_behind(workspace_store: Any, mail: Any) -> None:
    workspace_store.workspace.mailbox.refused.add("gone@example.com")
    for _ in range(2):
        with pytest.raises(AddressRefused):
            workspace_store.open("mailer").send(mail("gone@example.com"), key="confirmation-1")
    assert workspace_store.workspace.mailbox.drafts == {}
    assert workspace_store.workspace.asked["gmail.users.drafts.create"] == 1
