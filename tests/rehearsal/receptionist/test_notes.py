"""Slots as tools describe them, and what is kept of a call."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from clinic.directory import Clinic
from rehearsal.receptionist.notes import Notes, Slot, is_slot, slot_of

DESCRIBED = {
    "doctor_name": "Dr. Anil Mehta",
    "department": "Cardiology",
    "date": "2026-12-04",
    "time": "02:30 PM",
}


def test_a_slot_is_read_from_a_tools_result() -> None:
    assert slot_of(DESCRIBED) == Slot("Dr. Anil Mehta", "Cardiology", date(2026, 12, 4), time(14, 30), "")


@pytest.mark.parametrize(
    "odd", [{}, {"date": "2026-12-04"}, {"date": "tomorrow", "time": "10:30 AM"}, {"date": None, "time": 3}]
)
def test_what_can_not_be_read_is_no_slot(odd: dict[str, Any]) -> None:
    assert is_slot(DESCRIBED)
    assert not is_slot(odd)


def test_a_slot_that_is_taken_needs_no_check() -> None:
    notes = Notes()
    notes.take(slot_of(DESCRIBED))
    assert notes.free == notes.request == ("Dr. Anil Mehta", "Cardiology", date(2026, 12, 4), time(14, 30))


def test_a_doctor_brings_the_department(clinic: Clinic) -> None:
    notes = Notes(stranger="meta", suggested=clinic.doctor("mehta"))
    notes.set_doctor(clinic.doctor("mehta"), clinic)
    assert (notes.department, notes.stranger, notes.suggested) == ("Cardiology", "", None)
