"""Answers the model's function calls beside the conversation, each in a task of its own."""

from __future__ import annotations

import asyncio

import structlog

from clinic import telemetry
from clinic.contracts.tool_call import Result
from realtime_service.live import events as live
from realtime_service.live.closed import LiveClosed
from realtime_service.live_tools import LiveTools
from realtime_service.measured import execute_tool
from realtime_service.model import Model
from realtime_service.tool_calls import ToolCalls

_log = structlog.get_logger("clinic")


class Answering:
    """The function calls of one conversation that are not answered yet."""

    def __init__(self, call_id: str, tool_calls: ToolCalls, live_tools: LiveTools, model: Model) -> None:
        self._call_id = call_id
        self._tool_calls, self._live_tools, self._model = tool_calls, live_tools, model
        self._cancelled: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def called(self, event: live.FunctionCalled) -> None:
        """Begin to answer; an interruption must not wait for a tool."""
        task = asyncio.create_task(self._answer(event))
        self._tasks.add(task)
        task.add_done_callback(self._answered)

    async def cancelled(self, event: live.FunctionCallsCancelled) -> None:
        """Take that the model no longer waits; what was begun is finished all the same."""
        self._cancelled.update(event.ids)

    async def finish(self) -> None:
        """Wait for what was begun: a booking asked for before the caller hung up still gets its answer."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _answer(self, called: live.FunctionCalled) -> None:
        declared = called.name in self._live_tools or called.name in self._tool_calls
        tool = called.name if declared else "undeclared"
        with execute_tool(tool, f"{self._call_id}-{called.id}", self._call_id) as answered:
            result = await self._result(called)
            answered(result)
            if called.id not in self._cancelled and await self._respond(called, result):
                await self._tool_calls.delivered(called)

    async def _respond(self, called: live.FunctionCalled, result: Result) -> bool:
        with telemetry.step("send_function_response"):
            return await self._model.answer(called.id, called.name, result)

    async def _result(self, called: live.FunctionCalled) -> Result:
        if called.name in self._live_tools:
            return await self._live_tools.answer(called)
        return await self._tool_calls.answer(called)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault and not isinstance(fault, LiveClosed):
            # The loss of the model ends the conversation by itself; anything else is ours.
            _log.error("! function call", call_id=self._call_id, exc_info=fault)
