"""Puts the record of a conversation into words for a connection that missed some of it, or all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from realtime_service.live.journal import Answered, Asked, Entry, Said, Told

NUDGE = (
    "[The caller waits and hears nothing. Say something now: answer, or ask in one short sentence"
    " what they said.]"
)
AFRESH = (
    "[The line to the clinic's system was renewed; the caller is still there and has heard"
    " everything so far. Do not greet again and do not begin anew. {}]"
)
GO_ON_SPEAKING = "Your last sentence was cut off: go on from there."
SAY_AGAIN = "If it is not clear what the caller wants, ask them in one short sentence to say it again."
ANSWER = f"Go on with what is due now. {SAY_AGAIN}"
BE_SILENT = "Nothing is due: say nothing and wait for the caller."


class HistoryTurn(NamedTuple):
    """A turn of a new session's history."""

    role: Literal["user", "model"]
    text: str


def history(entries: Iterable[Entry]) -> list[HistoryTurn]:
    """Return the conversation as a new session's history, each side's words under its role.

    Function calls are written out: their ids would be another session's.
    """
    turns: list[HistoryTurn] = []
    for entry in entries:
        turn = _turn(entry)
        if turn and turns and turns[-1].role == turn.role:
            turns[-1] = HistoryTurn(turn.role, f"{turns[-1].text}\n{turn.text}")
        elif turn:
            turns.append(turn)
    return turns


def afresh(due: str) -> str:
    """Return what a new session is told after its history."""
    return AFRESH.format(due)


def missed(entries: Sequence[Entry], due: str) -> str:
    """Return what a resumed session is told of the time since its handle."""
    happened = [_sentence(entry) for entry in entries]
    if happened:
        happened.insert(0, "You do not remember what came last.")
    return " ".join(["[The line to the clinic's system was renewed.", *happened, f"{due}]"])


def news(call: Asked) -> str:
    """Return the result of a call that the session does not know, or no longer waits for."""
    return f"[{_result(call)} Go by it, and tell the caller if they do not know it yet.]"


def _turn(entry: Entry) -> HistoryTurn | None:
    if isinstance(entry, Said):
        words = " ".join(entry.text.split()) + (" …" if entry.cut else "")
        return HistoryTurn("user" if entry.speaker == "caller" else "model", words)
    if isinstance(entry, Told):
        return HistoryTurn("user", entry.text)
    return HistoryTurn("user", f"[{_sentence(entry)}]")


def _sentence(entry: Entry) -> str:
    if isinstance(entry, Said):
        words = _quoted(entry.text) + (" (cut off)" if entry.cut else "")
        return f"The caller said: {words}" if entry.speaker == "caller" else f"You said: {words}"
    if isinstance(entry, Told):
        return f"You were told: {_quoted(entry.text)}"
    if isinstance(entry, Answered):
        return _result(entry.asked)
    follows = "" if entry.given else " Its result will follow."
    return f"You called {entry.name} with {_json(entry.arguments)}.{follows}"


def _result(call: Asked) -> str:
    return f"The result of your call of {call.name} with {_json(call.arguments)}: {_json(call.result)}."


def _quoted(text: str) -> str:
    """Return words in quotes; their square brackets would pass for the clinic's own."""
    words = " ".join(text.split()).translate(str.maketrans('[]"', "()'"))
    return f'"{words}"'


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
