"""The sentences, and how days, times and people are put into words."""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.directory import Clinic
from rehearsal.receptionist import wording
from rehearsal.receptionist.hearing.days import read_day
from rehearsal.receptionist.hearing.times import Hours, read_time
from rehearsal.receptionist.hearing.words import normalised
from rehearsal.receptionist.notes import Slot
from rehearsal.receptionist.questions import Question

SLOT = Slot("Dr. Anil Mehta", "Cardiology", date(2026, 12, 4), time(10, 30), "")


def test_every_question_has_at_least_two_different_plain_ascii_wordings() -> None:
    for question in Question:
        wordings = wording.QUESTIONS[question]
        assert len(set(wordings)) >= 2, question
        assert all(text.isascii() and text[-1] in ".?" for text in wordings), question


def test_the_same_wording_is_never_picked_twice_running() -> None:
    voice = wording.Voice()
    picked = [voice.pick(wording.SORRY) for _ in range(10)]
    assert all(one != following for one, following in pairwise(picked))


@pytest.mark.parametrize(
    ("day", "spoken"),
    [
        ("2026-12-04", "Friday the 4th of December"),
        ("2026-12-01", "Tuesday the 1st of December"),
        ("2026-12-11", "Friday the 11th of December"),
        ("2026-12-22", "Tuesday the 22nd of December"),
        ("2026-12-23", "Wednesday the 23rd of December"),
    ],
)
def test_days_are_spoken_naturally(day: str, spoken: str) -> None:
    assert wording.spoken_day(date.fromisoformat(day)) == spoken


@pytest.mark.parametrize(
    ("moment", "spoken"),
    [
        (time(10, 30), "half past ten"),
        (time(16, 45), "quarter to five"),
        (time(14, 15), "quarter past two"),
        (time(9), "nine o'clock"),
        (time(12), "noon"),
        (time(0), "midnight"),
        (time(12, 30), "half past twelve"),
        (time(9, 40), "nine 40"),
    ],
)
def test_times_are_spoken_naturally(moment: time, spoken: str) -> None:
    assert wording.spoken_time(moment) == spoken


@given(st.integers(0, 364).map(lambda ahead: date.fromordinal(date(2026, 11, 25).toordinal() + ahead)))
def test_what_it_says_of_a_day_it_would_understand_itself(day: date) -> None:
    assert read_day(normalised(wording.spoken_day(day)), date(2026, 11, 25))[0] == day


@given(st.integers(9, 18), st.sampled_from([0, 15, 30, 45]))
def test_what_it_says_of_a_time_it_would_understand_itself(hour: int, minute: int) -> None:
    said = normalised(wording.spoken_time(time(hour, minute)))
    assert read_time(said, Hours(time(9), time(19))).time == time(hour, minute)


def test_a_doctor_is_called_by_last_name_unless_two_share_it(clinic: Clinic, two_raos: Clinic) -> None:
    assert wording.spoken_doctor("Dr. Kavita Rao", clinic) == "Doctor Rao"
    assert wording.spoken_doctor("Dr. Kavita Rao", two_raos) == "Doctor Kavita Rao"


def test_offers_are_counted_and_one_alone_is_not(clinic: Clinic) -> None:
    one = "Friday the 4th of December at half past ten with Doctor Mehta"
    assert wording.spoken_slots([SLOT], clinic) == one
    assert wording.spoken_slots([SLOT, SLOT], clinic) == f"the first, {one}; or the second, {one}"
    assert wording.spoken_slots([SLOT] * 3, clinic).count("; ") == 2


def test_a_slots_own_words_are_spoken_where_it_has_some() -> None:
    assert wording.spoken_slot(SLOT._replace(spoken="Friday at ten")) == "Friday at ten"


def test_a_tools_words_are_made_fit_for_the_voice() -> None:
    assert wording.plain(" Dr. Anil Mehta is free. ") == "Doctor Anil Mehta is free."
