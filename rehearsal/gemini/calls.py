"""The function calls of a session: which are open, which were taken back, which were never made."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from rehearsal.gemini.refusal import not_found
from rehearsal.gemini.wire import FunctionCall, FunctionResponse
from rehearsal.receptionist.actions import Call

_ID_SPACE = 10**19
_MOST_REMEMBERED = 256
"""Taken-back calls whose late answers are still let through."""


class OpenCall(Struct, frozen=True):
    """A function call that waits for its answer."""

    name: str
    answer: asyncio.Future[dict[str, Any]] | None
    """Of a blocking call: the turn waits for it."""


class Calls:
    """One session's function calls, by id."""

    def __init__(self, resumed: Mapping[str, str] | None = None, *, has_ids: bool = True) -> None:
        """Begin with the calls of a resumed session, names by id. `has_ids`: whether the client sees any."""
        self._has_ids = has_ids
        self._open = {call_id: OpenCall(name, None) for call_id, name in (resumed or {}).items()}
        self._taken_back: dict[str, None] = {}

    @property
    def are_open(self) -> bool:
        """Whether an answer is due."""
        return bool(self._open)

    @property
    def not_blocking(self) -> dict[str, str]:
        """The open calls that no turn waits for: names by id."""
        return {call_id: call.name for call_id, call in self._open.items() if call.answer is None}

    def make(self, call: Call, blocking: bool) -> tuple[FunctionCall, OpenCall]:
        """Open a call; return its message, under a fresh id, and its record."""
        call_id = f"function-call-{secrets.randbelow(_ID_SPACE)}"
        answer = asyncio.get_running_loop().create_future() if blocking else None
        self._open[call_id] = OpenCall(call.name, answer)
        told_id = call_id if self._has_ids else ""
        return FunctionCall(id=told_id, name=call.name, args=call.args), self._open[call_id]

    def adopt(self, message: dict[str, Any]) -> None:
        """Open the calls of a server message that was sent as it stood."""
        calls = (message.get("toolCall") or {}).get("functionCalls") or ()
        self._open |= {one["id"]: OpenCall(str(one.get("name")), None) for one in calls if "id" in one}

    def answer(self, response: FunctionResponse) -> OpenCall | None:
        """Return the call that a response answers for good, None if it does not or is not wanted any more.

        Raises Refused (1008) for an id that is not open: never called, or answered before.
        """
        if response.id in self._taken_back:
            return None
        call_id = response.id if self._has_ids else self._first_of(response.name)
        call = self._open.get(call_id)
        if call is None:
            raise not_found()
        if response.will_continue:
            return None
        return self._open.pop(call_id)

    def _first_of(self, name: str) -> str:
        """Return the id of the oldest open call of a function, "" if there is none."""
        return next((call_id for call_id, call in self._open.items() if call.name == name), "")

    def take_back_blocking(self) -> list[str]:
        """Close the blocking calls, whose turn was interrupted; return their ids."""
        ids = [call_id for call_id, call in self._open.items() if call.answer is not None]
        for call_id in ids:
            del self._open[call_id]
            self._taken_back[call_id] = None
        for oldest in list(self._taken_back)[:-_MOST_REMEMBERED]:
            del self._taken_back[oldest]
        return ids
