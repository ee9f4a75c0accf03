"""Every function call of the model gets an answer, in time, whatever happens behind."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import msgspec
import pytest

from clinic.adapters.embedded import bus, ledger
from clinic.contracts import events, tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import FunctionTable, load_function_table
from clinic.contracts.tool_call import Result
from clinic.ports import AlreadyAnswered
from clinic.settings import Settings
from realtime_service.live.events import FunctionCalled
from realtime_service.ports import Ports, ToolCallLedger
from realtime_service.tool_calls import ToolCalls

CALLED = FunctionCalled("fc-1", "book_appointment", {"patient_name": "Asha Rao"})


@pytest.fixture
def quick_table() -> FunctionTable:
    """The table, with deadlines short enough to wait for."""
    rows = (msgspec.structs.replace(row, deadline_seconds=0.3) for row in load_function_table())
    return FunctionTable(tuple(rows))


async def test_a_function_call_goes_out_as_an_event_and_its_answer_comes_back(
    record: CallRecord, ports: Ports, settings: Settings
) -> None:
    asking = asyncio.create_task(ToolCalls(record, load_function_table(), ports).answer(CALLED))
    queue = bus.open_port(settings)
    while not (messages := queue.take_due(1)):
        await asyncio.sleep(0.005)
    call = tool_call.decode(messages[0].data)
    assert messages[0].topic == "book_appointment"
    assert call.arguments == {"patient_name": "Asha Rao"}
    assert (call.expires_at - call.requested_at).total_seconds() == 8
    ledger.open_port(settings).commit(call, "succeeded", {"success": True, "message": "Booked."})
    assert await asking == {"success": True, "message": "Booked."}


async def test_that_something_was_asked_is_a_fact_without_the_arguments(
    record: CallRecord, ports: Ports, quick_table: FunctionTable
) -> None:
    published: dict[str, bytes] = {}

    class Listening:
        async def publish(
            self, topic: str, data: bytes, attributes: Mapping[str, str], key: str = ""
        ) -> None:
            published[topic] = data

    listening = Ports(ports.call_log, ports.ledger, Listening())
    await ToolCalls(record, quick_table, listening).answer(CALLED)
    fact = events.decode(published["tool.requested"])
    assert isinstance(fact, events.ToolRequested)
    assert (fact.tool_call_id, fact.tool) == (f"{record.call_id}-fc-1", "book_appointment")
    assert b"Asha" not in published["tool.requested"]


async def test_a_fact_that_nobody_takes_does_not_cost_the_answer(
    record: CallRecord, ports: Ports, settings: Settings
) -> None:
    class Forgetful:
        async def publish(
            self, topic: str, data: bytes, attributes: Mapping[str, str], key: str = ""
        ) -> None:
            if topic == "tool.requested":
                raise ConnectionRefusedError
            ledger.open_port(settings).commit(tool_call.decode(data), "succeeded", {"success": True})

    forgetful = Ports(ports.call_log, ports.ledger, Forgetful())
    assert (await ToolCalls(record, load_function_table(), forgetful).answer(CALLED))["success"] is True


async def test_a_tool_that_was_never_declared_is_refused_in_words(
    record: CallRecord, ports: Ports, settings: Settings
) -> None:
    called = FunctionCalled("fc-1", "open_the_safe", {})
    result = await ToolCalls(record, load_function_table(), ports).answer(called)
    assert (result["success"], result["error_type"]) == (False, "validation")
    assert bus.open_port(settings).is_idle()


async def test_a_webhook_is_no_tool(record: CallRecord, ports: Ports) -> None:
    called = FunctionCalled("fc-1", "twilio_voice", {})
    result = await ToolCalls(record, load_function_table(), ports).answer(called)
    assert result["reason_code"] == "unknown_tool"


async def test_at_the_deadline_nothing_was_changed_and_nothing_will_be(
    record: CallRecord, ports: Ports, quick_table: FunctionTable, settings: Settings
) -> None:
    result = await ToolCalls(record, quick_table, ports).answer(CALLED)
    assert (result["success"], result["reason_code"]) == (False, "expired")
    (call,) = [tool_call.decode(each.data) for each in bus.open_port(settings).take_due(9)]
    book = ledger.open_port(settings)
    assert book.answer(call.id) == result
    with pytest.raises(AlreadyAnswered):
        book.commit(call, "succeeded", {"success": True, "message": "Booked."})
    (fact,) = [events.decode(body) for body in book.unpublished(call.id)]
    assert fact.type == "tool.expired"


async def test_an_answer_that_was_there_before_the_service_gave_up_is_the_callers(
    record: CallRecord, ports: Ports, quick_table: FunctionTable, settings: Settings
) -> None:
    class Deaf:
        async def answer(self, tool_call_id: str) -> Result:
            await asyncio.Event().wait()
            raise AssertionError

        def __getattr__(self, name: str) -> Any:
            return getattr(ports.ledger, name)

    deaf = ToolCalls(
        record, quick_table, Ports(ports.call_log, cast("ToolCallLedger", Deaf()), ports.publisher)
    )
    asking = asyncio.create_task(deaf.answer(CALLED))
    queue = bus.open_port(settings)
    while not (messages := queue.take_due(1)):
        await asyncio.sleep(0.005)
    call = tool_call.decode(messages[0].data)
    ledger.open_port(settings).commit(call, "succeeded", {"success": True, "message": "Booked."})
    assert await asking == {"success": True, "message": "Booked."}


async def test_a_tool_that_may_finish_late_is_left_open(
    record: CallRecord, ports: Ports, quick_table: FunctionTable, settings: Settings
) -> None:
    called = FunctionCalled("fc-1", "log_call_information", {"call_type": "enquiry"})
    result = await ToolCalls(record, quick_table, ports).answer(called)
    assert result["reason_code"] == "deadline"
    (call,) = [tool_call.decode(each.data) for each in bus.open_port(settings).take_due(9)]
    ledger.open_port(settings).commit(call, "succeeded", {"success": True, "message": "Noted."})


async def test_a_ledger_that_can_not_be_closed_leaves_it_open_what_happened(
    record: CallRecord, ports: Ports, quick_table: FunctionTable
) -> None:
    class Broken:
        async def close(self, *_: Any) -> Result:
            raise ConnectionRefusedError

        def __getattr__(self, name: str) -> Any:
            return getattr(ports.ledger, name)

    broken = Ports(ports.call_log, cast("ToolCallLedger", Broken()), ports.publisher)
    result = await ToolCalls(record, quick_table, broken).answer(CALLED)
    assert (result["success"], result["reason_code"]) == (False, "deadline")
    assert "can not say" in result["message"]


async def test_a_bus_that_is_down_is_words_too(record: CallRecord, ports: Ports) -> None:
    class Down:
        async def publish(
            self, topic: str, data: bytes, attributes: Mapping[str, str], key: str = ""
        ) -> None:
            raise ConnectionRefusedError

    broken = Ports(ports.call_log, ports.ledger, Down())
    result = await ToolCalls(record, load_function_table(), broken).answer(CALLED)
    assert (result["success"], result["error_type"]) == (False, "unknown")


async def test_the_ledger_knows_when_the_model_was_given_the_answer(
    record: CallRecord, ports: Ports, quick_table: FunctionTable, settings: Settings
) -> None:
    tool_calls = ToolCalls(record, quick_table, ports)
    await tool_calls.answer(CALLED)
    await tool_calls.delivered(CALLED)
    (logged,) = ledger.open_port(settings).of_call(record.call_id)
    assert logged.delivered_at is not None
