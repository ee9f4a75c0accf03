"""The clinic's own record of a call, as an auditor sees it while it goes on."""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct


class Turn(Struct, frozen=True):
    """One side's words."""

    number: int
    speaker: Literal["caller", "agent"]
    text: str


class ToolCallRow(Struct, frozen=True):
    """A tool call and what came of it."""

    tool: str
    state: str
    """`pending`, or the outcome: `succeeded`, `refused`, `failed`, `expired`."""
    milliseconds: int | None
    """From the model's request to the answer; None while there is none."""
    message: str


class CallLogView(Protocol):
    """What may be read of a call. The methods block shortly; they may be called from any thread."""

    def turns(self, call_id: str, after: int) -> list[Turn]:
        """Return the turns with a higher number, in order."""

    def tool_calls(self, call_id: str) -> list[ToolCallRow]:
        """Return all tool calls so far, in the order they were asked."""

    def appointment(self, call_id: str) -> str | None:
        """Return what was booked in this call, in words, or None."""
