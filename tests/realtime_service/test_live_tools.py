"""What the model may do with the call itself is answered here, whatever it asks."""

import pytest

from clinic.adapters.embedded import calls
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import load_function_table
from clinic.directory import load_clinic
from clinic.settings import Settings
from realtime_service.call_life import Limits
from realtime_service.live.events import FunctionCalled
from realtime_service.live_tools import LiveTools
from realtime_service.ongoing_call import OngoingCall
from realtime_service.ports import Ports
from realtime_service.tool_calls import ToolCalls


@pytest.fixture
def tool_calls(record: CallRecord, ports: Ports) -> ToolCalls:
    return ToolCalls(record, load_function_table(), ports)


@pytest.fixture
def call(record: CallRecord, ports: Ports, tool_calls: ToolCalls) -> OngoingCall:
    return OngoingCall(record, load_clinic(), ports.call_log, tool_calls, Limits())


@pytest.fixture
def live_tools(call: OngoingCall) -> LiveTools:
    return LiveTools(load_function_table(), call)


@pytest.mark.parametrize("language", ["hi", "HI-in", " hi "])
async def test_a_switched_language_is_that_of_later_tool_calls_and_of_the_record(
    live_tools: LiveTools, call: OngoingCall, tool_calls: ToolCalls, settings: Settings, language: str
) -> None:
    called = FunctionCalled("fc-1", "switch_language", {"language": language})
    result = await live_tools.answer(called)
    assert (result["success"], result["language"]) == (True, "hi")
    assert (call.language, tool_calls.language) == ("hi", "hi")
    record = calls.open_port(settings).get(call.call_id)
    assert record
    assert record.language == "hi"


async def test_a_language_that_nobody_at_the_clinic_speaks_changes_nothing(
    live_tools: LiveTools, call: OngoingCall
) -> None:
    result = await live_tools.answer(FunctionCalled("fc-1", "switch_language", {"language": "fr"}))
    assert (result["success"], result["reason_code"]) == (False, "no_such_language")
    assert call.language == "en"


@pytest.mark.parametrize("arguments", [{}, {"language": 7}, {"tongue": "hi"}])
async def test_arguments_that_are_none_are_words_too(
    live_tools: LiveTools, arguments: dict[str, object]
) -> None:
    result = await live_tools.answer(FunctionCalled("fc-1", "switch_language", arguments))
    assert (result["success"], result["reason_code"]) == (False, "invalid_arguments")


def test_only_live_rows_are_answered_here(live_tools: LiveTools) -> None:
    assert "switch_language" in live_tools
    assert "book_appointment" not in live_tools


@pytest.mark.parametrize(
    "fragments", [(" I have", " chest", " pain"), ("Chest  pain!",), ("सीने में", " दर्द हो रहा है")]
)
def test_signs_of_danger_are_heard_in_pieces_and_in_every_language(
    call: OngoingCall, fragments: tuple[str, ...]
) -> None:
    for fragment in ("good morning", *fragments[:-1]):
        call.caller_said(fragment)
        assert not call.in_danger
    call.caller_said(fragments[-1])
    assert call.in_danger
    call.caller_said(" are you there" * 50)
    assert call.in_danger
