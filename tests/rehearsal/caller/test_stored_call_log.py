"""Tests of reading a call in the clinic's embedded store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from clinic.adapters.embedded import appointments, calls, ledger
from clinic.adapters.embedded.appointments import EmbeddedAppointments
from clinic.adapters.embedded.calls import EmbeddedCalls
from clinic.adapters.embedded.ledger import EmbeddedLedger
from clinic.booking.appointment import Appointment
from clinic.booking.change import Change
from clinic.contracts.call_record import Turn
from clinic.contracts.tool_call import ToolCall
from clinic.directory.clinic_file import load_clinic
from clinic.settings import Settings
from rehearsal.caller import call_log_view
from rehearsal.caller.call_log_view import ToolCallRow
from rehearsal.caller.stored_call_log import StoredCallLog

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


class Store(NamedTuple):
    """The embedded store, each port of it opened once."""

    calls: EmbeddedCalls
    ledger: EmbeddedLedger
    appointments: EmbeddedAppointments


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    settings = Settings(local_data=str(tmp_path))
    opened = Store(calls.open_port(settings), ledger.open_port(settings), appointments.open_port(settings))
    yield opened
    for port in opened:
        port._database.close()


@pytest.fixture
def log(store: Store) -> StoredCallLog:
    return StoredCallLog(load_clinic(), *store)


def _booked() -> Appointment:
    return Appointment(
        id="a1",
        call_id="c1",
        patient_id="p1",
        patient_name="Asha Rao",
        email="asha.rao@example.com",
        phone="",
        doctor_id="mehta",
        department_id="cardiology",
        starts_at=datetime(2026, 11, 27, 5, 0, tzinfo=UTC),
        ends_at=datetime(2026, 11, 27, 5, 30, tzinfo=UTC),
    )


def _asked(tool_call_id: str) -> ToolCall[dict[str, str]]:
    return ToolCall(
        id=tool_call_id,
        call_id="c1",
        tool="book_appointment",
        arguments={},
        requested_at=datetime.now(UTC),
        expires_at=datetime.now(UTC),
    )


def test_turns_are_read_from_a_number_on(store: Store, log: StoredCallLog) -> None:
    store.calls.add_turn("c1", Turn(1, "agent", "How can I help you?", NOW))
    store.calls.add_turn("c1", Turn(2, "caller", "hello", NOW))
    assert log.turns("c1", after=1) == [call_log_view.Turn(2, "caller", "hello")]
    assert log.turns("c2", after=0) == []


def test_a_tool_call_is_pending_until_it_has_an_answer_and_a_time(store: Store, log: StoredCallLog) -> None:
    store.ledger.request(_asked("t1"))
    assert log.tool_calls("c1") == [ToolCallRow("book_appointment", "pending", None, "")]
    store.ledger.commit(_asked("t1"), "succeeded", {"success": True, "message": "It is booked."})
    (row,) = log.tool_calls("c1")
    assert (row.state, row.message) == ("succeeded", "It is booked.")
    assert row.milliseconds is not None
    assert row.milliseconds >= 0


def test_what_was_booked_is_told_in_words(store: Store, log: StoredCallLog) -> None:
    assert log.appointment("c1") is None
    change = Change(appointment=_booked())
    store.ledger.commit(_asked("t1"), "succeeded", {"success": True, "message": ""}, change)
    assert log.appointment("c1") == (
        "booked: Dr. Anil Mehta, Friday the 27th of November at half past ten in the morning, "
        "for Asha Rao (asha.rao@example.com)"
    )
