"""Sends the model's function calls out as events, and brings the answers back in time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from clinic.contracts import events, tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import FunctionRow, FunctionTable
from clinic.contracts.tool_call import Result, ToolCall, refused
from realtime_service.live.events import FunctionCalled
from realtime_service.ports import Ports

_log = structlog.get_logger("clinic")

_NO_SUCH_TOOL = "There is nothing of that name that I can do here."
_BROKEN = "Something on our side does not work just now."
_NO_ANSWER = "I have no answer from our appointment book yet, so I can not say whether it worked."


class ToolCalls:
    """Answers every function call of one conversation, whatever happens: the model never waits for ever."""

    def __init__(self, record: CallRecord, table: FunctionTable, ports: Ports) -> None:
        self._record, self._table, self._ports = record, table, ports
        self.language = record.language
        """Of the conversation now; a caller may change it."""
        self._telling: set[asyncio.Task[None]] = set()

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
            async with asyncio.timeout(row.deadline_seconds):
                return await self._ask(call)
        except TimeoutError:
            _log.warning("! no answer in time", tool=call.tool, call_id=call.call_id, tool_call_id=call.id)
            return refused(_NO_ANSWER, "deadline", error_type="service", retryable=True)
        except Exception:  # noqa: BLE001
            # Whatever broke, the caller must not be left in silence.
            _log.exception("! tool call", tool=call.tool, call_id=call.call_id, tool_call_id=call.id)
            return refused(_BROKEN, "fault", error_type="unknown")

    async def delivered(self, called: FunctionCalled) -> None:
        """Note that the model has been given the result."""
        if called.name in self._table.tools:
            await self._ports.ledger.delivered(self._id(called), datetime.now(UTC))

    async def _ask(self, call: ToolCall[dict[str, Any]]) -> Result:
        await self._ports.ledger.request(call)
        await self._ports.publisher.publish(
            call.tool,
            tool_call.encode(call),
            {"tool": call.tool, "call_id": call.call_id, "tool_call_id": call.id},
        )
        telling = asyncio.create_task(self._tell_requested(call))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)
        return await self._ports.ledger.answer(call.id)

    async def _tell_requested(self, call: ToolCall[dict[str, Any]]) -> None:
        fact = events.tool_requested(call)
        try:
            await self._ports.publisher.publish(
                fact.type, events.encode(fact), events.attributes(fact), fact.call_id
            )
        except Exception:  # noqa: BLE001
            # The ledger has the request; that nobody was told of it must not cost the caller the answer.
            _log.exception("! fact", fact=fact.type, call_id=call.call_id, tool_call_id=call.id)

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
