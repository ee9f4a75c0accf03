"""Doctors and departments."""

from __future__ import annotations

import msgspec
import pytest

from clinic.directory import Clinic
from rehearsal.receptionist.hearing.people import read_whom
from rehearsal.receptionist.hearing.words import normalised


def test_every_doctor_is_read_by_last_full_and_titled_name(clinic: Clinic) -> None:
    for doctor in clinic.doctors:
        _, first, last = doctor.name.split()
        for said in (
            last,
            f"Dr. {last}",
            f"doctor {first} {last}",
            f"{first} {last} please",
            f"doctor {first}",
        ):
            whom = read_whom(normalised(f"i would like to see {said} tomorrow"), clinic)
            assert [found.id for found in whom.doctors] == [doctor.id], said


def test_every_department_is_read_by_everything_it_is_called(clinic: Clinic) -> None:
    for department in clinic.departments:
        for call in (department.name, *department.also_called):
            whom = read_whom(normalised(f"an appointment in the {call} department"), clinic)
            assert whom.department == department, call
            assert whom.stranger == ""


def test_doctors_of_one_name_are_all_returned_until_a_first_name_tells(two_raos: Clinic) -> None:
    assert [doctor.id for doctor in read_whom("doctor rao", two_raos).doctors] == ["rao", "rao-2"]
    assert [doctor.id for doctor in read_whom("doctor sunil rao", two_raos).doctors] == ["rao-2"]
    both = read_whom("doctor rao", two_raos).doctors
    assert [doctor.id for doctor in read_whom("kavita", two_raos, both).doctors] == ["rao"]


def test_a_first_name_alone_is_no_doctor(clinic: Clinic) -> None:
    assert read_whom("anil", clinic).doctors == ()


@pytest.mark.parametrize("said", ["not doctor mehta but doctor rao", "no not mehta with doctor rao"])
def test_the_doctor_not_wanted_is_passed_over(clinic: Clinic, said: str) -> None:
    assert [doctor.id for doctor in read_whom(said, clinic).doctors] == ["rao"]


def test_of_two_doctors_the_one_named_last_is_meant(clinic: Clinic) -> None:
    assert [doctor.id for doctor in read_whom("doctor mehta no doctor khan", clinic).doctors] == ["khan"]


def test_a_doctor_is_known_by_the_respelling_too(clinic: Clinic) -> None:
    mehta = msgspec.structs.replace(clinic.doctors[0], pronounced="Anil Mayta")
    respelled = msgspec.structs.replace(clinic, doctors=(mehta, *clinic.doctors[1:]))
    assert [doctor.id for doctor in read_whom("doctor mayta", respelled).doctors] == ["mehta"]


@pytest.mark.parametrize(
    ("said", "stranger"),
    [
        ("i want to see doctor zhivago tomorrow", "zhivago"),
        ("doctor gregory house please", "gregory house"),
        ("a heart doctor please", ""),
        ("any doctor", ""),
        ("with another doctor something earlier", ""),
        ("the same doctor consult", ""),
        ("doctor by friday", ""),
        ("the doctor please", ""),
        ("which doctor is free", ""),
    ],
)
def test_a_doctor_nobody_knows_is_named_as_such(clinic: Clinic, said: str, stranger: str) -> None:
    assert read_whom(said, clinic).stranger == stranger
