"""Answers the model's function calls beside the conversation, each in a task of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import msgspec
import structlog

from clinic import telemetry
from clinic.contracts.tool_call import Result
from realtime_service.live import events as live
from realtime_service.live.closed import LiveClosed
from realtime_service.live_tools import LiveTools
from realtime_service.measured import execute_tool
from realtime_service.model import Model
from realtime_service.ongoing_call import OngoingCall
from realtime_service.tool_calls import ToolCalls

_log = structlog.get_logger("clinic")

HUMAN = "transfer_to_human"


class Answering:
    """The function calls of one conversation that are not answered yet."""

    def __init__(
        self,
        call: OngoingCall,
        tool_calls: ToolCalls,
        live_tools: LiveTools,
        model: Model,
        show: Callable[[Mapping[str, Any]], None],
    ) -> None:
        """`show` shows the caller a card."""
        self._call, self._show = call, show
        self._tool_calls, self._live_tools, self._model = tool_calls, live_tools, model
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_waiting(self) -> bool:
        """Whether any function call is not answered yet."""
        return bool(self._tasks)

    def knows(self, tool: str) -> bool:
        """Tell whether the clinic has that tool."""
        return tool in self._live_tools or tool in self._tool_calls

    async def called(self, event: live.FunctionCalled) -> None:
        """Begin to answer; an interruption must not wait for a tool."""
        self._begin(self._answer(event))

    async def ask(self, event: live.FunctionCalled) -> None:
        """Call a tool for the caller, without the model, which is told what came of it."""
        self._begin(self._ask(event))

    async def finish(self) -> None:
        """Wait for what was begun: a booking asked for before the caller hung up still gets its answer."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _begin(self, answer: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(answer)
        self._tasks.add(task)
        task.add_done_callback(self._answered)

    async def _answer(self, called: live.FunctionCalled) -> None:
        call_id = self._call.call_id
        tool = called.name if self.knows(called.name) else "undeclared"
        with execute_tool(tool, f"{call_id}-{called.id}", call_id) as answered:
            result = await self._result(called)
            answered(result)
            self._show_appointment(called.name, result)
            if await self._respond(called, result):
                await self._tool_calls.delivered(called)

    def _show_appointment(self, tool: str, result: Result) -> None:
        # Whichever tool it was: what names an appointment has booked, moved or cancelled it.
        if result["success"] and "appointment_id" in result:
            named = ("appointment_id", "appointment")
            self._show({"tool": tool} | {name: result[name] for name in named if name in result})

    async def _respond(self, called: live.FunctionCalled, result: Result) -> bool:
        with telemetry.step("send_function_response"):
            return await self._model.answer(called.id, called.name, result)

    async def _ask(self, called: live.FunctionCalled) -> None:
        result = await self._result(called)
        await self._model.tell(f"[{called.name} was called for the caller: {result['message']}]")

    async def _result(self, called: live.FunctionCalled) -> Result:
        if called.name in self._live_tools:
            return await self._live_tools.answer(called)
        if called.name == HUMAN and self._call.in_danger:
            # The caller's own words count, whatever the model has made of them.
            called = msgspec.structs.replace(called, arguments={**called.arguments, "emergency": True})
        self._call.dead_air.asked(called.id, self._call.clock())
        try:
            return await self._tool_calls.answer(called)
        finally:
            self._call.dead_air.answered(called.id)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault and not isinstance(fault, LiveClosed):
            # The loss of the model ends the conversation by itself; anything else is ours.
            _log.error("! function call", call_id=self._call.call_id, exc_info=fault)
