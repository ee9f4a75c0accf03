"""Who calls: a patient, somebody whom only the staff's register knows, or somebody new."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from clinic.contracts import events
from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.events import CallStarted
from clinic.contracts.function_table import FunctionTable
from clinic.contracts.sheets import PATIENTS
from functions.dispatch import react
from functions.needs import Needs
from functions.reactions.identify_caller import identify_caller

Ring = Callable[..., CallRecord]
PHONE = "+919812345678"


@pytest.fixture
def identified(needs: Needs, table: FunctionTable) -> Callable[[CallRecord], str]:
    """Let a call be identified; return what kind of caller the record then has."""

    def run(record: CallRecord) -> str:
        fact = CallStarted(
            id=f"{record.call_id}.started", call_id=record.call_id, occurred_at=datetime.now(UTC)
        )
        letter = DeadLetter(events.encode(fact), {})
        react(table["identify_caller"], identify_caller, needs, letter, "1")
        kept: CallRecord = needs.open("calls").get(record.call_id)
        return kept.customer_type

    return run


def told(needs: Needs, record: CallRecord) -> list[str]:
    return [notice.text for notice in needs.open("calls").notices(record.call_id)]


def test_somebody_nobody_knows_is_new(
    identified: Callable[[CallRecord], str], needs: Needs, ringing: CallRecord
) -> None:
    assert identified(ringing) == "new"
    assert told(needs, ringing) == []


def test_a_patient_is_returning_and_the_register_is_not_asked(
    identified: Callable[[CallRecord], str], needs: Needs, book: Callable[..., Any], next_call: Ring
) -> None:
    book()
    needs.open("register").put(PATIENTS, {"phone": PHONE, "name": "Asha Rao"})
    again = next_call(2, PHONE)
    assert identified(again) == "returning"
    assert told(needs, again) == []


def test_whom_only_the_register_knows_is_returning_and_the_agent_asks(
    identified: Callable[[CallRecord], str], needs: Needs, ringing: CallRecord
) -> None:
    # As a clerk's spreadsheet leaves it.
    needs.open("register").put(
        PATIENTS, {"phone": "919812345678", "name": "Asha Rao", "email": "asha@example.com"}
    )
    assert identified(ringing) == "returning"
    (text,) = told(needs, ringing)
    assert "Asha Rao, asha@example.com" in text
    assert "Ask who calls" in text


def test_a_family_of_the_register_is_named_without_its_addresses(
    identified: Callable[[CallRecord], str], needs: Needs, ringing: CallRecord
) -> None:
    for name in ("Asha Rao", "Ravi Rao"):
        needs.open("register").put(
            PATIENTS, {"phone": PHONE, "name": name, "email": f"{name[:4]}@example.com"}
        )
    assert identified(ringing) == "returning"
    (text,) = told(needs, ringing)
    assert "several patients: Asha Rao, Ravi Rao." in text
    assert "@" not in text


def test_one_patient_without_an_address_is_not_several(
    identified: Callable[[CallRecord], str], needs: Needs, ringing: CallRecord
) -> None:
    needs.open("register").put(PATIENTS, {"phone": PHONE, "name": "Asha Rao"})
    assert identified(ringing) == "returning"
    (text,) = told(needs, ringing)
    assert "several" not in text
    assert "number: Asha Rao. " in text


def test_a_withheld_number_is_nobodys(
    identified: Callable[[CallRecord], str], needs: Needs, next_call: Ring
) -> None:
    needs.open("register").put(PATIENTS, {"phone": "", "name": "Asha Rao", "email": "asha@example.com"})
    withheld = next_call(2, "")
    assert identified(withheld) == "new"
    assert told(needs, withheld) == []


def test_who_comes_back_to_the_session_stays_known(
    identified: Callable[[CallRecord], str], needs: Needs, ringing: CallRecord
) -> None:
    needs.open("calls").note(CallNotes(call_id=ringing.call_id, customer_type="existing"))
    assert identified(ringing) == "existing"


def test_a_call_without_a_record_is_a_fault(
    identified: Callable[[CallRecord], str], ringing: CallRecord
) -> None:
    with pytest.raises(LookupError):
        identified(CallRecord(call_id="none", session_id="x", channel="web", timestamp=datetime.now(UTC)))
