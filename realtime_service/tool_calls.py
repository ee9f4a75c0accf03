"""Sends the model's function calls out as events, and brings the answers back in time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from clinic.contracts import events, tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.events import Fact
from clinic.contracts.function_table import FunctionRow, FunctionTable
from clinic.contracts.tool_call import Outcome, Result, ToolCall, refused
from realtime_service.live.events import FunctionCalled
from realtime_service.ports import Ports

_log = structlog.get_logger("clinic")

SETTLE_SECONDS = 0.5
"""Before the deadline, to find out or to lay down how a tool call that has no answer ends."""

_NO_SUCH_TOOL = "There is nothing of that name that I can do here."
_BROKEN = "Something on our side does not work just now, and nothing was changed."
_TOO_LATE = "That took too long, and nothing was changed."
_NO_ANSWER = "I have no answer from our appointment book yet, so I can not say whether it worked."


class ToolCalls:
    """Answers every function call of one conversation, whatever happens: the model never waits for ever."""

    def __init__(self, record: CallRecord, table: FunctionTable, ports: Ports) -> None:
        self._record, self._table, self._ports = record, table, ports
        self.language = record.language
        """Of the conversation now; a caller may change it."""
        self._beside: set[asyncio.Task[None]] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._table.tools

    async def answer(self, called: FunctionCalled) -> Result:
        """Return the result of a function call, within the deadline of its row."""
        row = self._table.tools.get(called.name)
        if row is None:
            _log.warning("! undeclared tool", call_id=self._record.call_id)
            return refused(_NO_SUCH_TOOL, "unknown_tool", error_type="validation")
        call = self._addressed(called, row)
        _log.info("? asked", tool=call.tool, call_id=call.call_id, tool_call_id=call.id)
        try:
            async with asyncio.timeout(max(row.deadline_seconds - SETTLE_SECONDS, row.deadline_seconds / 2)):
                return await self._ask(call)
        except TimeoutError:
            _log.warning("! no answer in time", tool=call.tool, call_id=call.call_id, tool_call_id=call.id)
            if row.on_late == "finish":
                return refused(_NO_ANSWER, "deadline", error_type="service", retryable=True)
            late = refused(_TOO_LATE, "expired", error_type="service", retryable=True)
            return await self._close(call, "expired", late)
        except Exception:  # noqa: BLE001
            # Whatever broke, the caller must not be left in silence.
            _log.exception("! tool call", tool=call.tool, call_id=call.call_id, tool_call_id=call.id)
            return await self._close(call, "failed", refused(_BROKEN, "fault", error_type="unknown"))

    async def delivered(self, called: FunctionCalled) -> None:
        """Note that the model has been given the result."""
        if called.name in self._table.tools:
            await self._ports.ledger.delivered(self._id(called), datetime.now(UTC))

    async def _ask(self, call: ToolCall[dict[str, Any]]) -> Result:
        # Listening first, so that no answer is too quick for it. The request is noted beside the
        # publishing: the answer carries it too, and a caller waits.
        waiting = asyncio.create_task(self._ports.ledger.answer(call.id))
        self._do_beside(self._ports.ledger.request(call), call)
        try:
            await self._ports.publisher.publish(
                call.tool,
                tool_call.encode(call),
                {"tool": call.tool, "call_id": call.call_id, "tool_call_id": call.id},
            )
            self._do_beside(self._tell(events.tool_requested(call)), call)
            return await waiting
        finally:
            waiting.cancel()

    async def _close(self, call: ToolCall[dict[str, Any]], outcome: Outcome, result: Result) -> Result:
        """Lay down how a tool call ends, so that what the caller is told is so: who answers first, wins."""
        fact = events.tool_answered(call, outcome, result, datetime.now(UTC))
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                stands = await self._ports.ledger.close(call, outcome, result, fact)
        except Exception:  # noqa: BLE001
            # Neither the answer nor that there is none can be had: then that is what the caller is told.
            _log.exception("! tool call is open", tool=call.tool, call_id=call.call_id, tool_call_id=call.id)
            return refused(_NO_ANSWER, "deadline", error_type="service", retryable=True)
        if stands == result:
            self._do_beside(self._tell(fact), call)
        return stands

    async def _tell(self, fact: Fact) -> None:
        await self._ports.publisher.publish(
            fact.type, events.encode(fact), events.attributes(fact), fact.call_id
        )

    def _do_beside(self, work: Coroutine[Any, Any, None], call: ToolCall[dict[str, Any]]) -> None:
        async def logged() -> None:
            try:
                await work
            except Exception:  # noqa: BLE001
                # The ledger keeps the answer; what else is told of it must not cost the caller that.
                _log.exception("! beside", tool=call.tool, call_id=call.call_id, tool_call_id=call.id)

        task = asyncio.create_task(logged())
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    def _addressed(self, called: FunctionCalled, row: FunctionRow) -> ToolCall[dict[str, Any]]:
        now = datetime.now(UTC)
        return ToolCall(
            id=self._id(called),
            call_id=self._record.call_id,
            tool=row.name,
            arguments=called.arguments,
            requested_at=now,
            expires_at=now + timedelta(seconds=row.deadline_seconds),
            language=self.language,
        )

    def _id(self, called: FunctionCalled) -> str:
        return f"{self._record.call_id}-{called.id}"
