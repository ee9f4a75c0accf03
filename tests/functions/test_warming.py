"""After the greeting no tool is cold: what its first tool call needs is loaded, open and was read once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.first_tool_call import empty, measure
from clinic.contracts import events
from clinic.contracts.call_record import CallRecord
from clinic.contracts.events import CallStarted
from clinic.contracts.function_table import load_function_table
from clinic.settings import Settings, load_settings
from functions.needs import Needs
from functions.tools.find_appointments import find_appointments
from functions.warming import warm_up

ROOT = Path(__file__).parents[2]
TOOLS = sorted(load_function_table().tools)


def started(call_id: str, ago: timedelta = timedelta()) -> CallStarted:
    return CallStarted(id=f"{call_id}.started", call_id=call_id, occurred_at=datetime.now(UTC) - ago)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_first_tool_call_loads_nothing(tool: str) -> None:
    with empty("embedded") as environment:
        measured = measure(tool, woken=True, environment=environment)
        ledger = Needs(load_settings(environment)).open("ledger")
        assert all(ledger.answer(f"call-1-{tool}-{number}")["message"] for number in (1, 2))
    assert measured.status == [200, 200]
    assert measured.loaded == []


def test_without_the_greeting_it_would() -> None:
    with empty("embedded") as environment:
        measured = measure("book_appointment", woken=False, environment=environment)
    assert "clinic.adapters.embedded.bus" in measured.loaded


def test_to_be_warmed_changes_nothing(listener: Any, ringing: CallRecord) -> None:
    before = listener.needs.open("calls").get(ringing.call_id)
    warm_up(find_appointments, listener.needs, events.encode(started(ringing.call_id)))
    assert listener.needs.open("calls").get(ringing.call_id) == before
    assert listener.needs.open("ledger").of_call(ringing.call_id) == listener.heard() == []


def test_a_greeting_that_is_long_over_warms_nobody(settings: Settings, ringing: CallRecord) -> None:
    late = events.encode(started(ringing.call_id, timedelta(minutes=2)))
    warm_up(find_appointments, Needs(settings, {"ledger": None}), late)


def test_a_store_that_is_away_is_logged_and_the_message_is_not_tried_again(
    settings: Settings, ringing: CallRecord
) -> None:
    class Away:
        def of_call(self, call_id: str) -> None:
            asked.append(call_id)
            raise ConnectionRefusedError

    asked: list[str] = []
    warm_up(find_appointments, Needs(settings, {"ledger": Away()}), events.encode(started(ringing.call_id)))
    assert asked == [ringing.call_id]


def test_a_call_that_begins_is_told_to_every_tool(needs: Needs, ringing: CallRecord) -> None:
    fact = started(ringing.call_id)
    needs.open("bus").publish(fact.type, events.encode(fact), events.attributes(fact))
    assert set(TOOLS) <= {message.function for message in needs.open("bus").take_due(50)}
