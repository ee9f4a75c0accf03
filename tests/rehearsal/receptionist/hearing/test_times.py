"""The time of day a caller names."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.directory import Clinic
from rehearsal.receptionist.hearing.times import Hours, hours_of, read_time
from rehearsal.receptionist.hearing.words import CARDINALS, normalised

HOURS = Hours(time(9), time(19))
WORDS = {number: word for word, number in CARDINALS.items()}


def time_in(text: str, part: str = "", asked: bool = False) -> time | None:
    return read_time(normalised(text), HOURS, part=part, asked=asked).time


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("at ten", "10:00"),
        ("at four", "16:00"),
        ("ten thirty", "10:30"),
        ("ten thirty a m", "10:30"),
        ("10:30", "10:30"),
        ("10.30 am", "10:30"),
        ("10:30 P.M.", "22:30"),
        ("16:00", "16:00"),
        ("at sixteen thirty", "16:30"),
        ("4 pm", "16:00"),
        ("4pm", "16:00"),
        ("four p m", "16:00"),
        ("half past ten", "10:30"),
        ("half ten", "10:30"),
        ("quarter past two", "14:15"),
        ("a quarter to five", "16:45"),
        ("quarter to one", "12:45"),
        ("twenty past nine", "09:20"),
        ("five minutes to eleven", "10:55"),
        ("ten oh five", "10:05"),
        ("ten zero five", "10:05"),
        ("three o'clock", "15:00"),
        ("noon", "12:00"),
        ("twelve", None),
        ("at twelve", "12:00"),
        ("twelve thirty", "12:30"),
        ("twelve a m", "00:00"),
        ("eight in the evening", "20:00"),
        ("in the evening at eight", "20:00"),
        ("tomorrow morning at eight", "08:00"),
        ("at eight", "08:00"),
        ("make it eleven", "11:00"),
        ("not at ten but at eleven", "11:00"),
        ("from ten to eleven thirty", "11:30"),
    ],
)
def test_a_time_is_read_however_it_is_said(text: str, moment: str | None) -> None:
    assert time_in(text) == (time.fromisoformat(moment) if moment else None)


@pytest.mark.parametrize(
    "text",
    ["", "25:00", "ten", "that one", "in two weeks", "for two persons", "one of those", "good morning"],
)
def test_what_is_no_time_is_not_read_as_one(text: str) -> None:
    assert time_in(text) is None


def test_a_bare_number_is_a_time_only_where_a_time_was_asked() -> None:
    assert time_in("ten") is None
    assert time_in("ten please", asked=True) == time(10)
    assert time_in("four", asked=True) == time(16)


def test_the_part_of_the_day_named_before_tells_which_hour_is_meant() -> None:
    assert time_in("nine", part="evening", asked=True) == time(21)
    assert time_in("nine", part="morning", asked=True) == time(9)


@pytest.mark.parametrize(
    ("text", "part"),
    [("in the morning", "morning"), ("friday afternoon", "afternoon"), ("tonight", "evening"), ("hello", "")],
)
def test_a_part_of_the_day_alone_is_no_time(text: str, part: str) -> None:
    heard = read_time(text, HOURS)
    assert (heard.time, heard.part) == (None, part)


def test_the_clinics_hours_run_from_the_first_opening_to_the_last_closing(clinic: Clinic) -> None:
    assert hours_of(clinic) == Hours(time(9), time(19))


@given(st.integers(9, 18), st.integers(0, 59))
def test_any_minute_of_the_clinics_hours_is_read_from_every_way_of_saying_it(hour: int, minute: int) -> None:
    moment, said = time(hour, minute), WORDS[hour % 12 or 12]
    minutes = WORDS[minute] if minute > 9 else f"oh {WORDS[minute]}" if minute else "o'clock"
    half = "a m" if hour < 12 else "p m"
    assert time_in(f"at {said} {minutes}") == moment
    assert time_in(f"{said} {minutes} {half}") == moment
    assert time_in(f"{hour}:{minute:02}") == moment
    assert time_in(moment.strftime("%I:%M %p")) == moment


@given(st.integers(9, 18), st.sampled_from([(15, "quarter past"), (30, "half past"), (45, "quarter to")]))
def test_the_quarters_are_read_within_the_clinics_hours(hour: int, quarter: tuple[int, str]) -> None:
    minute, words = quarter
    named = hour if minute < 45 else hour + 1
    assert time_in(f"{words} {WORDS[(named - 1) % 12 + 1]}") == time(hour, minute)
