"""When the agent must say that it is still looking: no caller is left in silence while a tool runs. Pure.

The words are the model's to say, in its own voice: it can speak while it waits, for its functions are
declared NON_BLOCKING. It is asked only into silence, for a stage direction cuts off what the agent is saying.
"""

from __future__ import annotations

from typing import Literal

FIRST_AFTER_SECONDS = 0.8
SECOND_AFTER_SECONDS = 4.0
THEN_EVERY_SECONDS = 6.0


class DeadAir:
    """The tool calls that a caller is waiting for. Times are seconds of a steady clock."""

    def __init__(self) -> None:
        self._asked: dict[str, float] = {}
        self._said = 0
        self._next_at = 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether the caller waits for a tool."""
        return bool(self._asked)

    def asked(self, tool_call_id: str, now: float) -> None:
        """Take that the model waits for a tool."""
        if not self._asked:
            self._said, self._next_at = 0, now + FIRST_AFTER_SECONDS
        self._asked[tool_call_id] = now

    def answered(self, tool_call_id: str) -> None:
        """Take that a tool has answered, or never will."""
        self._asked.pop(tool_call_id, None)

    def due(self, now: float, quiet_since: float) -> Literal["busy", "still_busy"] | None:
        """Return what should be said now; `quiet_since`: since when neither side has been heard."""
        if not self._asked or now < self._next_at or now - quiet_since < FIRST_AFTER_SECONDS:
            return None
        self._said += 1
        began = min(self._asked.values())
        self._next_at = max(now + FIRST_AFTER_SECONDS, began + SECOND_AFTER_SECONDS)
        if self._said > 1:
            self._next_at = now + THEN_EVERY_SECONDS
        return "busy" if self._said == 1 else "still_busy"
