"""The outbox folder: every file in it is a mail that any mail program opens."""

import email
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from clinic.adapters.embedded.mailer import OutboxMailer, open_port
from clinic.settings import Settings


@pytest.fixture
def mailer(tmp_path: Path) -> OutboxMailer:
    return open_port(Settings(local_data=str(tmp_path)))


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


def a_mail(text: str = "See you on Friday, ఆశా.\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "appointments@clinic.example.com"
    message["To"] = "asha@example.com"
    message["Subject"] = "Your appointment, ఆశా"
    message.set_content(text)
    message.add_attachment(b"BEGIN:VCALENDAR\r\n", maintype="text", subtype="calendar", filename="a.ics")
    return message


def test_a_mail_is_an_eml_file_that_parses_without_a_defect(mailer: OutboxMailer, outbox: Path) -> None:
    mailer.send(a_mail(), key="confirmation-1")
    message = email.message_from_bytes((outbox / "confirmation-1.eml").read_bytes(), policy=default)
    body, attachment = message.get_body(), next(message.iter_attachments())
    assert body is not None
    assert body.get_content() == "See you on Friday, ఆశా.\n"
    assert (message["Subject"], attachment.get_filename()) == ("Your appointment, ఆశా", "a.ics")
    assert not any(part.defects for part in message.walk())


def test_the_folder_is_made_by_the_first_mail_and_holds_mails_only(
    mailer: OutboxMailer, outbox: Path
) -> None:
    assert not outbox.exists()
    mailer.send(a_mail(), key="confirmation-1")
    mailer.send(a_mail(), key="confirmation-1")
    assert [file.name for file in outbox.iterdir()] == ["confirmation-1.eml"]
