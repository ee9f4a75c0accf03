"""The stores' synchronous ports for the service: in threads, so that no write holds up a caller's audio."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any, ParamSpec, TypeVar

from clinic.booking.appointment import Patient
from clinic.contracts.call_record import CallNotes, CallRecord, Status, Turn
from clinic.contracts.events import Fact
from clinic.contracts.notice import Notice
from clinic.contracts.tool_call import Outcome, Result, ToolCall
from clinic.ports import AlreadyAnswered, Calls, Ledger, Patients

Given = ParamSpec("Given")
Returned = TypeVar("Returned")
_THREADS = 32
"""A store that does not answer keeps each for seconds; asyncio's own pool has six on two cores."""


class Threads:
    """Runs blocking calls beside the event loop, in the context of whoever asks."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="store")

    async def run(
        self, function: Callable[Given, Returned], *args: Given.args, **kwargs: Given.kwargs
    ) -> Returned:
        """Return what the function returns, or raise what it raises."""
        call = partial(contextvars.copy_context().run, function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)


class CallLogInThreads:
    """Implements `CallLog`."""

    def __init__(self, threads: Threads, calls: Calls, patients: Patients) -> None:
        self._threads, self._calls, self._patients = threads, calls, patients

    async def admit(self, ticket: str, session_id: str, now: datetime) -> CallRecord | None:
        """Use a ticket up."""
        return await self._threads.run(self._calls.admit, ticket, session_id, now)

    async def patients_with_phone(self, phone: str) -> list[Patient]:
        """Return whom the clinic knows under a number."""
        return await self._threads.run(self._patients.with_phone, phone)

    async def note(self, notes: CallNotes) -> None:
        """Add what was found out about the caller."""
        await self._threads.run(self._calls.note, notes)

    async def notices(self, call_id: str) -> list[Notice]:
        """Return the news for the agent of a call."""
        return await self._threads.run(self._calls.notices, call_id)

    async def add_turn(self, call_id: str, turn: Turn) -> None:
        """Append one side's words."""
        await self._threads.run(self._calls.add_turn, call_id, turn)

    async def alive(self, call_id: str, at: datetime) -> None:
        """Note that this service still holds the call."""
        await self._threads.run(self._calls.alive, call_id, at)

    async def end(self, call_id: str, status: Status, at: datetime) -> None:
        """Note how and when the conversation ended."""
        await self._threads.run(self._calls.end, call_id, status, at)


class LedgerInThreads:
    """Implements `ToolCallLedger`, but for the waiting, which each store does in its own way."""

    def __init__(self, threads: Threads, ledger: Ledger) -> None:
        self._threads, self._ledger = threads, ledger

    async def request(self, call: ToolCall[Any]) -> None:
        """Note that the model asked."""
        await self._threads.run(self._ledger.request, call)

    async def close(self, call: ToolCall[Any], outcome: Outcome, result: Result, told: Fact) -> Result:
        """Answer a tool call, or return the answer that it has already."""
        try:
            await self._threads.run(self._ledger.commit, call, outcome, result, facts=(told,))
        except AlreadyAnswered:
            return await self._threads.run(self._ledger.answer, call.id) or result
        return result

    async def delivered(self, tool_call_id: str, at: datetime) -> None:
        """Note that the model has been given the answer."""
        await self._threads.run(self._ledger.delivered, tool_call_id, at)
