"""Tells a new connection what it missed, before anything else is sent on it."""

from __future__ import annotations

from collections.abc import Sequence

from realtime_service.live import recap
from realtime_service.live.journal import Entry, Journal, Said, Told
from realtime_service.live.session import LiveSession


async def catch_up_resumed(session: LiveSession, journal: Journal, owed: bool, unsent: Sequence[str]) -> bool:
    """Tell a session that was resumed what happened after its handle; return whether it must speak now.

    Calls that it knows are answered under their ids; of the others it is told in words. Results that came
    meanwhile count as given. Raises LiveClosed.
    """
    for call in journal.take_up():
        await session.send_function_response(call.id, call.name, call.result or {})
        if not call.given:
            journal.gave(call)
    _give_in_words(journal)
    missed = journal.missed()
    due = _due(missed, owed, recap.BE_SILENT)
    lines = [recap.missed(missed, due)] if missed or owed else []
    await _send(session, [*lines, *unsent])
    return due is not recap.BE_SILENT or bool(unsent)


async def catch_up_afresh(session: LiveSession, journal: Journal, owed: bool, unsent: Sequence[str]) -> bool:
    """Tell a new session all that happened; return whether it must speak now. Raises LiveClosed."""
    journal.begin_afresh()
    _give_in_words(journal)
    entries = journal.missed()
    if journal.is_untouched:
        # Nothing was heard of the agent: the conversation begins now, greeting and all.
        lines = [entry.text for entry in entries if isinstance(entry, Told)]
    else:
        await session.send_history(recap.history(entries))
        lines = [recap.afresh(_due(entries, owed, recap.SAY_AGAIN))]
    await _send(session, [*lines, *unsent])
    return True


def _give_in_words(journal: Journal) -> None:
    """Count the results as given that no id can give: the entries that are told next hold them."""
    for call in list(journal.waiting()):
        if not call.known:
            journal.gave(call)


def _due(entries: Sequence[Entry], owed: bool, otherwise: str) -> str:
    last = entries[-1] if entries else None
    if isinstance(last, Said) and last.speaker == "agent":
        if last.cut:
            return recap.GO_ON_SPEAKING
        return recap.ANSWER if owed else otherwise
    return recap.ANSWER if last is not None or owed else otherwise


async def _send(session: LiveSession, lines: Sequence[str]) -> None:
    # One message: each line by itself would cut off the answer to the one before.
    if lines:
        await session.send_text("\n".join(lines))
