"""What a tool decides: words for the caller, and the effect that is committed with them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from clinic.booking.change import Change
from clinic.contracts.events import Fact
from clinic.contracts.tool_call import Outcome, Result, succeeded


class Answer(Struct, frozen=True, kw_only=True):
    """The answer of one tool call. Nothing of it has happened yet: the dispatcher commits it."""

    result: Result
    outcome: Outcome = "succeeded"
    change: Change = Change()
    facts: tuple[Fact, ...] = ()


def say(message: str, **more: Any) -> Answer:
    """Return an answer that changes nothing."""
    return Answer(result=succeeded(message, **more))
