"""Names of persons."""

from __future__ import annotations

import pytest

from rehearsal.receptionist.hearing.names import read_name
from rehearsal.receptionist.hearing.words import normalised
from rehearsal.speech.names import COMMON_NAMES


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("my name is asha rao", "Asha Rao"),
        ("hello my name is asha rao and i want to see doctor mehta", "Asha Rao"),
        ("this is asha rao", "Asha Rao"),
        ("this is asha", "Asha"),
        ("i am asha rao please", "Asha Rao"),
        ("the name is ravi", "Ravi"),
        ("the patient's name is ravi kumar", "Ravi Kumar"),
        ("My name is R. P. Rao", "R P Rao"),
    ],
)
def test_a_name_is_read_from_an_introduction(said: str, name: str) -> None:
    assert read_name(normalised(said))[0] == name


@pytest.mark.parametrize(
    "said",
    [
        "i am calling about my appointment",
        "i am coughing",
        "it is fine",
        "this is wrong",
        "asha rao",
        "i am a new patient",
        "with doctor mehta",
        "it is on friday at ten",
    ],
)
def test_what_is_no_introduction_names_nobody(said: str) -> None:
    assert read_name(normalised(said))[0] == ""


@pytest.mark.parametrize("name", COMMON_NAMES)
def test_every_common_name_is_read_where_a_name_was_asked(name: str) -> None:
    for said in (name, f"yes it is {name}", f"my name is {name}", f"for {name} please", f"No, {name}."):
        assert read_name(normalised(said), asked=True)[0] == name


@pytest.mark.parametrize("said", ["yes", "no thank you", "goodbye", "repeat that please", "doctor mehta", ""])
def test_an_answer_that_is_no_name_names_nobody(said: str) -> None:
    assert read_name(normalised(said), asked=True)[0] == ""


def test_the_patient_is_named_by_for_only_in_a_correction() -> None:
    assert read_name("no for ravi kumar", correcting=True)[0] == "Ravi Kumar"
    assert read_name("no for ravi kumar")[0] == ""


def test_a_name_that_was_read_is_taken_from_the_rest() -> None:
    assert "rao" not in read_name("my name is asha rao and i want to see doctor mehta")[1]
