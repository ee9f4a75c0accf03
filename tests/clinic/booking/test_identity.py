"""For whom a caller may speak."""

from datetime import UTC, datetime

import msgspec
import pytest

from clinic.booking.appointment import Appointment, Patient
from clinic.booking.identity import (
    MOST_FAILURES,
    NotIdentified,
    check_may_change,
    named,
    not_identified,
    of_number,
)
from clinic.booking.refusals import NotUnderstood
from clinic.contracts.call_record import CallRecord

START = datetime(2027, 1, 1, 5, tzinfo=UTC)
ASHA = Patient(id="asha", name="Asha Rao", email="asha@example.com")
RAVI = Patient(id="ravi", name="Ravi Rao", email="ravi@example.com")
RECORD = CallRecord(call_id="call-1", session_id="CA1", channel="phone", timestamp=START)
APPOINTMENT = Appointment(
    id="appointment1",
    call_id="call-0",
    patient_id="asha",
    patient_name="Asha Rao",
    email="asha@example.com",
    phone="",
    doctor_id="mehta",
    department_id="hearts",
    starts_at=START,
    ends_at=START,
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Asha Rao", [ASHA]),
        ("rao asha", [ASHA]),
        ("ASHA", [ASHA]),
        ("Rao", [ASHA, RAVI]),
        ("Ash", []),
        ("Asha Kumar", []),
        ("", []),
        (" ", []),
    ],
)
def test_every_word_of_a_name_is_one_of_the_patients(name: str, found: list[Patient]) -> None:
    assert named([ASHA, RAVI], name) == found


def test_one_patient_of_a_number_need_not_be_named() -> None:
    assert of_number([ASHA], "") == [ASHA]
    assert of_number([ASHA, msgspec.structs.replace(ASHA, id="asha-2", name="ASHA RAO")], "")
    assert of_number([], "") == []


def test_of_several_who_share_a_number_the_name_is_asked_for() -> None:
    with pytest.raises(NotUnderstood, match="invalid_patient_name"):
        of_number([ASHA, RAVI], "  ")
    assert of_number([ASHA, RAVI], "Ravi") == [RAVI]


@pytest.mark.parametrize("failures", range(1, MOST_FAILURES))
def test_who_fits_nobody_may_try_again(failures: int) -> None:
    refusal = not_identified(failures)
    assert (refusal.reason_code, refusal.retryable) == ("not_identified", True)


@pytest.mark.parametrize("failures", [MOST_FAILURES, MOST_FAILURES + 5])
def test_the_third_time_a_human_is_offered(failures: int) -> None:
    refusal = not_identified(failures)
    assert (refusal.reason_code, refusal.retryable) == ("identity_failed", False)
    assert "colleagues" in refusal.say


@pytest.mark.parametrize(
    ("record", "known"),
    [
        (RECORD, [ASHA]),
        (msgspec.structs.replace(RECORD, identified=("asha",)), []),
        (msgspec.structs.replace(RECORD, call_id="call-0"), []),
    ],
)
def test_who_made_it_or_is_known_to_be_the_patient_may_change_it(
    record: CallRecord, known: list[Patient]
) -> None:
    assert check_may_change(APPOINTMENT, record, known) == APPOINTMENT


def test_to_anybody_else_it_is_as_if_there_were_none() -> None:
    said = []
    for appointment in (APPOINTMENT, None):
        with pytest.raises(NotIdentified) as refusal:
            check_may_change(appointment, msgspec.structs.replace(RECORD, identified=("ravi",)), [RAVI])
        said.append((refusal.value.reason_code, refusal.value.say, refusal.value.retryable))
    assert said[0] == said[1]
