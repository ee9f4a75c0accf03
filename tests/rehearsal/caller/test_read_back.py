"""Tests of the attentive caller, who hears what is read back."""

from __future__ import annotations

from datetime import date, time

import pytest

from rehearsal.caller.read_back import correction, times_said
from rehearsal.caller.wish import Intent, Wish

SPELLED = "alpha sierra hotel alpha dot romeo alpha oscar at example dot com"


def _correction(said: str, *, other_time: bool = False, intent: Intent = "book") -> str | None:
    wish = Wish(
        intent=intent,
        doctor="doctor mehta",
        day=date(2026, 11, 27),
        time=time(10, 30),
        name="Asha Rao",
        email="asha.rao@example.com",
        phone="+918123456789",
        today=date(2026, 11, 25),
    )
    return correction(said, wish, other_time=other_time)


@pytest.mark.parametrize(
    "said",
    [
        "So that is Doctor Mehta, cardiology, on Friday the 27th of November at half past ten, for Asha Rao.",
        "Dr. Anil Mehta at 10:30 AM, is that correct?",
        "Friday at ten thirty in the morning. Right?",
        "The name is Asha Rao, spelled A S H A, R A O. Is that right?",
        "I have A S H A, R A O. Is that right?",
        "Your name: alpha sierra hotel alpha, romeo alpha oscar. Is that right?",
        "The e-mail address is A S H A, dot, R A O, at, example dot com. Is that right?",
        "I have alpha sierra hotel alpha dot romeo alpha oscar at example dot com. Is that right?",
        "I will write to asha.rao@example.com, is that right?",
        "Shall I go ahead?",
    ],
)
def test_what_is_right_is_not_corrected(said: str) -> None:
    assert _correction(said) is None


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("That is Doctor Rao on Friday at half past ten.", "no with doctor mehta"),
        ("That is Doctor Mehta on Thursday at half past ten.", "no on friday"),
        ("That is Doctor Mehta on Friday at half past eleven.", "no at ten thirty"),
        ("That is Doctor Mehta on Friday at ten o'clock.", "no at ten thirty"),
        ("Doctor Mehta, Friday, 11:30 AM?", "no at ten thirty"),
        ("Doctor Mehta on Friday at half past ten, for Usha Rao.", "no my name is asha rao"),
        ("Your name is Usha Rao, is that right?", "no my name is asha rao"),
        ("I have U S H A, R A O. Is that right?", "no my name is asha rao"),
        ("I have A S A, dot, R A O, at, example dot com. Is that right?", f"no it is {SPELLED}"),
        ("I will write to asha.rau@example.com.", f"no it is {SPELLED}"),
    ],
)
def test_what_is_wrong_is_corrected_in_the_callers_words(said: str, answer: str) -> None:
    assert _correction(said) == answer


def test_after_an_alternative_was_taken_day_and_time_are_the_clinics() -> None:
    said = "That is Doctor Rao on Thursday at noon, for {}. Shall I book it?"
    assert _correction(said.format("Asha Rao"), other_time=True) is None
    assert _correction(said.format("Usha Rao"), other_time=True) == "no my name is asha rao"


def test_who_cancels_does_not_mind_the_day_of_the_old_appointment() -> None:
    said = "That is your appointment with Doctor Rao on Monday at nine o'clock. Shall I cancel it?"
    assert _correction(said, intent="cancel") is None


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ("at half past ten in the morning", {(10, 30)}),
        ("at quarter to five", {(4, 45)}),
        ("quarter past twelve", {(0, 15)}),
        ("at ten o'clock or at 04:15 pm", {(10, 0), (4, 15)}),
        ("at eleven, on friday", {(11, 0)}),
        ("one moment, the first one", set()),
        ("dial one one two", set()),
    ],
)
def test_clock_times_are_found_and_other_numbers_are_not(words: str, times: set[tuple[int, int]]) -> None:
    assert times_said(words) == times
