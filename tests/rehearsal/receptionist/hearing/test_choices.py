"""Which of several things offered."""

from __future__ import annotations

import pytest

from rehearsal.receptionist.hearing.choices import read_choice


@pytest.mark.parametrize(
    ("said", "index"),
    [
        ("the first one please", 0),
        ("i will take the second", 1),
        ("the third option", 2),
        ("number two", 1),
        ("option 3", 2),
        ("the last one", 2),
        ("either", 0),
        ("the fourth", None),
        ("that one", None),
        ("the second of december", None),
        ("yes", None),
        ("", None),
    ],
)
def test_a_place_is_read_where_three_things_were_offered(said: str, index: int | None) -> None:
    assert read_choice(said, 3)[0] == index


def test_that_one_is_the_only_one() -> None:
    assert read_choice("i will take that", 1)[0] == 0


def test_where_nothing_was_offered_nothing_is_chosen() -> None:
    assert read_choice("the first one", 0) == (None, "the first one")
