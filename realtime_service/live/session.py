"""One conversation with the model, over one connection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import structlog
from google.genai import types
from google.genai.live import AsyncSession

from realtime_service.audio import HEARD_RATE
from realtime_service.live.closed import LiveClosed, Stage, closes_told
from realtime_service.live.events import LiveEvent
from realtime_service.live.wire import Wire

PIECE = HEARD_RATE * 2 * 40 // 1000
"""Bytes, 40 ms of 16 kHz PCM16: half the messages of 20 ms cost a third less CPU."""

_log = structlog.get_logger()


class LiveSession:
    """A conversation with the model over one connection. Every method raises LiveClosed when it is gone."""

    def __init__(self, session: AsyncSession, wire: Wire, resuming: bool) -> None:
        self._session = session
        self._wire = wire
        self._stage = Stage(setting_up=False, resuming=resuming)
        self._waiting = bytearray()
        self._closing = False
        self._misunderstood = False

    @property
    def session_id(self) -> str | None:
        """The server's name for the session, to quote to its operators."""
        return self._session.session_id

    async def events(self) -> AsyncIterator[LiveEvent]:
        """Yield what the model says and does, turn after turn, until `close()`.

        One reader at a time. It must not wait for the caller's pace: an interruption would queue behind
        the audio.
        """
        while True:
            try:
                with closes_told(self._stage):
                    reading = await self._wire.receive()
            except LiveClosed:
                if self._closing:
                    return
                raise
            self._note(reading.understood)
            for event in reading.events:
                yield event

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

    async def send_function_response(self, id: str, name: str, response: Mapping[str, Any]) -> None:  # noqa: A002
        """Answer a function call; `response` is JSON values. ValueError without the call's id."""
        answer = types.FunctionResponse(id=id, name=name, response=dict(response))
        with closes_told(self._stage):
            await self._session.send_tool_response(function_responses=answer)

    async def close(self) -> None:
        """Hang up; `events()` ends. May be called again."""
        self._closing = True
        await self._session.close()
