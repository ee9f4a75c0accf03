"""One message, one function: each tool call is answered once, each fact reacted to once."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import structlog

from clinic.booking.refusals import Refusal
from clinic.contracts import events, tool_call
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.function_table import FunctionRow
from clinic.contracts.tool_call import Result, ToolCall
from clinic.ports import AlreadyAnswered, Bus, Ledger, Reacted, SlotTaken
from functions.answer import Answer
from functions.needs import Needs

_log = structlog.get_logger("clinic")

MOST_CONFLICTS = 5
"""A tool decides anew when a slot is taken under its hands; it then sees the slot as taken."""


def answer_tool_call(row: FunctionRow, tool: Callable[..., Answer], needs: Needs, data: bytes) -> None:
    """Answer the tool call in a message: one commit of answer and effect, then its facts are published.

    Raises what the tool raises, other than a refusal: the bus delivers again.
    """
    call = tool_call.decode(data)
    if call.tool != row.name:
        # A topic carries one tool; some emulators deliver every message to every subscription.
        return
    ledger: Ledger = needs.open("ledger")
    _commit(ledger, row, tool, needs, call)
    bus: Bus = needs.open("bus")
    for body in ledger.unpublished(call.id):
        fact = events.decode(body)
        bus.publish(fact.type, body, events.attributes(fact))
    ledger.published(call.id)


def react(row: FunctionRow, reaction: Callable[..., Any], needs: Needs, letter: DeadLetter, key: str) -> None:
    """Give a reaction the fact in a message, once, and publish the facts that follow from it.

    Raises what the reaction raises: the bus delivers again.
    """
    wanted = next(iter(typing.get_type_hints(reaction).values()))
    if wanted is DeadLetter:
        reaction(letter, **needs.of(reaction))
        return
    fact = events.decode(letter.data)
    reacted: Reacted = needs.open("reacted")
    if not isinstance(fact, wanted) or not reacted.once(row.name, fact.id):
        return
    for follows in reaction(fact, **needs.of(reaction)) or ():
        bus: Bus = needs.open("bus")
        bus.publish(follows.type, events.encode(follows), events.attributes(follows))
    reacted.done(row.name, fact.id)
    _log.info("= reacted", function=row.name, call_id=fact.call_id, fact=fact.type, message_id=key)


def _commit(
    ledger: Ledger, row: FunctionRow, tool: Callable[..., Answer], needs: Needs, call: ToolCall[Any]
) -> None:
    for _ in range(MOST_CONFLICTS):
        answer = _decide(row, tool, needs, call)
        try:
            ledger.commit(call, answer.outcome, answer.result, answer.change, answer.facts)
        except SlotTaken:
            continue
        except AlreadyAnswered:
            _log.info("? answered before", tool=row.name, call_id=call.call_id, tool_call_id=call.id)
            return
        _log.info("? answered", tool=row.name, call_id=call.call_id, outcome=answer.outcome)
        return
    raise SlotTaken(f"{MOST_CONFLICTS} times in one tool call")


def _decide(row: FunctionRow, tool: Callable[..., Answer], needs: Needs, call: ToolCall[Any]) -> Answer:
    now: datetime = needs.open("now")
    if now > call.expires_at and row.on_late == "refuse":
        return Answer(result=_expired(), outcome="expired")
    wanted = typing.get_type_hints(tool)["call"].__args__[0]
    try:
        arguments = msgspec.convert(call.arguments, wanted)
        return tool(msgspec.structs.replace(call, arguments=arguments), **needs.of(tool))
    except msgspec.ValidationError as error:
        return Answer(result=_not_understood(error), outcome="refused")
    except Refusal as refusal:
        return Answer(result=refusal_result(refusal), outcome="refused")


def refusal_result(refusal: Refusal, **more: Any) -> Result:
    """Return a refusal as the result of its tool."""
    return tool_call.refused(
        refusal.say, refusal.reason_code, error_type=refusal.error_type, retryable=refusal.retryable, **more
    )


def _expired() -> Result:
    return tool_call.refused(
        "That took too long, and nothing was changed.", "expired", error_type="service", retryable=True
    )


def _not_understood(error: msgspec.ValidationError) -> Result:
    named = re.search(r"required field `(\w+)`|at `\$\.(\w+)", str(error))
    argument = next(filter(None, named.groups()), "") if named else ""
    words = argument.replace("_", " ") or "request"
    return tool_call.refused(
        f"I did not get the {words}. Could you say it again?",
        f"invalid_{argument or 'arguments'}",
        error_type="validation",
        retryable=True,
    )
