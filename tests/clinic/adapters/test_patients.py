"""The contract of `Patients`: whom the clinic knows by the number they ring from."""

from collections.abc import Callable
from typing import Any

import pytest

from clinic.booking.appointment import Patient
from clinic.booking.change import Change
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.ports import Ledger, Patients

PHONE = "+919812345678"
ASHA = Patient(id="asha", name="Asha Rao", email="asha@example.com", phone=PHONE)
RAVI = Patient(id="ravi", name="Ravi Rao", email="ravi@example.com", phone=PHONE)


@pytest.fixture
def meet(ledger: Ledger, tool_call: Callable[..., ToolCall[dict[str, Any]]]) -> Callable[..., None]:
    """Write patients as bookings do, one after another."""
    numbers = iter(range(1, 1000))

    def write(*patients: Patient) -> None:
        for patient in patients:
            call = tool_call(next(numbers))
            ledger.commit(call, "succeeded", succeeded("Done."), Change(patient=patient))

    return write


def test_nobody_is_known_at_first(patients: Patients) -> None:
    assert patients.with_phone(PHONE) == []


def test_a_family_is_found_by_its_phone_the_latest_first(
    patients: Patients, meet: Callable[..., None]
) -> None:
    meet(ASHA, RAVI)
    assert patients.with_phone(PHONE) == [RAVI, ASHA]
    meet(ASHA)
    assert patients.with_phone(PHONE) == [ASHA, RAVI]


def test_a_patient_seen_again_is_one_patient_with_the_newer_address(
    patients: Patients, meet: Callable[..., None]
) -> None:
    newer = Patient(id="asha", name="Asha Rao", email="a.rao@example.com", phone=PHONE)
    meet(ASHA, newer)
    assert patients.with_phone(PHONE) == [newer]


def test_a_patient_with_a_new_number_is_no_longer_found_by_the_old(
    patients: Patients, meet: Callable[..., None]
) -> None:
    moved = Patient(id="asha", name="Asha Rao", email="asha@example.com", phone="+919812345679")
    meet(ASHA, moved)
    assert patients.with_phone(PHONE) == []
    assert patients.with_phone(moved.phone) == [moved]


@pytest.mark.parametrize("phone", ["+91981234567", "919812345678", "%", "+9198%", "' OR 1=1 --"])
def test_another_number_is_another_number(patients: Patients, meet: Callable[..., None], phone: str) -> None:
    meet(ASHA)
    assert patients.with_phone(phone) == []


def test_a_withheld_number_is_nobodys_though_patients_without_one_are_known(
    patients: Patients, meet: Callable[..., None]
) -> None:
    meet(
        Patient(id="one", name="One", email="one@example.com"),
        Patient(id="two", name="Two", email="t@example.com"),
    )
    assert patients.with_phone("") == []


def test_a_patient_is_found_by_the_address_too(patients: Patients, meet: Callable[..., None]) -> None:
    other = Patient(id="other", name="Asha Rao", email="asha@example.com")
    meet(ASHA, RAVI, other)
    assert patients.with_email("asha@example.com") == [other, ASHA]
    assert patients.with_email("nobody@example.com") == []
    assert patients.with_email("") == []
