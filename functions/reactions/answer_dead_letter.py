"""Keeps what could not be delivered, and answers a tool call of it: the caller hears words, not silence."""

from __future__ import annotations

from datetime import datetime

import msgspec
import structlog

from clinic import telemetry
from clinic.contracts import events, tool_call
from clinic.contracts.dead_letter import DeadLetter
from clinic.ports import AlreadyAnswered, Bus, DeadLetters, Ledger
from functions.committed_facts import publish_committed

_log = structlog.get_logger("clinic")
_SORRY = "I could not do that just now, because something on our side does not work. Nothing was changed."


def answer_dead_letter(
    letter: DeadLetter, *, ledger: Ledger, bus: Bus, dead_letters: DeadLetters, now: datetime
) -> None:
    """Put it on the work list; write the answer `failed` unless the tool had answered; publish its facts."""
    dead_letters.keep(letter, now)
    telemetry.add(telemetry.DEAD_LETTERS, 1, {"faas.name": letter.function})
    try:
        call = tool_call.decode(letter.data)
    except msgspec.DecodeError:
        # A fact that nobody could react to: no caller waits for it.
        _log.error("! dead letter", function=letter.function, reason=letter.unreadable)
        return
    _log.error("! dead letter", function=letter.function, call_id=call.call_id, tool_call_id=call.id)
    result = tool_call.refused(_SORRY, "dead_lettered", error_type="unknown")
    told = events.tool_answered(call, "failed", result, now)
    try:
        ledger.commit(call, "failed", result, facts=(told,))
    except AlreadyAnswered:
        _log.info("? answered before", call_id=call.call_id, tool_call_id=call.id)
    publish_committed(ledger, bus, call.id)
