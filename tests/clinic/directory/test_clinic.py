"""The directory answers who works where and when."""

from datetime import date

import pytest

from clinic.directory import Clinic, Closure


def test_a_doctor_and_a_department_are_found_by_their_ids(small: Clinic) -> None:
    assert small.doctor("rao").name == "Dr. Kavita Rao"
    assert small.department("skins").name == "Skins"


@pytest.mark.parametrize("kind", ["doctor", "department"])
def test_an_unknown_id_is_a_fault(small: Clinic, kind: str) -> None:
    with pytest.raises(KeyError):
        getattr(small, kind)("nobody")


def test_a_doctor_of_two_departments_is_listed_in_both(small: Clinic) -> None:
    assert [doctor.id for doctor in small.doctors_of("hearts")] == ["mehta", "rao"]
    assert [doctor.id for doctor in small.doctors_of("skins")] == ["rao", "mehta-2"]
    assert small.doctors_of("livers") == ()


def test_a_weekday_left_out_is_a_day_off(small: Clinic) -> None:
    assert len(small.doctor("mehta").spans(date(2027, 1, 1))) == 2
    assert small.doctor("mehta").spans(date(2027, 1, 4)) == ()


def test_a_closure_of_one_day_covers_that_day_and_everybody() -> None:
    closure = Closure("Founders' Day", date(2027, 1, 8))
    covered = [day for day in (7, 8, 9) if closure.covers(date(2027, 1, day), "anybody")]
    assert covered == [8]


def test_a_doctors_leave_covers_its_days_and_nobody_else(small: Clinic) -> None:
    away = [day for day in range(13, 19) if small.closure(date(2027, 1, day), "mehta")]
    assert away == [15, 16]
    assert small.closure(date(2027, 1, 15), "rao") is None


def test_a_human_answers_at_the_clinics_number_unless_another_is_given(small: Clinic) -> None:
    assert small.human_number == "+914000000000"


def test_the_zone_is_that_of_the_file(small: Clinic) -> None:
    assert small.zone.key == "Asia/Kolkata"
