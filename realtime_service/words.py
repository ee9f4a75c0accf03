"""Both sides' words: shown to the caller as they come, and kept in the record turn by turn."""

from __future__ import annotations

from collections.abc import Sequence

from clinic.contracts.call_record import Speaker, Turn
from realtime_service.media.codec import MediaStream
from realtime_service.outgoing import Outgoing
from realtime_service.ports import CallLog
from realtime_service.transcript import Transcript


class Words:
    """The words of one call."""

    def __init__(self, call_id: str, call_log: CallLog, stream: MediaStream, outgoing: Outgoing) -> None:
        self._call_id, self._call_log = call_id, call_log
        self._stream, self._outgoing = stream, outgoing
        self._transcript = Transcript()

    async def caller_said(self, text: str, final: bool = False) -> None:
        """Take a fragment of the caller's words; a `final` one is followed by no other, like a typed line."""
        self._show("caller", text, final)
        self._transcript.caller_said(text)

    async def agent_said(self, text: str, until_ms: float) -> None:
        """Take a fragment of the agent's words, and where its audio stood then."""
        self._show("agent", text)
        await self._keep(self._transcript.agent_said(text, until_ms))

    async def agent_finished(self, heard: bool) -> None:
        """Take that the agent's utterance is complete; `heard` where nobody will tell when it was."""
        self._show("agent", "", final=True)
        await self._keep(self._transcript.agent_finished(heard))

    async def heard(self, until_ms: float) -> None:
        """Take up to where the caller has heard the agent."""
        await self._keep(self._transcript.heard(until_ms))

    async def interrupted(self, heard_ms: float) -> None:
        """Take that the agent was cut off there."""
        await self._keep(self._transcript.interrupted(heard_ms))

    async def finish(self, heard_ms: float) -> None:
        """Keep what is left: the conversation is over."""
        await self._keep(self._transcript.rest(heard_ms))

    def _show(self, speaker: Speaker, text: str, final: bool = False) -> None:
        self._outgoing.put(self._stream.caption(speaker, text, final))

    async def _keep(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            await self._call_log.add_turn(self._call_id, turn)
