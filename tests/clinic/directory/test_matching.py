"""A caller's words for a doctor or a department: exact, near, or neither."""

import pytest

from clinic.directory import Clinic, load_clinic
from clinic.directory.matching import departments_named, doctors_named, doctors_sounding_like


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return load_clinic()


@pytest.mark.parametrize(
    "spoken",
    [
        "Mehta",
        "mehta",
        "Anil",
        "Dr. Anil Mehta",
        "Doctor Mehta",
        "dr mehta",
        "Mehta, Anil",
        "PROF. MEHTA",
        " mehta ",
    ],
)
def test_a_doctor_is_found_by_any_part_of_the_name_titled_or_not(clinic: Clinic, spoken: str) -> None:
    assert [doctor.id for doctor in doctors_named(clinic, spoken)] == ["mehta"]


@pytest.mark.parametrize("spoken", ["", "  ", "doctor", "Dr.", "Anil Rao", "Meht", "Mehta Kapoor", "🩺"])
def test_a_name_that_nobody_has_is_nobodys(clinic: Clinic, spoken: str) -> None:
    assert doctors_named(clinic, spoken) == []


@pytest.mark.parametrize("spoken", ["meta", "Doctor Meta", "mahta", "mehtha"])
def test_a_misheard_name_is_near_but_never_exact(clinic: Clinic, spoken: str) -> None:
    assert doctors_named(clinic, spoken) == []
    assert doctors_sounding_like(clinic, spoken)[0].id == "mehta"


@pytest.mark.parametrize("spoken", ["", "doctor", "Wolfeschlegelstein", "xyz", "12"])
def test_what_resembles_nobody_is_near_to_nobody(clinic: Clinic, spoken: str) -> None:
    assert doctors_sounding_like(clinic, spoken) == []


def test_the_nearest_comes_first(clinic: Clinic) -> None:
    near = doctors_sounding_like(clinic, "Sharman Verma")
    assert [doctor.id for doctor in near] == ["verma", "sharma"]


def test_two_of_one_name_are_both_found(small: Clinic) -> None:
    assert [doctor.id for doctor in doctors_named(small, "Dr Mehta")] == ["mehta", "mehta-2"]
    assert [doctor.id for doctor in doctors_named(small, "Sunil Mehta")] == ["mehta-2"]


@pytest.mark.parametrize(
    "spoken", ["Cardiology", "CARDIOLOGY", "heart", "heart doctor", "Heart Doctor.", "doctor heart"]
)
def test_a_department_is_found_by_each_of_its_names(clinic: Clinic, spoken: str) -> None:
    assert [department.id for department in departments_named(clinic, spoken)] == ["cardiology"]


@pytest.mark.parametrize("spoken", ["हृदय रोग विभाग", "గుండె జబ్బుల విభాగం"])
def test_a_department_is_found_by_what_it_is_called_in_the_callers_language(
    clinic: Clinic, spoken: str
) -> None:
    assert [department.id for department in departments_named(clinic, spoken)] == ["cardiology"]


@pytest.mark.parametrize("spoken", ["general medicine", "General-Medicine", "family doctor"])
def test_a_department_of_two_words_is_found_spaced_or_dashed(clinic: Clinic, spoken: str) -> None:
    assert [department.id for department in departments_named(clinic, spoken)] == ["general-medicine"]


@pytest.mark.parametrize("spoken", ["", "medicine", "cardio", "astrology", "doctor"])
def test_a_department_that_there_is_not_is_none(clinic: Clinic, spoken: str) -> None:
    assert departments_named(clinic, spoken) == []
