"""One message, one function: each tool call is answered once, each fact reacted to once."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any

import msgspec
import structlog

from clinic.booking.appointment import derived_id
from clinic.booking.refusals import Refusal
from clinic.booking.saying import said_in
from clinic.contracts import events, tool_call
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.function_table import FunctionRow, load_function_table
from clinic.contracts.tool_call import Result, ToolCall
from clinic.ports import AlreadyAnswered, Bus, Ledger, Overtaken, Reacted
from functions.answer import Answer, refuse
from functions.committed_facts import publish_committed
from functions.needs import Needs

_log = structlog.get_logger("clinic")

CLOCKS_APART = timedelta(minutes=1)
"""The service's clock sets the deadline, and then the service lays down `expired` in the ledger, which
nobody can answer afterwards. A function's own clock only counts where the service did not live to do so."""

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
    committed = _commit(ledger, row, tool, needs, call)
    publish_committed(ledger, needs.open("bus"), call.id, committed)


def react(row: FunctionRow, reaction: Callable[..., Any], needs: Needs, letter: DeadLetter, key: str) -> None:
    """Give a reaction the fact in a message, once, and publish the facts that follow from it.

    Raises what the reaction raises: the bus delivers again.
    """
    wanted = next(iter(typing.get_type_hints(reaction).values()))
    if wanted is DeadLetter:
        reaction(letter, **needs.of(reaction))
        return
    if not letter.is_for(row.name):
        return
    fact = events.decode(letter.data)
    reacted: Reacted = needs.open("reacted")
    if not isinstance(fact, wanted) or not reacted.once(row.name, fact.id):
        return
    _publish(reaction(fact, **needs.of(reaction)), needs)
    reacted.done(row.name, fact.id)
    _log.info("= reacted", function=row.name, call_id=fact.call_id, fact=fact.type, message_id=key)


def run_job(job: Callable[..., Any], needs: Needs) -> None:
    """Run a job and publish the facts that follow. Raises what the job raises: the bus tries again."""
    _publish(job(**needs.of(job)), needs)


def _commit(
    ledger: Ledger, row: FunctionRow, tool: Callable[..., Answer], needs: Needs, call: ToolCall[Any]
) -> tuple[events.Fact, ...] | None:
    """Return the facts that were committed with the answer; None where there is one already."""
    for _ in range(MOST_CONFLICTS):
        meanings = _meanings(call, ledger) if row.once_per_call else ()
        answer = _answered_before(ledger, meanings) or _decide(row, tool, needs, call)
        if answer.outcome == "refused":
            # Perhaps by what the same request, delivered beside this one, has just done.
            answer = _answered_before(ledger, meanings) or answer
        told = events.tool_answered(call, answer.outcome, answer.result, needs.open("now"))
        facts = (*answer.facts, told)
        try:
            ledger.commit(
                call,
                answer.outcome,
                answer.result,
                answer.change,
                facts,
                meanings[-1] if meanings and answer.first else "",
            )
        except Overtaken:
            continue
        except AlreadyAnswered:
            _log.info("? answered before", tool=row.name, call_id=call.call_id, tool_call_id=call.id)
            return None
        _log.info("? answered", tool=row.name, call_id=call.call_id, outcome=answer.outcome)
        return facts
    raise Overtaken(f"{MOST_CONFLICTS} times in one tool call")


def _meanings(call: ToolCall[Any], ledger: Ledger) -> tuple[str, str]:
    """Return digests of what was asked: as a repetition of the call's latest effect, and as a new one.

    Spelling and spaces aside. What was done in between belongs to it: after a cancellation the same
    booking is a new one, and so is the way back after a second move.
    """
    done = [(one.tool, one.message) for one in ledger.of_call(call.call_id) if one.outcome == "succeeded"]
    effects = len(list(groupby(effect for effect in done if effect[0] in _effects())))
    said = {
        name: " ".join(value.casefold().split()) if isinstance(value, str) else value
        for name, value in call.arguments.items()
    }
    arguments = msgspec.json.encode(said, order="deterministic").decode()
    latest, new = (derived_id(call.call_id, call.tool, str(n), arguments) for n in (effects - 1, effects))
    return latest, new


@cache
def _effects() -> frozenset[str]:
    return frozenset(row.name for row in load_function_table() if row.once_per_call)


def _answered_before(ledger: Ledger, meanings: tuple[str, ...]) -> Answer | None:
    results = (ledger.answer_to(meaning) for meaning in meanings)
    result = next(filter(None, results), None)
    return Answer(result=result, first=False) if result else None


def _decide(row: FunctionRow, tool: Callable[..., Answer], needs: Needs, call: ToolCall[Any]) -> Answer:
    now: datetime = needs.open("now")
    if now > call.expires_at + CLOCKS_APART and row.on_late == "refuse":
        return Answer(result=_expired(), outcome="expired", first=False)
    wanted = typing.get_type_hints(tool)["call"].__args__[0]
    try:
        arguments = msgspec.convert(call.arguments, wanted)
        answer = tool(msgspec.structs.replace(call, arguments=arguments), **needs.of(tool))
    except msgspec.ValidationError as error:
        return Answer(result=_not_understood(error), outcome="refused", first=False)
    except Refusal as refusal:
        answer = refuse(refusal)
    return msgspec.structs.replace(answer, result=said_in(call.language, answer.result))


def _publish(follows: Iterable[events.Fact] | None, needs: Needs) -> None:
    for fact in follows or ():
        bus: Bus = needs.open("bus")
        bus.publish(fact.type, events.encode(fact), events.attributes(fact), fact.call_id)


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
