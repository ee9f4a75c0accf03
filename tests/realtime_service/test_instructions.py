"""What the model is told before and as the call begins."""

from datetime import UTC, datetime

from clinic.booking.appointment import Patient
from clinic.contracts.call_record import CallRecord
from clinic.directory import load_clinic
from realtime_service.instructions import connected, instructions

NOW = datetime(2026, 11, 25, 18, 31, tzinfo=UTC)
RECORD = CallRecord(
    call_id="call-1", session_id="CA1", channel="phone", timestamp=NOW, caller_phone="+918123456789"
)


def patient(name: str) -> Patient:
    return Patient(id=name, name=name, email=f"{name.split()[0].lower()}@example.com", phone="+918123456789")


def test_the_date_is_the_clinics_and_not_the_servers() -> None:
    text = instructions(load_clinic(), "en", NOW)
    assert "Thursday the 26th of November" in text
    assert "2026-11-26 12:01 AM" in text


def test_every_doctor_and_department_is_named() -> None:
    clinic = load_clinic()
    text = instructions(clinic, "en", NOW)
    assert all(doctor.name in text for doctor in clinic.doctors)
    assert all(department.name in text for department in clinic.departments)
    assert "$" not in text


def test_a_number_on_record_is_said_with_its_patient() -> None:
    said = connected(RECORD, [patient("Asha Rao")])
    assert said.startswith("[")
    assert said.endswith("]")
    assert "+918123456789 is on record: Asha Rao, asha@example.com" in said


def test_a_shared_number_is_a_question_and_never_a_guess() -> None:
    said = connected(RECORD, [patient("Asha Rao"), patient("Ravi Rao")])
    assert "several patients: Asha Rao, Ravi Rao. Ask who calls." in said
    assert "@" not in said


def test_an_unknown_number_is_not_mentioned() -> None:
    assert "number" not in connected(RECORD, [])
