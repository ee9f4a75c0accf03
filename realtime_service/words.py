"""Both sides' words: shown to the caller as they come, and kept in the record turn by turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn

import structlog

from clinic.contracts.call_record import CallNotes, Speaker, Turn
from realtime_service.media.codec import MediaStream
from realtime_service.outgoing import Outgoing
from realtime_service.ports import CallLog
from realtime_service.transcript import Transcript

_log = structlog.get_logger("clinic")

_TRIES_AGAIN_SECONDS = 1.0


class Words:
    """The words of one call. They are written beside the conversation: no audio waits for the store."""

    def __init__(self, call_id: str, call_log: CallLog, stream: MediaStream, outgoing: Outgoing) -> None:
        self._call_id, self._call_log = call_id, call_log
        self._stream, self._outgoing = stream, outgoing
        self._transcript = Transcript()
        self._unwritten: deque[Turn | CallNotes] = deque()
        self._some = asyncio.Event()

    def caller_said(self, text: str, final: bool = False) -> None:
        """Take a fragment of the caller's words; a `final` one is followed by no other, like a typed line."""
        self._show("caller", text, final)
        self._transcript.caller_said(text)

    def agent_said(self, text: str, until_ms: float) -> None:
        """Take a fragment of the agent's words, and where its audio stood then."""
        self._show("agent", text)
        self._keep(self._transcript.agent_said(text, until_ms))

    def agent_finished(self, heard: bool) -> None:
        """Take that the agent's utterance is complete; `heard` where nobody will tell when it was."""
        self._show("agent", "", final=True)
        self._keep(self._transcript.agent_finished(heard))

    def heard(self, until_ms: float) -> None:
        """Take up to where the caller has heard the agent."""
        self._keep(self._transcript.heard(until_ms))

    def interrupted(self, heard_ms: float) -> None:
        """Take that the agent was cut off there."""
        self._keep(self._transcript.interrupted(heard_ms))

    def preamble_heard(self, at: datetime) -> None:
        """Take that the caller has been told what must be told before anything else."""
        self._keep([CallNotes(call_id=self._call_id, preamble_heard_at=at)])

    async def write_all(self) -> NoReturn:
        """Write turns as they are over, until cancelled; while the store is away they wait."""
        while True:
            await self._some.wait()
            try:
                await self._write()
            except Exception:  # noqa: BLE001
                # The caller still talks; the store has until the end of the call to come back.
                _log.exception("! words not kept", call_id=self._call_id)
                await asyncio.sleep(_TRIES_AGAIN_SECONDS)

    async def finish(self, heard_ms: float) -> None:
        """Write what is left: the conversation is over, and `write_all` cancelled."""
        self._keep(self._transcript.rest(heard_ms))
        await self._write()

    def _show(self, speaker: Speaker, text: str, final: bool = False) -> None:
        self._outgoing.put(self._stream.caption(speaker, text, final))

    def _keep(self, words: Sequence[Turn | CallNotes]) -> None:
        self._unwritten.extend(words)
        if words:
            self._some.set()

    async def _write(self) -> None:
        while self._unwritten:
            # What was broken off is written again: a turn's number makes it the same.
            first = self._unwritten[0]
            if isinstance(first, Turn):
                await self._call_log.add_turn(self._call_id, first)
            else:
                await self._call_log.note(first)
            self._unwritten.popleft()
        self._some.clear()
