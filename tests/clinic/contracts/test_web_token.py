"""A web call's token: who may make one, what it says, and what becomes of a forged one."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.contracts.web_token import SUBPROTOCOL, issue, read, subprotocols, token_among

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SECRET = "a secret"


def token(secret: str = SECRET, origin: str = "https://clinic.example.com") -> str:
    return issue("call-1", origin, "renova", NOW + timedelta(seconds=60), secret)


def test_a_token_says_for_what_it_is_good() -> None:
    said = read(token(), SECRET)
    assert said is not None
    assert (said.call_id, said.origin, said.clinic) == ("call-1", "https://clinic.example.com", "renova")


def test_a_token_is_fresh_for_its_time() -> None:
    said = read(token(), SECRET)
    assert said is not None
    assert said.is_fresh(NOW + timedelta(seconds=59))
    assert not said.is_fresh(NOW + timedelta(seconds=60))


def test_the_same_twice_is_two_tokens() -> None:
    assert len({token() for _ in range(100)}) == 100


def test_another_secret_reads_nothing() -> None:
    assert read(token("another secret"), SECRET) is None


def test_what_is_changed_is_no_token() -> None:
    body, _, signature = token().partition(".")
    said = urlsafe_b64decode(body + "=" * (-len(body) % 4)).replace(b"clinic.example", b"crooks.example")
    forged = urlsafe_b64encode(said).rstrip(b"=").decode()
    assert read(f"{forged}.{signature}", SECRET) is None


@pytest.mark.parametrize("forged", ["", ".", "a.b", token() + "x", "x" + token(), token()[:-1], "é.é"])
def test_nonsense_is_no_token(forged: str) -> None:
    assert read(forged, SECRET) is None


@given(st.text())
def test_whatever_is_shown_is_read_or_refused(shown: str) -> None:
    assert read(shown, SECRET) is None


def test_a_browser_can_offer_a_token_as_a_subprotocol() -> None:
    names = subprotocols(token())
    # RFC 9110, section 5.6.2: a token, which is what a WebSocket's subprotocol must be.
    assert all(re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) for name in names)
    assert names[0] == SUBPROTOCOL
    assert read(token_among(", ".join(names)), SECRET) is not None


def test_without_a_token_there_is_none() -> None:
    assert token_among(SUBPROTOCOL) == token_among("") == ""
