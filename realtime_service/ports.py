"""What the service needs from the world. Its ports are async; the functions' own are in `clinic/ports.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from clinic.booking.appointment import Patient
from clinic.contracts.call_record import CallNotes, CallRecord, Status, Turn
from clinic.contracts.events import Fact
from clinic.contracts.notice import Notice
from clinic.contracts.tool_call import Outcome, Result, ToolCall


class NoConnection(Exception):
    """The store or the bus can't be reached, or not by us: which and why, in a line."""


class CallLog(Protocol):
    """The records of the conversations this service holds."""

    async def admit(self, ticket: str, session_id: str, now: datetime) -> CallRecord | None:
        """Use a ticket up: the record it belongs to, now in progress, or None where it is no good."""

    async def patients_with_phone(self, phone: str) -> list[Patient]:
        """Return whom the clinic knows under an E.164 number."""

    async def note(self, notes: CallNotes) -> None:
        """Add what was found out about the caller."""

    async def notices(self, call_id: str) -> list[Notice]:
        """Return the news that functions have left for the agent of a call, the oldest first."""

    async def add_turn(self, call_id: str, turn: Turn) -> None:
        """Append one side's words."""

    async def alive(self, call_id: str, at: datetime) -> None:
        """Note that this service still holds the call."""

    async def end(self, call_id: str, status: Status, at: datetime) -> None:
        """Note how and when the conversation ended."""


class ToolCallLedger(Protocol):
    """Where a tool call is noted, and where its answer appears."""

    async def request(self, call: ToolCall[Any]) -> None:
        """Note that the model asked."""

    async def answer(self, tool_call_id: str) -> Result:
        """Wait for the answer. The caller of this method sets the deadline."""

    async def close(self, call: ToolCall[Any], outcome: Outcome, result: Result, told: Fact) -> Result:
        """Answer a tool call in its function's stead, with the fact of it; return the answer that stands.

        That is the function's, where it has answered already; otherwise its own
        answer comes too late from now on, and it changes nothing.
        """

    async def delivered(self, tool_call_id: str, at: datetime) -> None:
        """Note that the model has been given the answer."""


class Publisher(Protocol):
    """The event bus."""

    async def publish(
        self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = ""
    ) -> None:
        """Put a message on the bus; it is durable on return. Messages of one key stay in order."""


async def _nothing() -> None:
    """Do nothing: what is on this machine is warm."""


class Ports(Struct, frozen=True):
    """The world of one process of the service."""

    call_log: CallLog
    ledger: ToolCallLedger
    publisher: Publisher
    warm: Callable[[], Awaitable[None]] = _nothing
    """Connects to what is far away, before the first caller rings. Raises NoConnection."""
