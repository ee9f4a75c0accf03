"""A world for functions: an empty embedded store, and tool calls to put to it."""

import importlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clinic.adapters.embedded import bus
from clinic.contracts import events, tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.events import Fact
from clinic.contracts.function_table import FunctionRow, FunctionTable, load_function_table
from clinic.contracts.tool_call import ToolCall
from clinic.directory import Clinic, load_clinic
from clinic.ports import Calls
from clinic.settings import Settings
from functions.dispatch import answer_tool_call
from functions.needs import Needs
from rehearsal.google_workspace.server import WorkspaceServer
from rehearsal.google_workspace.workspace import Workspace

Ask = Callable[..., ToolCall[dict[str, Any]]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(local_data=str(tmp_path), port=8080, functions_port=8081)


@pytest.fixture
def needs(settings: Settings) -> Needs:
    return Needs(settings)


class Listener:
    """A bus on which one reader hears every fact."""

    def __init__(self, settings: Settings) -> None:
        kinds = tuple(str(kind.__struct_config__.tag) for kind in events.KINDS)
        reader = FunctionRow(name="listener", kind="reaction", reacts_to=kinds)
        apart = msgspec.structs.replace(settings, local_data=f"{settings.local_data}/listener")
        self._bus = bus.open_port(apart, FunctionTable((reader,)))
        self.needs = Needs(settings, {"bus": self._bus})
        """A world whose facts it hears."""

    def heard(self) -> list[Fact]:
        """Return the facts since it was asked last, in order."""
        messages = self._bus.take_due(1000)
        for message in messages:
            self._bus.acknowledge(message)
        return [events.decode(message.data) for message in messages]


@pytest.fixture
def listener(settings: Settings) -> Listener:
    return Listener(settings)


@pytest.fixture(scope="session")
def table() -> FunctionTable:
    return load_function_table()


@pytest.fixture(scope="session")
def clinic() -> Clinic:
    return load_clinic()


@pytest.fixture
def with_workspace(settings: Settings) -> Iterator[tuple[Workspace, Settings]]:
    """A Google Workspace with the doctors' calendars, and the settings of a clinic that works with it."""
    made = Workspace()
    made.spreadsheets.add("staff")
    for doctor in load_clinic().doctors:
        made.calendars.add(doctor.calendar_id, "Asia/Kolkata")
    with WorkspaceServer(made).serve_in_thread() as server:
        yield (
            made,
            msgspec.structs.replace(
                settings,
                mail="gmail",
                sheets="google",
                calendar="google",
                workspace_credentials=server.service_account(),
                workspace_account=made.mailbox.address,
                workspace_url=server.url,
                register_spreadsheet="staff",
            ),
        )


@pytest.fixture
def ringing(needs: Needs) -> CallRecord:
    """A call that has just come in from a number nobody knows."""
    now = datetime.now(UTC)
    record = CallRecord(
        call_id="call-1",
        session_id="CA" + "1" * 32,
        channel="phone",
        timestamp=now,
        caller_phone="+919812345678",
    )
    calls = needs.open("calls")
    calls.ring(record, "ticket", now + timedelta(minutes=1), 5)
    return record


@pytest.fixture
def ask(ringing: CallRecord) -> Ask:
    """Make a tool call of that call; `late_by` seconds after its deadline, if given."""
    numbers = iter(range(1, 1000))

    def make(tool: str, late_by: float = -8.0, **arguments: Any) -> ToolCall[dict[str, Any]]:
        now = datetime.now(UTC)
        return ToolCall(
            id=f"{ringing.call_id}-{next(numbers)}",
            call_id=ringing.call_id,
            tool=tool,
            arguments=arguments,
            requested_at=now,
            expires_at=now - timedelta(seconds=late_by),
        )

    return make


@pytest.fixture
def free_day(clinic: Clinic) -> str:
    """A Friday on which Dr. Mehta sees patients, far enough ahead: YYYY-MM-DD."""
    day = datetime.now(clinic.zone).date() + timedelta(days=7)
    while day.weekday() != 4 or clinic.closure(day, "mehta"):
        day += timedelta(days=1)
    return day.isoformat()


@pytest.fixture
def use(needs: Needs, table: FunctionTable, ask: Ask) -> Callable[..., dict[str, Any]]:
    """Call a tool as the model would, and return its result."""

    def run(tool: str, world: Needs = needs, **arguments: Any) -> dict[str, Any]:
        call = ask(tool, **arguments)
        function = getattr(importlib.import_module(f"functions.tools.{tool}"), tool)
        answer_tool_call(table[tool], function, world, tool_call.encode(call))
        result: dict[str, Any] = needs.open("ledger").answer(call.id)
        return result

    return run


@pytest.fixture
def book(use: Callable[..., dict[str, Any]], free_day: str) -> Callable[..., dict[str, Any]]:
    """Book Asha Rao with Dr. Mehta on the free day at half past ten, or as changed."""

    def run(**changes: Any) -> dict[str, Any]:
        wish = {
            "patient_name": "Asha Rao",
            "email": "asha.rao@example.com",
            "appointment_date": free_day,
            "appointment_time": "10:30 AM",
            "doctor_name": "Dr. Anil Mehta",
            "department": "Cardiology",
        }
        return use("book_appointment", **{**wish, **changes})

    return run


@pytest.fixture
def next_call(needs: Needs) -> Callable[..., CallRecord]:
    """Let another call come in, from a withheld number unless told otherwise."""

    def ring(number: int = 2, caller_phone: str = "") -> CallRecord:
        now = datetime.now(UTC)
        record = CallRecord(
            call_id=f"call-{number}",
            session_id=f"CA{number:032d}",
            channel="phone",
            timestamp=now,
            caller_phone=caller_phone,
        )
        calls: Calls = needs.open("calls")
        return calls.ring(record, f"ticket-{number}", now + timedelta(minutes=1), 50)

    return ring


@pytest.fixture
def use_in(needs: Needs, table: FunctionTable) -> Callable[..., dict[str, Any]]:
    """Call a tool in a given call."""
    numbers = iter(range(1, 1000))

    def run(record: CallRecord, tool: str, **arguments: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        call = ToolCall(
            id=f"{record.call_id}-in-{next(numbers)}",
            call_id=record.call_id,
            tool=tool,
            arguments=arguments,
            requested_at=now,
            expires_at=now + timedelta(seconds=8),
        )
        function = getattr(importlib.import_module(f"functions.tools.{tool}"), tool)
        answer_tool_call(table[tool], function, needs, tool_call.encode(call))
        result: dict[str, Any] = needs.open("ledger").answer(call.id)
        return result

    return run
