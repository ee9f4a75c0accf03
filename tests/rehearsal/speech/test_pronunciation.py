import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.speech.pronunciation import UnpronounceableError, pronunciations

PHONES = (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"
)


@pytest.mark.parametrize(
    ("name", "phones"),
    [
        ("Mehta", "M EY T AH"),
        ("Joshi", "JH OW SH IY"),
        ("Lakshmi", "L AE K SH M IY"),
        ("Suresh", "S UH R EH SH"),
        ("Reddy", "R EH D IY"),
        ("Gupta", "G UH P T AH"),
        ("Khan", "K AA N"),
    ],
)
def test_names_that_no_dictionary_has_are_pronounced(name: str, phones: str) -> None:
    assert phones in pronunciations(name)


def test_american_and_british_pronunciations_are_both_given() -> None:
    assert pronunciations("sharma") == ["SH AA R M AH", "SH AA M AH"]


def test_what_makes_no_sound_is_unpronounceable() -> None:
    with pytest.raises(UnpronounceableError):
        pronunciations("...")


@given(st.text(string.ascii_lowercase, min_size=1, max_size=12))
def test_any_word_is_given_in_phones_that_the_model_knows(word: str) -> None:
    assert {phone for phones in pronunciations(word) for phone in phones.split()} <= set(PHONES.split())
