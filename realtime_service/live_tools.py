"""Answers the function calls that concern the call itself: rows of kind `live`, one file of `tools/` each."""

from __future__ import annotations

import asyncio
import importlib
import typing
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog

from clinic.booking.refusals import Refusal
from clinic.contracts.function_table import FunctionTable
from clinic.contracts.tool_call import Result, refused
from realtime_service.live.events import FunctionCalled
from realtime_service.ongoing_call import OngoingCall

_log = structlog.get_logger("clinic")

_NOT_UNDERSTOOD = "The arguments were not what this function takes."
_NOTHING_CAME = "Nothing came in time."
_BROKEN = "Something on our side does not work just now."

LiveTool = Callable[[Any, OngoingCall], Awaitable[Result]]


class LiveTools:
    """The live tools of one conversation. They change the call at hand, so no event is published."""

    def __init__(self, table: FunctionTable, call: OngoingCall) -> None:
        self._rows, self._call = table.live, call

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    async def answer(self, called: FunctionCalled) -> Result:
        """Return the result of a function call, within the deadline of its row."""
        tool = live_tool(called.name)
        _log.info("? asked", tool=called.name, call_id=self._call.call_id)
        try:
            asked = msgspec.convert(called.arguments, arguments_of(tool))
            async with asyncio.timeout(self._rows[called.name].deadline_seconds):
                return await tool(asked, self._call)
        except msgspec.ValidationError:
            return refused(_NOT_UNDERSTOOD, "invalid_arguments", error_type="validation", retryable=True)
        except Refusal as refusal:
            say = refusal.say.in_language(self._call.language)
            return refused(say, refusal.reason_code, error_type="validation", retryable=True)
        except TimeoutError:
            return refused(_NOTHING_CAME, "deadline", error_type="service", retryable=True)
        except Exception:  # noqa: BLE001
            # Whatever broke, the model must not wait for ever.
            _log.exception("! live tool", tool=called.name, call_id=self._call.call_id)
            return refused(_BROKEN, "fault", error_type="unknown")


def live_tool(name: str) -> LiveTool:
    """Return the function of a row of kind `live`."""
    tool: LiveTool = getattr(importlib.import_module(f"realtime_service.tools.{name}"), name)
    return tool


def arguments_of(tool: LiveTool) -> Any:
    """Return the Struct that a live tool's arguments are read as."""
    return next(iter(typing.get_type_hints(tool).values()))
