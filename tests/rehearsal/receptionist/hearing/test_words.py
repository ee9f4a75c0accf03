"""The plain form of a caller's words."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rehearsal.receptionist.hearing.words import CARDINALS, ORDINALS, blanked, normalised, number


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Dr. Mehta, please!", "doctor mehta please"),
        ("I'd like to come at ten o'clock.", "id like to come at ten oclock"),
        ("That\u2019s all", "thats all"),
        ("on 2026-12-04 at 10:30 a.m.", "on 2026-12-04 at 10:30 a.m"),
        ("half-past ten on the twenty-first", "half past ten on the twenty first"),
        ("My e-mail is asha-rao@example.com.", "my email is asha-rao@example.com"),
        ("my e mail is", "my email is"),
        ("m as in x-ray", "m as in xray"),
        ("  Caf\u00e9   Ren\u00e9 ", "cafe rene"),
        ("\u0928\u092e\u0938\u094d\u0924\u0947", ""),
    ],
)
def test_words_are_brought_into_one_plain_form(text: str, plain: str) -> None:
    assert normalised(text) == plain


@given(st.text())
@example("@:a-a")
def test_the_plain_form_is_ascii_and_stays_as_it_is(text: str) -> None:
    plain = normalised(text)
    assert plain.isascii()
    assert plain == plain.lower().strip()
    assert normalised(plain) == plain


@pytest.mark.parametrize(
    ("words", "value"), [("twenty one", 21), ("fourth", 4), ("thirty first", 31), ("4th", 4), ("16", 16)]
)
def test_numbers_are_read_from_words_and_digits(words: str, value: int) -> None:
    assert number(words) == value


def test_a_word_that_is_no_number_is_an_error() -> None:
    with pytest.raises(KeyError):
        number("monday")


def test_every_minute_and_every_day_of_a_month_has_a_word() -> None:
    assert sorted(CARDINALS.values()) == list(range(60))
    assert sorted(ORDINALS.values()) == list(range(1, 32))


def test_what_was_read_is_blanked_without_moving_the_rest() -> None:
    text = "on friday at ten"
    found = re.search("friday", text)
    assert found is not None
    assert blanked(text, found) == "on ,,,,,, at ten"
