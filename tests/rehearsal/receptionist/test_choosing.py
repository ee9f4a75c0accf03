"""Which of the slots read out is meant."""

from __future__ import annotations

from datetime import date, time

import pytest

from clinic.directory import Clinic
from rehearsal.receptionist.choosing import chosen
from rehearsal.receptionist.notes import Slot
from rehearsal.receptionist.questions import Question
from rehearsal.receptionist.understanding import Context, understand

FRIDAY = Slot("Dr. Anil Mehta", "Cardiology", date(2026, 12, 4), time(11), "")
LATER = FRIDAY._replace(time=time(14, 30))
MONDAY = Slot("Dr. Kavita Rao", "Cardiology", date(2026, 12, 7), time(11), "")


@pytest.mark.parametrize(
    ("said", "slot"),
    [
        ("the first one", FRIDAY),
        ("number three", MONDAY),
        ("at half past two", LATER),
        ("monday please", MONDAY),
        ("with doctor rao", MONDAY),
        ("friday at eleven", FRIDAY),
        ("the earliest", FRIDAY),
        ("the later one", MONDAY),
        ("either", FRIDAY),
        ("friday", None),
        ("at eleven", None),
        ("at nine", None),
        ("yes", None),
        ("no", None),
    ],
)
def test_a_slot_is_chosen_only_where_exactly_one_fits(clinic: Clinic, said: str, slot: Slot | None) -> None:
    slots = (FRIDAY, LATER, MONDAY)
    heard = understand(said, Context(Question.CHOICE, clinic, date(2026, 11, 25), offered=3))
    assert chosen(heard, slots) == slot


def test_yes_chooses_the_only_one(clinic: Clinic) -> None:
    heard = understand("yes", Context(Question.CHOICE, clinic, date(2026, 11, 25), offered=1))
    assert chosen(heard, (MONDAY,)) == MONDAY
