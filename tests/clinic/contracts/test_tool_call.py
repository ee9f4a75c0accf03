"""Tool calls cross a process boundary whole; results have one shape."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from clinic.contracts.tool_call import ToolCall, decode, encode, refused, succeeded

NOW = datetime(2027, 1, 1, 5, tzinfo=UTC)


def a_call(**arguments: Any) -> ToolCall[dict[str, Any]]:
    return ToolCall(
        id="call-1-1",
        call_id="call-1",
        tool="book_appointment",
        arguments=arguments,
        requested_at=NOW,
        expires_at=NOW + timedelta(seconds=8),
        language="te",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"patient_name": "ఆశా 😀"},
        {"duration_minutes": 30, "sure": True, "nothing": None, "list": [1.5, {"a": "b"}]},
    ],
)
def test_a_tool_call_comes_back_as_it_was(arguments: dict[str, Any]) -> None:
    assert decode(encode(a_call(**arguments))) == a_call(**arguments)


def test_a_body_is_json_that_says_how_long_the_caller_waits() -> None:
    body = msgspec.json.decode(encode(a_call()))
    assert (body["id"], body["tool"]) == ("call-1-1", "book_appointment")
    assert (body["requested_at"], body["expires_at"]) == ("2027-01-01T05:00:00Z", "2027-01-01T05:00:08Z")


def test_fields_added_later_are_ignored_and_the_language_may_be_left_out() -> None:
    body = msgspec.json.decode(encode(a_call())) | {"mood": "cheerful"}
    del body["language"]
    assert decode(msgspec.json.encode(body)).language == "en"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"type": "call.ended", "id": "1", "call_id": "1"}', b"\x00", b"{" * 10_000]
)
def test_what_is_no_tool_call_is_a_decoding_error(body: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, RecursionError)):
        decode(body)


@pytest.mark.parametrize("arguments", [[], "text", None, 7])
def test_arguments_are_an_object(arguments: object) -> None:
    body = msgspec.json.decode(encode(a_call())) | {"arguments": arguments}
    with pytest.raises(msgspec.ValidationError, match=r"\$\.arguments"):
        decode(msgspec.json.encode(body))


def test_a_success_says_so_and_what_else_it_found() -> None:
    assert succeeded("Done.", available=True) == {"success": True, "message": "Done.", "available": True}


def test_a_refusal_says_why_and_whether_to_ask_again() -> None:
    assert refused("No.", "closed", error_type="validation", alternatives=[]) == {
        "success": False,
        "error_type": "validation",
        "reason_code": "closed",
        "message": "No.",
        "retryable": False,
        "alternatives": [],
    }
