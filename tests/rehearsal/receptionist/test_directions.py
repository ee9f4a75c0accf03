"""The stage directions of the service."""

from __future__ import annotations

import pytest

from rehearsal.receptionist.directions import asks_to_greet, is_direction, note_record, says_silent
from rehearsal.receptionist.notes import Notes


def test_a_text_in_square_brackets_is_a_stage_direction() -> None:
    assert is_direction("[The call is connected. Greet the caller.]")
    assert not is_direction("hello")


def test_the_two_directions_that_are_answered_are_told_apart() -> None:
    assert asks_to_greet("[The call is connected. Greet the caller.]")
    assert says_silent("[The caller has been silent for 8 seconds.]")
    assert not asks_to_greet("[The caller has been silent for 8 seconds.]")


@pytest.mark.parametrize(
    "text",
    [
        "[The caller's number +919849012345 is on record: Asha Rao, asha.rao@example.com.]",
        "[Greet the caller. The caller's number +919849012345 is on record: Asha Rao, asha.rao@example.com]",
        "[The caller's number +919849012345 is on record: Asha Rao, asha.rao@example.com. Greet the caller.]",
    ],
)
def test_a_record_gives_name_address_and_number(text: str) -> None:
    notes = Notes()
    note_record(notes, text)
    assert (notes.name, notes.email, notes.caller_phone) == (
        "Asha Rao",
        "asha.rao@example.com",
        "+919849012345",
    )
    assert notes.name_sure
    assert notes.email_sure


@pytest.mark.parametrize("record", ["Asha Rao.", "Asha Rao, ."])
def test_a_record_without_an_address_leaves_it_to_be_asked(record: str) -> None:
    notes = Notes()
    note_record(notes, f"[The caller's number +919849012345 is on record: {record}]")
    assert (notes.name, notes.email, notes.email_sure) == ("Asha Rao", "", False)


def test_of_a_number_that_several_patients_share_only_the_number_is_noted() -> None:
    notes = Notes()
    note_record(
        notes,
        "[The caller's number +919849012345 belongs to several patients: Asha Rao, Ravi Rao. Ask who calls.]",
    )
    assert notes == Notes(caller_phone="+919849012345")


def test_a_direction_without_a_record_notes_nothing() -> None:
    notes = Notes()
    note_record(notes, "[The call is connected. Greet the caller.]")
    assert notes == Notes()
