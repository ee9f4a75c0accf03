"""A function call as one trace and one measurement, from the model's asking to its function response."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

import structlog

from clinic import telemetry
from clinic.contracts.tool_call import Result

_log = structlog.get_logger("clinic")

_OUTCOMES = {"deadline": "unanswered", "fault": "failed", "dead_lettered": "failed", "expired": "expired"}
"""By the reason of a result; any other reason is the clinic's own no."""


@contextlib.contextmanager
def execute_tool(tool: str, tool_call_id: str, call_id: str) -> Iterator[Callable[[Result], None]]:
    """Trace a function call; what this gives is to be told the result, and measures how long it took.

    Source: OpenTelemetry's conventions for generative AI, `execute_tool` spans. `tool` must be
    one of ours: what the model calls may be anything, and anything does not belong into a trace.
    """
    began = time.monotonic()

    def answered(result: Result) -> None:
        seconds, outcome = time.monotonic() - began, _outcome(result)
        telemetry.record(telemetry.TOOL_SECONDS, seconds, {"gen_ai.tool.name": tool, "outcome": outcome})
        _log.info(
            "? measured", tool=tool, outcome=outcome, seconds=round(seconds, 3), tool_call_id=tool_call_id
        )

    about = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": tool_call_id,
        "gen_ai.conversation.id": call_id,
    }
    with telemetry.span(f"execute_tool {tool}", about):
        yield answered


def _outcome(result: Result) -> str:
    return "succeeded" if result["success"] else _OUTCOMES.get(result["reason_code"], "refused")
