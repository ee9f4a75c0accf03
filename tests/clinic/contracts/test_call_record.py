"""The record of a call, and what functions may add to it."""

from datetime import UTC, datetime

import msgspec

from clinic.contracts.call_record import CallNotes, CallRecord, Turn

NOW = datetime(2027, 1, 1, 5, tzinfo=UTC)
CALL_SHEET = {
    "call_id",
    "session_id",
    "timestamp",
    "caller_phone",
    "customer_name",
    "customer_email",
    "language",
    "call_type",
    "status",
    "duration_seconds",
    "department_enquired",
    "doctor_enquired",
    "customer_type",
}


def a_record() -> CallRecord:
    return CallRecord(call_id="call-1", session_id="CA1", channel="phone", timestamp=NOW)


def test_a_record_has_every_column_of_the_clinics_call_sheet() -> None:
    assert {field.name for field in msgspec.structs.fields(CallRecord)} >= CALL_SHEET


def test_a_new_record_is_ringing_and_claims_to_know_nothing() -> None:
    record = a_record()
    assert (record.status, record.connected_at, record.ended_at) == ("ringing", None, None)
    assert (record.customer_name, record.call_type, record.customer_type) == ("", "", "")


def test_a_record_comes_back_from_json_as_it_was() -> None:
    record = msgspec.structs.replace(a_record(), customer_name="ఆశా", ended_at=NOW, status="completed")
    assert msgspec.json.decode(msgspec.json.encode(record), type=CallRecord) == record


def test_a_note_is_of_a_field_that_the_record_has() -> None:
    record = {field.name: field.type for field in msgspec.structs.fields(CallRecord)}
    notes = {field.name: field.type for field in msgspec.structs.fields(CallNotes)}
    assert notes.items() <= record.items()


def test_a_note_takes_no_room_for_what_it_does_not_say() -> None:
    assert msgspec.json.decode(msgspec.json.encode(CallNotes(call_id="call-1", notes="x"))) == {
        "call_id": "call-1",
        "notes": "x",
    }


def test_a_turn_comes_back_from_json_as_it_was() -> None:
    turn = Turn(1, "caller", "नमस्ते 😀", NOW)
    assert msgspec.json.decode(msgspec.json.encode(turn), type=Turn) == turn
