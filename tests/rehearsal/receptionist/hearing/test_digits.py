"""Phone numbers said digit by digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.receptionist.hearing.digits import digits_said, read_phone, spoken_digits
from rehearsal.receptionist.hearing.words import normalised


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("nine eight four nine oh one two three four five", "9849012345"),
        ("double nine eight triple zero one two three four", "9980001234"),
        ("my number is plus nine one nine eight four nine zero one two three four five", "+919849012345"),
        ("ninety eight forty nine oh one two three four five", "9849012345"),
        ("ninety zero one two three four five", "90012345"),
        ("+91 98490-12345", "+919849012345"),
        ("call me on 9849012345 please", "9849012345"),
    ],
)
def test_a_number_is_read_however_it_is_said(said: str, number: str) -> None:
    assert read_phone(normalised(said)) == number


@pytest.mark.parametrize("said", ["", "ten thirty", "on 2026-12-04 at 10:30", "one two three", "9" * 16])
def test_what_is_no_phone_number_is_not_read_as_one(said: str) -> None:
    assert read_phone(normalised(said)) == ""


def test_a_piece_of_a_number_is_kept_as_digits() -> None:
    assert digits_said("my number is nine eight double four") == "9844"


@given(st.from_regex(r"\+?[0-9]{7,15}", fullmatch=True))
def test_a_number_read_back_is_heard_as_the_same_number(number: str) -> None:
    assert read_phone(normalised(spoken_digits(number))) == number


def test_a_number_is_read_back_in_groups() -> None:
    assert spoken_digits("+914000000000") == "plus 9 1, 4 0 0, 0 0 0, 0 0 0 0"
