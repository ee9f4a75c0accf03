"""Answers a tool call that could not be delivered, so that the caller hears words instead of silence."""

from __future__ import annotations

import msgspec
import structlog

from clinic.contracts import tool_call
from clinic.contracts.dead_letter import DeadLetter
from clinic.ports import AlreadyAnswered, Ledger

_log = structlog.get_logger("clinic")
_SORRY = "I could not do that just now, because something on our side does not work. Nothing was changed."


def answer_dead_letter(letter: DeadLetter, *, ledger: Ledger) -> None:
    """Write the answer `failed`, unless the tool had answered after all."""
    try:
        call = tool_call.decode(letter.data)
    except msgspec.DecodeError:
        # A fact that nobody could react to: it is kept among the dead letters, and no caller waits for it.
        _log.error("! dead letter", function=letter.function)
        return
    _log.error("! dead letter", function=letter.function, call_id=call.call_id, tool_call_id=call.id)
    result = tool_call.refused(_SORRY, "dead_lettered", error_type="unknown")
    try:
        ledger.commit(call, "failed", result)
    except AlreadyAnswered:
        _log.info("? answered before", call_id=call.call_id, tool_call_id=call.id)
