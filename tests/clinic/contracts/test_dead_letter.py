"""A dead letter tells which function could not deal with it."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from clinic.contracts import events, tool_call
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.tool_call import ToolCall

AT = datetime(2027, 1, 1, tzinfo=UTC)
TOOL_CALL: ToolCall[Any] = ToolCall(
    id="1", call_id="c", tool="greet", arguments={}, requested_at=AT, expires_at=AT
)
FACT = events.CallEnded(id="e", call_id="c", occurred_at=AT)


@pytest.mark.parametrize(
    ("subscription", "function", "topic"),
    [
        ("book_appointment", "book_appointment", "book_appointment"),
        ("finish_call.call.ended", "finish_call", "call.ended"),
        ("projects/p/subscriptions/finish_call.call.ended", "finish_call", "call.ended"),
        ("", "", ""),
    ],
)
def test_function_and_topic_are_those_of_the_subscription(
    subscription: str, function: str, topic: str
) -> None:
    source = {"CloudPubSubDeadLetterSourceSubscription": subscription} if subscription else {}
    letter = DeadLetter(b"{}", {**source, "ce-id": "1"})
    assert (letter.function, letter.topic) == (function, topic)
    assert letter.original_attributes == {"ce-id": "1"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (tool_call.encode(TOOL_CALL), ""),
        (events.encode(FACT), ""),
        (
            events.encode(msgspec.structs.replace(FACT, version=2)),
            "call.ended of version 2; this reader knows 1",
        ),
        (b'{"patient_name": "Asha Rao"}', "neither a tool call nor a fact"),
        (b"\xff", "neither a tool call nor a fact"),
    ],
)
def test_it_tells_why_nobody_can_read_it_without_quoting_it(data: bytes, reason: str) -> None:
    assert DeadLetter(data, {}).unreadable == reason
