"""A letter that was refused, from the outbox to the agent's ear, and the address put right."""

from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from clinic.contracts import events
from clinic.contracts.call_record import CallRecord
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.events import EmailFailed
from clinic.contracts.function_table import FunctionTable
from clinic.contracts.sheets import PATIENTS
from functions.dispatch import react
from functions.needs import Needs
from functions.reactions.send_confirmation import send_confirmation
from functions.reactions.tell_caller import tell_caller
from functions.reactions.update_register import update_register

Use = Callable[..., dict[str, Any]]
REACTIONS: dict[str, Callable[..., Any]] = {
    "send_confirmation": send_confirmation,
    "tell_caller": tell_caller,
}


@pytest.fixture
def on_the_line(needs: Needs, ringing: CallRecord) -> CallRecord:
    """The call, connected."""
    admitted = needs.open("calls").admit("ticket", ringing.session_id, datetime.now(UTC))
    assert admitted is not None
    record: CallRecord = admitted
    return record


@pytest.fixture
def settle(needs: Needs, table: FunctionTable) -> Callable[[], None]:
    """Give facts to their reactions until no more follow."""

    def run() -> None:
        bus = needs.open("bus")
        while messages := bus.take_due(100):
            for message in messages:
                if message.function in REACTIONS:
                    letter = DeadLetter(message.data, message.attributes)
                    react(table[message.function], REACTIONS[message.function], needs, letter, message.id)
                bus.acknowledge(message)

    return run


def confirmations(folder: Path) -> list[Any]:
    files = (folder / "outbox").glob("confirmation*.eml")
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def test_the_agent_is_told_of_a_refused_address_and_the_correction_sends_the_confirmation_anew(
    on_the_line: CallRecord, book: Use, use: Use, settle: Callable[[], None], needs: Needs, tmp_path: Path
) -> None:
    booked = book(email="asha@nowhere.invalid")
    settle()
    (notice,) = needs.open("calls").notices(on_the_line.call_id)
    assert "asha@nowhere.invalid" in notice.text
    assert booked["appointment_id"] in notice.text
    assert confirmations(tmp_path) == []
    answer = use("correct_email", email=" Asha.Rao@Example.com")
    settle()
    assert (answer["success"], answer["appointment_id"]) == (True, booked["appointment_id"])
    (mail,) = confirmations(tmp_path)
    assert mail["To"] == "asha.rao@example.com"
    assert needs.open("appointments").get(booked["appointment_id"]).email == "asha.rao@example.com"
    (patient,) = needs.open("patients").with_phone("+919812345678")
    assert patient.email == "asha.rao@example.com"
    assert needs.open("calls").get(on_the_line.call_id).customer_email == "asha.rao@example.com"
    assert len(needs.open("appointments").of_call(on_the_line.call_id)) == 1
    assert len(needs.open("calls").notices(on_the_line.call_id)) == 1


def test_a_correction_that_is_refused_too_is_told_again(
    on_the_line: CallRecord, book: Use, use: Use, settle: Callable[[], None], needs: Needs
) -> None:
    book(email="asha@nowhere.invalid")
    settle()
    use("correct_email", email="asha@elsewhere.invalid")
    settle()
    first, second = needs.open("calls").notices(on_the_line.call_id)
    assert "asha@elsewhere.invalid" in second.text
    assert first.id != second.id


def test_nobody_is_told_when_the_caller_has_hung_up(
    on_the_line: CallRecord, book: Use, settle: Callable[[], None], needs: Needs
) -> None:
    book(email="asha@nowhere.invalid")
    needs.open("calls").end(on_the_line.call_id, "completed", datetime.now(UTC))
    settle()
    assert needs.open("calls").notices(on_the_line.call_id) == []


def test_the_address_on_record_is_asked_for_again(book: Use, use: Use) -> None:
    book()
    answer = use("correct_email", email="asha.rao@example.com")
    assert (answer["success"], answer["reason_code"]) == (False, "invalid_email")


def test_without_an_appointment_in_this_call_it_is_asked_which(use: Use, book: Use, free_day: str) -> None:
    assert use("correct_email", email="a@example.com")["reason_code"] == "invalid_appointment_id"
    book()
    book(patient_name="Ravi Kumar", appointment_time="11:00 AM")
    assert use("correct_email", email="a@example.com")["reason_code"] == "invalid_appointment_id"


