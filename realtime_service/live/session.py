"""One conversation with the model, over one connection."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import structlog
from google.genai import types
from google.genai.live import AsyncSession

from realtime_service.audio import HEARD_RATE
from realtime_service.live.closed import Stage, closes_told
from realtime_service.live.events import FunctionCalled, LiveEvent
from realtime_service.live.recap import HistoryTurn
from realtime_service.live.wire import Wire

PIECE = HEARD_RATE * 2 * 40 // 1000
"""Bytes, 40 ms of 16 kHz PCM16: half the messages of 20 ms cost a third less CPU."""

_log = structlog.get_logger()


class LiveSession:
    """A conversation with the model over one connection. Every method raises LiveClosed when it is gone."""

    def __init__(self, session: AsyncSession, wire: Wire, *, resuming: bool, history_ends: bool) -> None:
        """Take a session that is set up. `history_ends`: its set-up asked for a history with an end."""
        self._session = session
        self._wire = wire
        self._stage = Stage(setting_up=False, resuming=resuming)
        self._waiting = bytearray()
        self._misunderstood = False
        self._history_ends = history_ends
        self._unnamed: set[str] = set()

    @property
    def session_id(self) -> str | None:
        """The server's name for the session, to quote to its operators."""
        return self._session.session_id

    async def receive(self) -> list[LiveEvent]:
        """Return what the next message says, which may be nothing; a call that is cancelled loses none.

        One reader at a time. It must not wait for the caller's pace: an interruption would queue behind
        the audio.
        """
        with closes_told(self._stage):
            reading = await self._wire.receive()
        self._note(reading.understood)
        return [self._with_id(event) for event in reading.events]

    def _with_id(self, event: LiveEvent) -> LiveEvent:
        """Give a function call an id that the server gave none, as Vertex AI may."""
        if not isinstance(event, FunctionCalled) or event.id:
            return event
        named = msgspec.structs.replace(event, id=f"unnamed-{secrets.token_hex(8)}")
        self._unnamed.add(named.id)
        return named

    def _note(self, understood: bool) -> None:
        if not understood and not self._misunderstood:
            self._misunderstood = True
            _log.warning("! message not understood", session_id=self.session_id)

    async def send_audio(self, pcm: bytes) -> None:
        """Send the caller's voice: PCM16 little-endian mono at 16 kHz, any number of bytes.

        It goes out in pieces of 40 ms or more; less waits for the next call.
        """
        self._waiting += pcm
        if len(self._waiting) >= PIECE:
            await self._send_waiting()

    async def _send_waiting(self) -> None:
        whole = len(self._waiting) & ~1
        piece = bytes(self._waiting[:whole])
        del self._waiting[:whole]
        with closes_told(self._stage):
            await self._wire.send_audio(piece)

    async def end_audio(self) -> None:
        """Tell the model that the caller's voice pauses for a second or more: a muted microphone."""
        if len(self._waiting) >= 2:
            await self._send_waiting()
        with closes_told(self._stage):
            await self._session.send_realtime_input(audio_stream_end=True)

    async def send_text(self, text: str) -> None:
        """Send a line typed by the caller, or a stage direction; the model answers it."""
        with closes_told(self._stage):
            await self._session.send_realtime_input(text=text)

    async def send_history(self, turns: Sequence[HistoryTurn]) -> None:
        """Tell a new session what was said before; the model does not answer it.

        The session must have been dialled for it.
        """
        contents: list[types.Content | types.ContentDict] = [
            types.Content(role=turn.role, parts=[types.Part(text=turn.text)]) for turn in turns
        ]
        with closes_told(self._stage):
            await self._session.send_client_content(turns=contents, turn_complete=self._history_ends)

    async def send_function_response(self, id: str, name: str, response: Mapping[str, Any]) -> None:  # noqa: A002
        """Answer a function call; `response` is JSON values. ValueError without the call's id."""
        told_id = None if id in self._unnamed else id
        answer = types.FunctionResponse(id=told_id, name=name, response=dict(response))
        with closes_told(self._stage):
            await self._session.send_tool_response(function_responses=answer)

    async def close(self) -> None:
        """Hang up; `receive()` raises LiveClosed. May be called again."""
        await self._session.close()
