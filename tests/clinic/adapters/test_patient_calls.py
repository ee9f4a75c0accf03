"""The contract of `PatientCalls`: nobody is rung twice for the same, nor for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

import pytest

from clinic.telephony import PatientCalls

MINUTE = timedelta(minutes=1)
ERRAND = "reminder/of an appointment"


@pytest.fixture
def patient_calls(store: Any) -> PatientCalls:
    port: PatientCalls = store.open("patient_calls")
    return port


def test_a_patient_who_was_reached_is_never_rung_for_the_same_again(
    patient_calls: PatientCalls, now: datetime
) -> None:
    assert patient_calls.begin(ERRAND, now, 3) == "begun"
    patient_calls.end(ERRAND, reached=True)
    assert patient_calls.begin(ERRAND, now + timedelta(days=30), 3) == "reached"


def test_who_was_reached_stays_reached(patient_calls: PatientCalls, now: datetime) -> None:
    patient_calls.begin(ERRAND, now, 3)
    patient_calls.end(ERRAND, reached=True)
    patient_calls.end(ERRAND, reached=False)
    assert patient_calls.begin(ERRAND, now, 3) == "reached"


def test_while_the_phone_rings_nobody_rings_it_again(patient_calls: PatientCalls, now: datetime) -> None:
    patient_calls.begin(ERRAND, now, 3)
    assert patient_calls.begin(ERRAND, now + MINUTE, 3) == "under_way"


def test_an_attempt_of_which_nothing_was_heard_is_over_with_the_longest_call(
    patient_calls: PatientCalls, now: datetime
) -> None:
    patient_calls.begin(ERRAND, now, 3)
    assert patient_calls.begin(ERRAND, now + 13 * MINUTE, 3) == "begun"


def test_after_so_many_attempts_it_is_given_up(patient_calls: PatientCalls, now: datetime) -> None:
    begun = []
    for _ in range(4):
        begun.append(patient_calls.begin(ERRAND, now, 3))
        patient_calls.end(ERRAND, reached=False)
    assert begun == ["begun", "begun", "begun", "given_up"]


def test_errands_are_counted_apart(patient_calls: PatientCalls, now: datetime) -> None:
    patient_calls.begin(ERRAND, now, 1)
    assert patient_calls.begin("call back", now, 1) == "begun"


def test_the_end_of_what_never_began_is_nothing(patient_calls: PatientCalls, now: datetime) -> None:
    patient_calls.end(ERRAND, reached=True)
    assert patient_calls.begin(ERRAND, now, 1) == "begun"


def test_of_ten_who_ask_at_once_one_rings(store: Any, now: datetime) -> None:
    instances = cycle([store.open("patient_calls") for _ in range(2)])
    with ThreadPoolExecutor(10) as pool:
        asked = list(pool.map(lambda _, port: port.begin(ERRAND, now, 9), range(10), instances))
    assert sorted(asked) == ["begun", *["under_way"] * 9]
