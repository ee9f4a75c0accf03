"""What a tool decides: words for the caller, and the effect that is committed with them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from clinic.booking.change import Change
from clinic.booking.refusals import Refusal
from clinic.contracts.events import Fact
from clinic.contracts.tool_call import Outcome, Result, refused, succeeded

_NOTHING = Change()


class Answer(Struct, frozen=True, kw_only=True):
    """The answer of one tool call. Nothing of it has happened yet: the dispatcher commits it."""

    result: Result
    outcome: Outcome = "succeeded"
    change: Change = Change()
    facts: tuple[Fact, ...] = ()
    first: bool = True
    """False: it repeats or refuses, and must not stand for what was asked."""


def refuse(refusal: Refusal, change: Change = _NOTHING, **more: Any) -> Answer:
    """Return a refusal as an answer, with what the caller may want instead."""
    result = refused(
        refusal.say, refusal.reason_code, error_type=refusal.error_type, retryable=refusal.retryable, **more
    )
    return Answer(result=result, outcome="refused", change=change, first=False)


def say(message: str, **more: Any) -> Answer:
    """Return an answer that changes nothing."""
    return Answer(result=succeeded(message, **more))
