"""The service's own words are there in every language of the clinic, and never the same twice running."""

import typing
from itertools import pairwise

import pytest

from clinic.directory import load_clinic
from realtime_service.phrases import Occasion, Phrases, phrases
from rehearsal.receptionist.directions import is_direction, words_to_say

LANGUAGES = load_clinic().languages
OCCASIONS = typing.get_args(Occasion)
SCRIPTS = {"en": range(0x20, 0x7F), "hi": range(0x900, 0x980), "te": range(0xC00, 0xC80)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("occasion", OCCASIONS)
def test_every_language_has_words_in_its_own_script(language: str, occasion: Occasion) -> None:
    variants = phrases()[language][occasion]
    assert variants
    letters = [letter for words in variants for letter in words.replace("{number}", "") if letter.isalpha()]
    assert letters
    assert all(ord(letter) in SCRIPTS[language] for letter in letters)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("occasion", ["busy", "still_busy"])
def test_who_waits_never_hears_the_same_words_twice_running(language: str, occasion: Occasion) -> None:
    said = Phrases()
    words = [said.next(occasion, language) for _ in range(7)]
    assert all(one != other for one, other in pairwise(words))


def test_no_language_has_words_that_nobody_asks_for() -> None:
    assert {occasion for words in phrases().values() for occasion in words} == set(OCCASIONS)


@pytest.mark.parametrize("occasion", OCCASIONS)
def test_a_direction_puts_its_words_into_the_agents_mouth(occasion: Occasion) -> None:
    direction = Phrases().direction(occasion, "en", number="1 2 3")
    assert is_direction(direction)
    assert words_to_say(direction) == phrases()["en"][occasion][0].format(number="1 2 3")


def test_in_a_language_without_words_the_agent_translates() -> None:
    direction = Phrases().direction("ask", "ta")
    assert 'in ta, with this meaning: "Are you still there?"' in direction
