"""The contract of the service's ports: whichever store is behind them, they promise the same."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from clinic.contracts import events
from clinic.contracts.call_record import CallNotes, CallRecord, Turn
from clinic.contracts.notice import Notice
from clinic.contracts.tool_call import ToolCall, refused, succeeded
from clinic.ports import AlreadyAnswered, Calls, Ledger

Make = Callable[..., ToolCall[dict[str, Any]]]
BOOKED = succeeded("Booked.", appointment_id="a-1")
TOO_LATE = refused("Too late.", "expired", error_type="service")


def told(call: ToolCall[Any]) -> events.Fact:
    return events.tool_answered(call, "expired", TOO_LATE, datetime.now(UTC))


async def test_an_answer_is_heard_when_its_function_writes_it(
    world: Any, ledger: Ledger, tool_call: Make
) -> None:
    ports = world.ports()
    await ports.warm()
    waiting = asyncio.create_task(ports.ledger.answer("call-1-1"))
    await ports.ledger.request(tool_call())
    assert not waiting.done()
    await asyncio.to_thread(ledger.commit, tool_call(), "succeeded", BOOKED)
    assert await asyncio.wait_for(waiting, 5) == BOOKED


async def test_an_answer_that_was_there_before_anybody_waited_is_heard(
    world: Any, ledger: Ledger, tool_call: Make
) -> None:
    await asyncio.to_thread(ledger.commit, tool_call(), "succeeded", BOOKED)
    assert await asyncio.wait_for(world.ports().ledger.answer("call-1-1"), 5) == BOOKED


async def test_everybody_who_waits_hears_their_own(world: Any, ledger: Ledger, tool_call: Make) -> None:
    ports, numbers = world.ports(), range(100)
    async with asyncio.timeout(20):
        waiting = [asyncio.create_task(ports.ledger.answer(f"call-1-{number}")) for number in numbers]
        for number in numbers:
            await asyncio.to_thread(ledger.commit, tool_call(number), "succeeded", succeeded(f"{number}"))
        answers = await asyncio.gather(*waiting)
    assert [answer["message"] for answer in answers] == [str(number) for number in numbers]


async def test_who_stops_waiting_leaves_nothing_behind(world: Any) -> None:
    ports = world.ports()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ports.ledger.answer("call-1-1"), 0.3)
    async with asyncio.timeout(2):
        while asyncio.all_tasks() != {asyncio.current_task()}:
            await asyncio.sleep(0.01)


async def test_a_call_that_the_service_has_closed_can_not_be_answered(
    world: Any, ledger: Ledger, tool_call: Make
) -> None:
    call = tool_call()
    assert await world.ports().ledger.close(call, "expired", TOO_LATE, told(call)) == TOO_LATE
    with pytest.raises(AlreadyAnswered):
        await asyncio.to_thread(ledger.commit, call, "succeeded", BOOKED)
    (logged,) = await asyncio.to_thread(ledger.of_call, "call-1")
    assert (logged.outcome, logged.message) == ("expired", "Too late.")


async def test_a_call_that_was_answered_is_not_closed(world: Any, ledger: Ledger, tool_call: Make) -> None:
    call = tool_call()
    await asyncio.to_thread(ledger.commit, call, "succeeded", BOOKED)
    assert await world.ports().ledger.close(call, "expired", TOO_LATE, told(call)) == BOOKED


async def test_of_service_and_function_one_has_the_last_word(
    world: Any, ledger: Ledger, tool_call: Make
) -> None:
    ports = world.ports()

    async def answered(call: ToolCall[Any]) -> None:
        with suppress(AlreadyAnswered):
            await asyncio.to_thread(ledger.commit, call, "succeeded", BOOKED)

    for number in range(20):
        call = tool_call(number)
        stands, _ = await asyncio.gather(
            ports.ledger.close(call, "expired", TOO_LATE, told(call)), answered(call)
        )
        assert stands == await asyncio.to_thread(ledger.answer, call.id)
        assert stands in (BOOKED, TOO_LATE)


async def test_requested_answered_and_delivered_have_their_times(
    world: Any, ledger: Ledger, tool_call: Make
) -> None:
    ports, call = world.ports(), tool_call()
    await ports.ledger.request(call)
    await asyncio.to_thread(ledger.commit, call, "succeeded", BOOKED)
    await ports.ledger.delivered(call.id, datetime.now(UTC))
    (logged,) = await asyncio.to_thread(ledger.of_call, "call-1")
    assert logged.answered_at is not None
    assert logged.delivered_at is not None
    assert call.requested_at == logged.requested_at <= logged.answered_at <= logged.delivered_at


async def test_what_is_published_arrives_as_it_was(world: Any) -> None:
    ports = world.ports()
    await ports.publisher.publish("book_appointment", b'{"id": "1"}', {"tool": "book_appointment"})
    await ports.publisher.publish("call.ended", b"{}", {}, "call-1")
    arrived = await asyncio.to_thread(world.arrived, "book_appointment")
    assert arrived == [(b'{"id": "1"}', {"tool": "book_appointment"})]


async def test_a_topic_that_is_not_there_is_a_fault(world: Any) -> None:
    with pytest.raises(LookupError, match="nobody_listens"):
        await world.ports().publisher.publish("nobody_listens", b"{}", {})


async def test_an_empty_message_is_refused(world: Any) -> None:
    with pytest.raises(ValueError, match="empty"):
        await world.ports().publisher.publish("book_appointment", b"", {})


async def test_a_call_is_admitted_once_and_its_record_is_finished(
    world: Any, calls: Calls, ringing: CallRecord
) -> None:
    log, now = world.ports().call_log, datetime.now(UTC)
    record = await log.admit("ticket", ringing.session_id, now)
    assert record is not None
    assert (record.call_id, record.status) == ("call-1", "in_progress")
    assert await log.admit("ticket", ringing.session_id, now) is None
    await log.note(CallNotes(call_id="call-1", customer_type="new"))
    await log.add_turn("call-1", Turn(1, "caller", "Good morning", now))
    await log.end("call-1", "completed", now)
    assert await log.patients_with_phone("+919812345678") == []
    (turn,) = await asyncio.to_thread(calls.turns, "call-1")
    finished = await asyncio.to_thread(calls.get, "call-1")
    assert turn.text == "Good morning"
    assert finished is not None
    assert (finished.status, finished.customer_type) == ("completed", "new")


async def test_what_a_function_leaves_for_a_call_is_there_for_its_agent(
    world: Any, calls: Calls, ringing: CallRecord
) -> None:
    log = world.ports().call_log
    assert await log.notices("call-1") == []
    left = [Notice(id=each, call_id="call-1", text=f"It was {each}.") for each in ("refused", "corrected")]
    for notice in left:
        await asyncio.to_thread(calls.leave_notice, notice)
    assert await log.notices("call-1") == left
