"""The contract of `Mailer`: a mail leaves once per key, as it was written."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from threading import Barrier
from typing import Any

import pytest

from clinic.ports import AddressRefused, Mailer

SENDERS = 8


@pytest.fixture
def mail() -> Callable[..., EmailMessage]:
    """Write a mail to Asha."""

    def write(text: str = "See you on Friday.\n", subject: str = "Your appointment") -> EmailMessage:
        message = EmailMessage()
        message["From"] = "appointments@clinic.example.com"
        message["To"] = "asha@example.com"
        message["Subject"] = subject
        message.set_content(text)
        return message

    return write


def test_a_mail_leaves_as_it_was_written(
    store: Any, mailer: Mailer, mail: Callable[..., EmailMessage]
) -> None:
    mailer.send(mail(), key="confirmation-1")
    (sent,) = store.sent()
    assert (sent["To"], sent["Subject"]) == ("asha@example.com", "Your appointment")
    assert sent["From"] == "appointments@clinic.example.com"
    assert sent.get_content() == "See you on Friday.\n"


@pytest.mark.parametrize(
    "text", ["ఆశా, शुक्रवार को मिलते हैं 😀\n", "a line\n.\nFrom here on\n", "x" * 5000 + "\n"]
)
def test_any_text_and_any_script_survives(
    store: Any, mailer: Mailer, mail: Callable[..., EmailMessage], text: str
) -> None:
    mailer.send(mail(text, "ఆశా రావు 😀"), key="confirmation-1")
    (sent,) = store.sent()
    assert sent.get_content() == text
    assert sent["Subject"] == "ఆశా రావు 😀"


def test_the_same_key_again_is_the_same_mail(
    store: Any, mailer: Mailer, mail: Callable[..., EmailMessage]
) -> None:
    mailer.send(mail(), key="confirmation-1")
    mailer.send(mail(), key="confirmation-1")
    mailer.send(mail(), key="confirmation-2")
    assert len(store.sent()) == 2


def test_many_who_send_the_same_mail_at_once_send_one(store: Any, mail: Callable[..., EmailMessage]) -> None:
    start = Barrier(SENDERS)

    def send(_: int) -> None:
        mailer = store.open("mailer")
        start.wait(10)
        for number in range(10):
            mailer.send(mail(), key=f"confirmation-{number}")

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(send, range(SENDERS)))
    assert len(store.sent()) == 10


def test_an_address_that_takes_no_mail_is_refused_and_nothing_is_sent(
    store: Any, mailer: Mailer, mail: Callable[..., EmailMessage]
) -> None:
    message = mail()
    message.replace_header("To", "asha@nowhere.invalid")
    for _ in range(2):
        with pytest.raises(AddressRefused):
            mailer.send(message, key="confirmation-1")
    assert store.sent() == []


@pytest.mark.parametrize("key", ["change-call-1-../../x.booked", "a/b", "c:d e", "..."])
def test_any_key_will_do(store: Any, mailer: Mailer, mail: Callable[..., EmailMessage], key: str) -> None:
    mailer.send(mail(), key=key)
    mailer.send(mail(), key=key)
    assert len(store.sent()) == 1
