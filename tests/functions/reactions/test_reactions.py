"""What follows a booking and a call's end: the mail, the record, the register."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from clinic import telemetry
from clinic.contracts import events, tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.events import (
    AppointmentBooked,
    AppointmentCorrected,
    CallEnded,
    CallLogged,
    EmailFailed,
)
from clinic.contracts.function_table import FunctionTable
from clinic.contracts.sheets import PATIENTS
from clinic.contracts.tool_call import ToolCall
from functions.dispatch import answer_tool_call, react
from functions.needs import Needs
from functions.reactions.answer_dead_letter import answer_dead_letter
from functions.reactions.finish_call import finish_call
from functions.reactions.send_confirmation import send_confirmation
from functions.reactions.update_register import update_register
from functions.tools.book_appointment import book_appointment

Ask = Callable[..., ToolCall[dict[str, Any]]]


@pytest.fixture
def booked(needs: Needs, table: FunctionTable, ask: Ask, free_day: str) -> AppointmentBooked:
    call = ask(
        "book_appointment",
        patient_name="Asha Rao",
        email="asha.rao@example.com",
        appointment_date=free_day,
        appointment_time="10:30 AM",
        doctor_name="Mehta",
        department="Cardiology",
    )
    answer_tool_call(table[call.tool], book_appointment, needs, tool_call.encode(call))
    appointment_id = needs.open("ledger").answer(call.id)["appointment_id"]
    return AppointmentBooked(
        id="booked-1", call_id=call.call_id, occurred_at=datetime.now(UTC), appointment_id=appointment_id
    )


def give(needs: Needs, table: FunctionTable, reaction: Callable[..., Any], fact: events.Fact) -> None:
    react(table[reaction.__name__], reaction, needs, DeadLetter(events.encode(fact), {}), "1")


def test_the_confirmation_says_who_when_and_with_whom(
    needs: Needs, table: FunctionTable, booked: AppointmentBooked, tmp_path: Path
) -> None:
    give(needs, table, send_confirmation, booked)
    (file,) = (tmp_path / "outbox").glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = mail.get_body(("plain",))
    assert mail["To"] == "asha.rao@example.com"
    assert body is not None
    for words in ("Asha Rao", "Dr. Anil Mehta", "Cardiology", "10:30 AM"):
        assert words in body.get_content()


def test_a_confirmation_is_written_once_however_often_the_fact_comes(
    needs: Needs, table: FunctionTable, booked: AppointmentBooked, tmp_path: Path
) -> None:
    for _ in range(5):
        give(needs, table, send_confirmation, booked)
    assert len(list((tmp_path / "outbox").iterdir())) == 1


def test_a_confirmation_of_nothing_is_a_fault(
    needs: Needs, table: FunctionTable, ringing: CallRecord
) -> None:
    fact = AppointmentBooked(
        id="1", call_id=ringing.call_id, occurred_at=datetime.now(UTC), appointment_id="missing"
    )
    with pytest.raises(LookupError):
        give(needs, table, send_confirmation, fact)


def test_an_ended_call_gets_its_type_and_resolution(
    needs: Needs, table: FunctionTable, booked: AppointmentBooked
) -> None:
    needs.open("calls").end(booked.call_id, "completed", datetime.now(UTC))
    give(needs, table, finish_call, CallEnded(id="e", call_id=booked.call_id, occurred_at=datetime.now(UTC)))
    record = needs.open("calls").get(booked.call_id)
    assert (record.call_type, record.resolution) == ("booking", "appointment booked")
    topics = {message.topic for message in needs.open("bus").take_due(10)}
    assert "call.logged" in topics


def finished(needs: Needs, table: FunctionTable, call_id: str) -> tuple[str, str]:
    needs.open("calls").end(call_id, "completed", datetime.now(UTC))
    give(needs, table, finish_call, CallEnded(id="e", call_id=call_id, occurred_at=datetime.now(UTC)))
    record = needs.open("calls").get(call_id)
    return record.call_type, record.resolution


def test_what_was_done_counts_and_not_what_the_agent_says_of_it(
    needs: Needs, table: FunctionTable, book: Callable[..., Any], use: Callable[..., Any]
) -> None:
    booked = book()
    use("cancel_appointment", appointment_id=booked["appointment_id"])
    use("log_call_information", call_type="enquiry", resolution="nothing came of it")
    assert finished(needs, table, "call-1") == ("booking", "appointment booked, appointment cancelled")


def test_what_the_agent_has_noted_stands_where_nothing_was_done(
    needs: Needs, table: FunctionTable, use: Callable[..., Any]
) -> None:
    use("log_call_information", call_type="billing", resolution="given the number of the office")
    assert finished(needs, table, "call-1") == ("billing", "given the number of the office")


def test_a_refused_booking_is_none(needs: Needs, table: FunctionTable, book: Callable[..., Any]) -> None:
    assert book(email="no address")["success"] is False
    assert finished(needs, table, "call-1") == ("other", "ended without a booking")


def test_a_call_that_broke_off_is_recorded_as_that(
    needs: Needs, table: FunctionTable, ringing: CallRecord
) -> None:
    needs.open("calls").end(ringing.call_id, "failed", datetime.now(UTC))
    give(needs, table, finish_call, CallEnded(id="e", call_id=ringing.call_id, occurred_at=datetime.now(UTC)))
    record = needs.open("calls").get(ringing.call_id)
    assert (record.call_type, record.resolution) == ("other", "broken off")


def test_the_register_has_a_row_per_patient_and_per_call(
    needs: Needs, table: FunctionTable, booked: AppointmentBooked, tmp_path: Path, free_day: str
) -> None:
    logged = CallLogged(id="l", call_id=booked.call_id, occurred_at=datetime.now(UTC))
    for fact in (booked, logged, booked, logged):
        give(needs, table, update_register, fact)
    with (tmp_path / "register" / "patients.csv").open(encoding="utf-8") as file:
        (patient,) = csv.DictReader(file)
    with (tmp_path / "register" / "calls.csv").open(encoding="utf-8") as file:
        (call,) = csv.DictReader(file)
    assert patient["name"] == "Asha Rao"
    assert (patient["last_visit"], patient["visit_count"], patient["customer_type"]) == (free_day, "1", "new")
    assert (patient["preferred_doctor"], patient["department"]) == ("Dr. Anil Mehta", "Cardiology")
    assert (call["appointment_date"], call["appointment_time"]) == (free_day, "10:30 AM")
    assert (call["call_id"], call["customer_email"]) == (booked.call_id, "asha.rao@example.com")


def bury(needs: Needs, data: bytes) -> None:
    answer_dead_letter(DeadLetter(data, {}), **needs.of(answer_dead_letter))


def test_a_refused_address_is_in_the_register_until_it_is_corrected_and_staffs_notes_stay(
    needs: Needs, table: FunctionTable, booked: AppointmentBooked
) -> None:
    about: dict[str, Any] = {
        "call_id": booked.call_id,
        "occurred_at": booked.occurred_at,
        "appointment_id": booked.appointment_id,
    }
    register, statuses = needs.open("register"), []
    give(needs, table, update_register, booked)
    register.put(PATIENTS, {**register.rows(PATIENTS)[0], "notes": "Prefers mornings"})
    for fact in (
        EmailFailed(id="f", letter="confirmation", reason_code="address_refused", **about),
        AppointmentCorrected(id="c", **about),
    ):
        give(needs, table, update_register, fact)
        (row,) = register.rows(PATIENTS)
        statuses.append(row["email_status"])
        assert row["notes"] == "Prefers mornings"
    assert statuses[0].startswith("refused on 20")
    assert statuses[1] == ""


def test_a_dead_tool_call_is_answered_so_that_the_caller_hears_words(needs: Needs, ask: Ask) -> None:
    call = ask("book_appointment")
    bury(needs, tool_call.encode(call))
    result = needs.open("ledger").answer(call.id)
    assert (result["success"], result["error_type"]) == (False, "unknown")
    assert result["message"]


def test_a_dead_letter_never_overwrites_an_answer(needs: Needs, ask: Ask) -> None:
    call = ask("book_appointment")
    needs.open("ledger").commit(call, "succeeded", {"success": True, "message": "Booked."})
    bury(needs, tool_call.encode(call))
    assert needs.open("ledger").answer(call.id)["message"] == "Booked."


def test_a_dead_fact_is_left_among_the_dead_letters(needs: Needs, ringing: CallRecord) -> None:
    fact = CallEnded(id="e", call_id=ringing.call_id, occurred_at=datetime.now(UTC))
    bury(needs, events.encode(fact))
    assert needs.open("ledger").of_call(ringing.call_id) == []


def test_that_a_tool_call_failed_is_a_fact(listener: Any, ask: Ask) -> None:
    call = ask("book_appointment")
    for _ in range(2):
        bury(listener.needs, tool_call.encode(call))
    (fact,) = listener.heard()
    assert isinstance(fact, events.ToolFailed)
    assert (fact.tool_call_id, fact.tool, fact.reason_code) == (call.id, call.tool, "dead_lettered")


def test_dead_letters_are_counted_by_function(needs: Needs, ask: Ask, tmp_path: Path) -> None:
    with (tmp_path / "metrics").open("w") as file:
        metrics = ConsoleMetricExporter(file, lambda data: f"{data.to_json(indent=None)}\n")
        telemetry.start(telemetry.Exporters(InMemorySpanExporter(), metrics), "test")
        source = {"CloudPubSubDeadLetterSourceSubscription": "book_appointment"}
        letter = DeadLetter(tool_call.encode(ask("book_appointment")), source)
        for _ in range(2):
            answer_dead_letter(letter, **needs.of(answer_dead_letter))
        telemetry.stop()
    (line,) = (tmp_path / "metrics").read_text().splitlines()
    (metric,) = json.loads(line)["resource_metrics"][0]["scope_metrics"][0]["metrics"]
    (point,) = metric["data"]["data_points"]
    assert (metric["name"], point["value"]) == ("clinic.dead_letters", 2)
    assert point["attributes"] == {"faas.name": "book_appointment"}
