"""Tickets can be neither guessed nor read out of the store."""

import re
from datetime import timedelta

from clinic.contracts.ticket import VALID_FOR, digest, new_call_id, new_token


def test_no_two_tokens_and_no_two_call_ids_are_the_same() -> None:
    assert len({new_token() for _ in range(200)}) == 200
    assert len({new_call_id() for _ in range(200)}) == 200


def test_a_token_is_256_bits_that_an_address_and_a_twiml_parameter_can_hold() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", new_token())


def test_a_call_id_can_be_a_document_name() -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", new_call_id())


def test_a_digest_is_always_the_same_and_does_not_show_its_token() -> None:
    token = new_token()
    assert digest(token) == digest(token)
    assert digest(token) != digest(new_token())
    assert token not in digest(token)


def test_the_digest_is_sha_256() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_ticket_outlives_twilios_dialling_but_not_the_minute() -> None:
    assert timedelta(seconds=10) < VALID_FOR <= timedelta(minutes=1)
