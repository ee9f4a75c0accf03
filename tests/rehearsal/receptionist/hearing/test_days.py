"""The day a caller names."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.receptionist.hearing.days import MONTHS, WEEKDAYS, read_day
from rehearsal.receptionist.hearing.words import ORDINALS, normalised

TODAY = date(2026, 11, 25)
"""A Wednesday."""
DAYS_AHEAD = st.integers(0, 364).map(lambda ahead: TODAY + timedelta(days=ahead))


def day_in(text: str) -> date | None:
    return read_day(normalised(text), TODAY)[0]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-25"),
        ("tomorrow morning", "2026-11-26"),
        ("the day after tomorrow", "2026-11-27"),
        ("on friday", "2026-11-27"),
        ("this thursday", "2026-11-26"),
        ("wednesday", "2026-12-02"),
        ("next monday", "2026-11-30"),
        ("next friday", "2026-12-04"),
        ("next week tuesday", "2026-12-01"),
        ("friday next week", "2026-12-04"),
        ("fri", "2026-11-27"),
        ("the fourth of december", "2026-12-04"),
        ("fourth december", "2026-12-04"),
        ("december the fourth", "2026-12-04"),
        ("december fourth", "2026-12-04"),
        ("december 4", "2026-12-04"),
        ("4th of Dec. 2026", "2026-12-04"),
        ("4 december 2027", "2027-12-04"),
        ("friday the fourth of december", "2026-12-04"),
        ("friday the fourth", "2026-12-04"),
        ("the fourth", "2026-12-04"),
        ("on the thirty first", "2026-12-31"),
        ("the twenty fifth", "2026-11-25"),
        ("twenty fourth", "2026-12-24"),
        ("first of may", "2027-05-01"),
        ("the twenty ninth of february", "2028-02-29"),
        ("2026-12-04", "2026-12-04"),
        ("4/12/2026", "2026-12-04"),
        ("in two weeks", "2026-12-09"),
        ("in a week", "2026-12-02"),
        ("in 3 days", "2026-11-28"),
        ("not thursday but friday", "2026-11-27"),
        ("from friday to monday", "2026-11-30"),
    ],
)
def test_a_day_is_read_however_it_is_named(text: str, day: str) -> None:
    assert day_in(text) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "may i book an appointment",
        "the thirtieth of february",
        "2026-13-40",
        "at ten thirty",
        "my first visit",
        "one second please",
        "i would like to march in",
    ],
)
def test_what_is_no_day_is_not_read_as_one(text: str) -> None:
    assert day_in(text) is None


def test_a_place_among_alternatives_is_not_read_as_a_date() -> None:
    assert read_day("the second", TODAY, bare_ordinals=False)[0] is None
    assert read_day("the second of december", TODAY, bare_ordinals=False)[0] == date(2026, 12, 2)


def test_the_words_of_the_day_are_taken_from_the_rest() -> None:
    day, rest = read_day("on the fourth of december at ten", TODAY)
    assert day == date(2026, 12, 4)
    assert rest.replace(",", "").split() == ["on", "at", "ten"]


@given(DAYS_AHEAD)
def test_any_day_of_the_coming_year_is_read_from_its_spoken_date(day: date) -> None:
    ordinal = next(word for word, number in ORDINALS.items() if number == day.day)
    month = MONTHS[day.month - 1]
    assert day_in(f"the {ordinal} of {month}") == day
    assert day_in(f"on {month} {ordinal} at ten") == day
    assert day_in(f"{WEEKDAYS[day.weekday()]} the {ordinal} of {month}") == day
    assert day_in(day.isoformat()) == day


@given(DAYS_AHEAD)
def test_a_weekday_is_always_the_next_such_day(today: date) -> None:
    for place, weekday in enumerate(WEEKDAYS):
        day, _ = read_day(weekday, today)
        assert day is not None
        assert day.weekday() == place
        assert 1 <= (day - today).days <= 7
