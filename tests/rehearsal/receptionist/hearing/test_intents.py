"""Wishes and short signals."""

from __future__ import annotations

import pytest

from rehearsal.receptionist.hearing.intents import Wish, read_emergency, read_signs, read_to_change, read_wish


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("i would like to book an appointment", Wish.BOOK),
        ("can i see doctor mehta", Wish.BOOK),
        ("an appointment please", Wish.BOOK),
        ("i need a check up", Wish.BOOK),
        ("can i come in", Wish.BOOK),
        ("are there any free slots", Wish.ASK),
        ("do you have anything", Wish.ASK),
        ("i want to cancel my appointment", Wish.CANCEL),
        ("i can not come on friday", Wish.CANCEL),
        ("please reschedule my visit", Wish.MOVE),
        ("i want to change my appointment", Wish.MOVE),
        ("can i move it to monday", Wish.MOVE),
        ("is doctor mehta free tomorrow", Wish.ASK),
        ("what times are available", Wish.ASK),
        ("when can i come", Wish.ASK),
        ("do you have any slots on friday", Wish.ASK),
        ("hello", None),
        ("my name is asha rao", None),
        ("it is in the morning", None),
    ],
)
def test_a_wish_is_read(said: str, wish: Wish | None) -> None:
    assert read_wish(said) is wish


@pytest.mark.parametrize(
    ("said", "signs"),
    [
        ("yes please", {"yes"}),
        ("that is correct", {"yes"}),
        ("yes book it", {"yes"}),
        ("no problem", {"yes"}),
        ("no that is not right", {"no"}),
        ("no thank you", {"no", "thanks", "finished"}),
        ("thats all thank you goodbye", {"thanks", "finished", "goodbye"}),
        ("good bye", {"goodbye"}),
        ("hello good morning", {"hello"}),
        ("could you repeat that", {"repeat"}),
        ("i did not catch that", {"no", "repeat"}),
        ("can i talk to a human", {"human"}),
        ("never mind", {"never_mind"}),
        ("hold on", {"wait"}),
        ("sorry", {"repeat"}),
        ("the other option", {"other"}),
        ("as soon as possible", {"soonest"}),
        ("none of them", {"no", "other"}),
        ("something later", {"other"}),
        ("on friday at ten", set()),
    ],
)
def test_the_signals_are_read(said: str, signs: set[str]) -> None:
    assert read_signs(said) == signs


@pytest.mark.parametrize(
    ("said", "particular"),
    [
        ("the date is wrong", "day"),
        ("another time please", "time"),
        ("change the doctor", "doctor"),
        ("no", ""),
    ],
)
def test_what_is_to_be_changed_is_read(said: str, particular: str) -> None:
    assert read_to_change(said) == particular


def test_words_of_danger_are_heard_inside_a_sentence() -> None:
    words = ("chest pain", "can not breathe")
    assert read_emergency("my father has chest pain", words)
    assert read_emergency("i cant breathe", words)
    assert not read_emergency("my chest is fine", words)
