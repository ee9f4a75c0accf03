"""Tests of how a wish is said aloud."""

from __future__ import annotations

from datetime import date, time

import pytest

from rehearsal.caller.wish import Wish, spelled, spelled_email, spoken_day, spoken_digits, spoken_time


def _on(day: date) -> Wish:
    return Wish(day=day, time=time(10, 30), name="Asha Rao", email="", phone="", today=date(2026, 11, 25))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 25), "today"),
        (date(2026, 11, 26), "tomorrow"),
        (date(2026, 11, 27), "on friday"),
        (date(2026, 12, 1), "on tuesday"),
        (date(2026, 12, 2), "on the second of december"),
        (date(2026, 12, 21), "on the twenty first of december"),
        (date(2026, 12, 30), "on the thirtieth of december"),
        (date(2026, 11, 24), "on the twenty fourth of november"),
    ],
)
def test_a_day_is_said_as_a_caller_would(day: date, words: str) -> None:
    assert spoken_day(_on(day)) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (time(10), "ten"),
        (time(10, 30), "ten thirty"),
        (time(9, 5), "nine oh five"),
        (time(16, 45), "four forty five"),
        (time(12), "twelve p m"),
        (time(8), "eight a m"),
        (time(18, 15), "six fifteen p m"),
        (time(0, 20), "twelve twenty a m"),
    ],
)
def test_a_time_is_said_plainly_unless_the_hour_is_ambiguous(moment: time, words: str) -> None:
    assert spoken_time(moment) == words


def test_a_name_is_spelled_in_the_alphabet_with_space_between_its_parts() -> None:
    assert spelled("Asha Rao") == "alpha sierra hotel alpha space romeo alpha oscar"


def test_an_email_is_spelled_up_to_a_well_known_host() -> None:
    assert spelled_email("a_b-1@example.com") == "alpha underscore bravo dash one at example dot com"
    assert spelled_email("x@tin.in") == "x-ray at tango india november dot india november"


def test_a_number_is_said_digit_by_digit_without_the_country() -> None:
    assert spoken_digits("+918123456789") == "eight one two three four five six seven eight nine"
    assert spoken_digits("+15005550006") == "one five zero zero five five five zero zero zero six"