def test_all_of_the_patients_appointments_get_the_new_address_and_a_confirmation(
    book: Use, use: Use, settle: Callable[[], None], needs: Needs, tmp_path: Path
) -> None:
    booked = [book(appointment_time=time, email="asha@nowhere.invalid") for time in ("10:30 AM", "11:30 AM")]
    ravi = book(patient_name="Ravi Kumar", appointment_time="12:30 PM", email="asha@nowhere.invalid")
    settle()
    answer = use("correct_email", email="asha.rao@example.com", appointment_id=booked[0]["appointment_id"])
    settle()
    assert answer["success"] is True
    ids = [each["appointment_id"] for each in (*booked, ravi)]
    emails = [needs.open("appointments").get(each).email for each in ids]
    assert emails == ["asha.rao@example.com", "asha.rao@example.com", "asha@nowhere.invalid"]
    assert [mail["To"] for mail in confirmations(tmp_path)] == ["asha.rao@example.com"] * 2


def test_two_appointments_of_one_patient_need_no_question_which(book: Use, use: Use) -> None:
    book()
    book(appointment_time="11:30 AM")
    assert use("correct_email", email="asha@example.com")["success"] is True


def test_who_books_in_another_patients_name_does_not_get_their_other_letters(
    book: Use, use_in: Use, next_call: Callable[..., CallRecord], needs: Needs, free_day: str
) -> None:
    hers = book()["appointment_id"]
    thief = next_call(2)
    made = use_in(
        thief,
        "book_appointment",
        patient_name="Asha Rao",
        phone="+919812345678",
        email="asha.rao@example.com",
        appointment_date=free_day,
        appointment_time="11:30 AM",
        doctor_name="Mehta",
        department="Cardiology",
    )
    answer = use_in(thief, "correct_email", email="thief@example.com", appointment_id=made["appointment_id"])
    assert answer["success"] is True
    assert needs.open("appointments").get(hers).email == "asha.rao@example.com"


def test_a_refusal_that_comes_after_the_correction_is_no_news_and_stands_in_no_sheet(
    on_the_line: CallRecord, book: Use, use: Use, needs: Needs, table: FunctionTable
) -> None:
    booked = book(email="asha@nowhere.invalid")
    refused = needs.open("appointments").get(booked["appointment_id"]).address_id
    use("correct_email", email="asha.rao@example.com")
    fact = EmailFailed(
        id="late", call_id=on_the_line.call_id, occurred_at=datetime.now(UTC), letter="confirmation",
        appointment_id=booked["appointment_id"], reason_code="address_refused", address_id=refused,
    )  # fmt: skip
    for reaction in (tell_caller, update_register):
        react(table[reaction.__name__], reaction, needs, DeadLetter(events.encode(fact), {}), "1")
    assert needs.open("calls").notices(on_the_line.call_id) == []
    (row,) = needs.open("register").rows(PATIENTS)
    assert row["email_status"] == ""


def test_a_stranger_changes_nobodys_address(
    book: Use, use_in: Use, next_call: Callable[..., CallRecord]
) -> None:
    booked = book()
    stranger = next_call(2)
    for appointment_id in (booked["appointment_id"], "none"):
        answer = use_in(stranger, "correct_email", email="thief@example.com", appointment_id=appointment_id)
        assert (answer["success"], answer["reason_code"]) == (False, "not_yours")


def test_the_family_may_from_its_own_phone(
    book: Use, use_in: Use, next_call: Callable[..., CallRecord]
) -> None:
    booked = book()
    again = next_call(2, "+919812345678")
    answer = use_in(again, "correct_email", email="new@example.com", appointment_id=booked["appointment_id"])
    assert answer["success"] is True


def test_a_cancelled_appointment_gets_no_confirmation_any_more(
    book: Use, use: Use, settle: Callable[[], None], tmp_path: Path
) -> None:
    booked = book()
    use("cancel_appointment", appointment_id=booked["appointment_id"])
    settle()
    assert confirmations(tmp_path) == []
