"""A world for functions: an empty embedded store, and tool calls to put to it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import FunctionTable, load_function_table
from clinic.contracts.tool_call import ToolCall
from clinic.directory import Clinic, load_clinic
from clinic.settings import Settings
from functions.needs import Needs

Ask = Callable[..., ToolCall[dict[str, Any]]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(local_data=str(tmp_path), port=8080, functions_port=8081)


@pytest.fixture
def needs(settings: Settings) -> Needs:
    return Needs(settings)


@pytest.fixture(scope="session")
def table() -> FunctionTable:
    return load_function_table()


@pytest.fixture(scope="session")
def clinic() -> Clinic:
    return load_clinic()


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
