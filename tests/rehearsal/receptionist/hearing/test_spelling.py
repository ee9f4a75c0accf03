"""Names and addresses that are spelled."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.receptionist.hearing.spelling import (
    ALPHABET_WORDS,
    is_spelling,
    read_email,
    read_spelled_name,
    spelled_out,
)
from rehearsal.receptionist.hearing.words import normalised

NATO = dict(
    zip(
        string.ascii_lowercase,
        [w for w in ALPHABET_WORDS if w not in ("alfa", "juliett", "whisky")],
        strict=False,
    )
)
SIGNS = {".": "dot", "_": "underscore", "-": "dash", "+": "plus"}
DIGITS = dict(zip(string.digits, "zero one two three four five six seven eight nine".split(), strict=True))  # noqa: SIM905
LOCAL = st.from_regex(r"[a-z0-9]([._+-]?[a-z0-9]){1,9}", fullmatch=True)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("a s h a dot r a o at example dot com", "asha.rao@example.com"),
        ("alpha sierra hotel alpha at gmail dot com", "asha@gmail.com"),
        ("my e-mail is asha dot rao at example dot com please", "asha.rao@example.com"),
        ("it is a s h a at example dot com that's all", "asha@example.com"),
        ("no it's m as in mike e e r a at example dot com", "meera@example.com"),
        ("n for november a at example dot com", "na@example.com"),
        ("double a b triple c at example dot com", "aabccc@example.com"),
        ("asha underscore r a o two one at example dot co dot in", "asha_rao21@example.co.in"),
        ("asha dash rao at the rate example dot com", "asha-rao@example.com"),
        ("a s h a at echo x-ray alpha mike papa lima echo dot com", "asha@example.com"),
        ("mike at hotel dot com", "mike@hotel.com"),
        ("asha 2 7 at example dot com", "asha27@example.com"),
        ("capital a s h a at example dot com", "asha@example.com"),
        ("double you i n at example dot com", "win@example.com"),
        ("Asha.Rao@Example.com", "asha.rao@example.com"),
        ("it is asha@example.com, thank you", "asha@example.com"),
    ],
)
def test_an_address_is_read_however_it_is_spelled(said: str, address: str) -> None:
    assert read_email(normalised(said)) == address


@pytest.mark.parametrize(
    "said",
    [
        "",
        "a s h a",
        "a s h a at",
        "at example dot com",
        "a s h a at example",
        "a dot dot b at example dot com",
    ],
)
def test_half_an_address_is_none(said: str) -> None:
    assert read_email(normalised(said)) == ""


@given(LOCAL)
def test_any_address_spelled_by_alphabet_words_or_letters_comes_out_the_same(local: str) -> None:
    address = f"{local}@example.com"
    words = " ".join(SIGNS.get(sign) or NATO.get(sign) or DIGITS[sign] for sign in local)
    letters = " ".join(SIGNS.get(sign) or sign for sign in local)
    assert read_email(f"{letters} at example dot com") == address
    assert read_email(f"{words} at example dot com") == address


@given(
    st.text(string.ascii_lowercase, min_size=2, max_size=12),
    st.text(string.ascii_lowercase, min_size=2, max_size=12),
)
def test_any_name_spelled_with_a_space_between_comes_out_in_capitals(first: str, last: str) -> None:
    words = [" ".join(NATO[letter] for letter in name) for name in (first, last)]
    assert read_spelled_name(" space ".join(words)) == f"{first.capitalize()} {last.capitalize()}"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("alpha sierra hotel alpha", "Asha"),
        ("a s h a space r a o", "Asha Rao"),
        ("my name is a s h a", "Asha"),
        ("asha a s h a rao romeo alpha oscar", "Asha Rao"),
        ("rao r a o that's all", "Rao"),
        ("m as in mike double e r a", "Meera"),
        ("zed a r a", "Zara"),
    ],
)
def test_a_spelled_name_is_put_together(said: str, name: str) -> None:
    assert read_spelled_name(normalised(said)) == name


@pytest.mark.parametrize("said", ["", "yes", "asha rao", "a", "mike", "goodbye"])
def test_what_is_not_spelled_is_no_spelled_name(said: str) -> None:
    assert read_spelled_name(said) == ""


def test_a_piece_of_a_spelling_is_known_as_one() -> None:
    assert all(
        is_spelling(words) for words in ("alpha sierra", "a s h", "dot com", "at", "two one", "at gmail")
    )
    assert not any(is_spelling(words) for words in ("", "yes", "goodbye", "a mistake", "doctor mehta"))


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("asha.rao@example.com", "A S H A, dot, R A O, at, example dot com"),
        (
            "a_b-7+c@clinic.example.com",
            "A, underscore, B, dash, 7, plus, C, at, C L I N I C dot example dot com",
        ),
        ("Asha Rao", "A S H A, R A O"),
    ],
)
def test_a_spelling_is_read_back_letter_by_letter(text: str, spoken: str) -> None:
    assert spelled_out(text) == spoken
