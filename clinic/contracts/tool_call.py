"""A function call of the model, addressed to the one function that answers it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Struct

Arguments = TypeVar("Arguments")

Outcome = Literal["succeeded", "refused", "failed", "expired"]
ErrorType = Literal["validation", "service", "unknown"]
Result = dict[str, Any]
"""What the model is told: JSON values only, always with `success` and `message`."""


class ToolCall(Struct, Generic[Arguments], frozen=True, kw_only=True):
    """The body of a tool-call event, one per function call."""

    id: str
    """Unique per function call: every effect of it is keyed by this id."""
    call_id: str
    tool: str
    arguments: Arguments
    requested_at: datetime
    expires_at: datetime
    """The caller is told "sorry" then; what a later delivery does, the tool's row says."""
    language: str = "en"


class LoggedToolCall(Struct, frozen=True, kw_only=True):
    """A tool call as the ledger shows it to an auditor: when what happened, without the arguments."""

    id: str
    tool: str
    requested_at: datetime
    outcome: Outcome | None = None
    message: str = ""
    answered_at: datetime | None = None
    delivered_at: datetime | None = None


def encode(call: ToolCall[Any]) -> bytes:
    """Return the event's body, JSON."""
    return msgspec.json.encode(call)


def decode(data: bytes) -> ToolCall[dict[str, Any]]:
    """Read an event's body; the arguments are still as the model gave them.

    Raises msgspec.DecodeError where it is no tool call.
    """
    return msgspec.json.decode(data, type=ToolCall[dict[str, Any]])


def succeeded(message: str, **more: Any) -> Result:
    """Return the result of a tool that did what it was asked."""
    return {"success": True, "message": message, **more}


def refused(
    message: str, reason_code: str, *, error_type: ErrorType, retryable: bool = False, **more: Any
) -> Result:
    """Return the result of a tool that did not, in words the agent can speak."""
    return {
        "success": False,
        "error_type": error_type,
        "reason_code": reason_code,
        "message": message,
        "retryable": retryable,
        **more,
    }
