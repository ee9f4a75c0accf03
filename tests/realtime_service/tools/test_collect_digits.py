"""What a caller keys in is read as what was asked for."""

import asyncio
from datetime import date
from typing import Any

import pytest

from clinic.booking.refusals import NotUnderstood
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import load_function_table
from clinic.directory import load_clinic
from realtime_service.call_life import Limits
from realtime_service.keypad import Entry
from realtime_service.live.events import FunctionCalled
from realtime_service.live_tools import LiveTools
from realtime_service.ongoing_call import OngoingCall
from realtime_service.ports import Ports
from realtime_service.tool_calls import ToolCalls
from realtime_service.tools.collect_digits import date_of

TODAY = date(2026, 11, 25)


@pytest.fixture
def call(record: CallRecord, ports: Ports) -> OngoingCall:
    table = load_function_table()
    return OngoingCall(record, load_clinic(), ports.call_log, ToolCalls(record, table, ports), Limits())


async def collected(call: OngoingCall, what: str, digits: str) -> dict[str, Any]:
    called = FunctionCalled("fc-1", "collect_digits", {"what": what})
    asking = asyncio.create_task(LiveTools(load_function_table(), call).answer(called))
    while not call.take(Entry(digits)):
        await asyncio.sleep(0)
    return await asking


@pytest.mark.parametrize(
    ("what", "digits", "value"),
    [
        ("phone_number", "9876543210", "+919876543210"),
        ("phone_number", "09876543210", "+919876543210"),
        ("yes_no", "1", "yes"),
        ("yes_no", "2", "no"),
        ("other", "4711", "4711"),
        ("", "4711", "4711"),
    ],
)
async def test_an_entry_is_read_as_what_was_asked_for(
    call: OngoingCall, what: str, digits: str, value: str
) -> None:
    result = await collected(call, what, digits)
    assert (result["success"], result["value"]) == (True, value)


@pytest.mark.parametrize(("what", "digits"), [("phone_number", "12"), ("yes_no", "3"), ("date", "3202")])
async def test_digits_that_can_be_no_such_thing_are_asked_for_again(
    call: OngoingCall, what: str, digits: str
) -> None:
    result = await collected(call, what, digits)
    assert (result["success"], result["error_type"], result["retryable"]) == (False, "validation", True)


def test_an_entry_that_nobody_waits_for_is_not_taken(call: OngoingCall) -> None:
    assert not call.take(Entry("4711"))


async def test_a_zero_goes_to_a_human_even_while_digits_are_waited_for(call: OngoingCall) -> None:
    waiting = asyncio.create_task(call.digits())
    await asyncio.sleep(0)
    assert not call.take(Entry("0", wants_human=True))
    assert call.take(Entry("12"))
    assert (await waiting).digits == "12"


@pytest.mark.parametrize(
    ("digits", "day"),
    [
        ("2611", date(2026, 11, 26)),
        ("2511", TODAY),
        ("2411", date(2027, 11, 24)),
        ("241126", date(2026, 11, 24)),
        ("24112027", date(2027, 11, 24)),
        ("2902", date(2028, 2, 29)),
    ],
)
def test_a_day_without_a_year_is_the_next_such_day(digits: str, day: date) -> None:
    assert date_of(digits, TODAY) == day


@pytest.mark.parametrize("digits", ["", "1", "0000", "3113", "3002", "310226", "29022027", "1234567"])
def test_what_is_no_day_is_not_understood(digits: str) -> None:
    with pytest.raises(NotUnderstood):
        date_of(digits, TODAY)
