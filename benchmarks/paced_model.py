"""A Live model that does nothing but speak on time, and knows when: for measuring what the service adds.

The rehearsed model thinks and synthesises on its own threads; with fifty calls on one core beside it, its
own lateness would be measured. This one sends the same messages from a clock.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from contextlib import suppress
from typing import Any

import numpy as np
from msgspec import Struct
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from rehearsal.gemini.certificate import throw_away_certificate

CHUNK_MS = 40
RATE = 24_000
_SETUP_COMPLETE = json.dumps({"setupComplete": {}}).encode()
_TURN_COMPLETE = json.dumps({"serverContent": {"turnComplete": True}}).encode()
_GENERATION_COMPLETE = json.dumps({"serverContent": {"generationComplete": True}}).encode()
_INTERRUPTED = json.dumps({"serverContent": {"interrupted": True}}).encode()
_END_CALL = json.dumps(
    {"toolCall": {"functionCalls": [{"id": "end", "name": "end_call", "args": {}}]}}
).encode()


class Spoken(Struct):
    """An utterance: when each of its chunks was sent, and when it was cut off, if it was; seconds."""

    sent: list[float]
    interrupted_at: float = 0.0


class Line:
    """The model's end of one call."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self.spoken: list[Spoken] = []
        self.begun = asyncio.Event()

    async def speak(self, seconds: float, speed: float, interrupt_after: float = 0.0) -> None:
        """Say something of a length, so many times faster than real time; perhaps be interrupted."""
        spoken = Spoken([])
        self.spoken.append(spoken)
        began, clock = time.monotonic(), asyncio.get_running_loop().time
        due = clock()
        for number in range(int(seconds * 1000 / CHUNK_MS)):
            if interrupt_after and time.monotonic() - began >= interrupt_after:
                break
            spoken.sent.append(time.monotonic())
            await self._connection.send(_chunk(number))
            due += CHUNK_MS / 1000 / speed
            await asyncio.sleep(max(0.0, due - clock()))
        if interrupt_after:
            await asyncio.sleep(max(0.0, began + interrupt_after - time.monotonic()))
            spoken.interrupted_at = time.monotonic()
            await self._connection.send(_INTERRUPTED)
        else:
            await self._connection.send(_GENERATION_COMPLETE)
        await self._connection.send(_TURN_COMPLETE)

    async def end_call(self) -> None:
        """Call the function of that name."""
        await self._connection.send(_END_CALL)


class PacedModel:
    """Serves lines on loopback while it is entered."""

    def __init__(self) -> None:
        self.certificate = throw_away_certificate("127.0.0.1", "localhost")
        self.lines: list[Line] = []
        self._server: Server

    async def __aenter__(self) -> PacedModel:
        self._server = await serve(
            self._attend, "127.0.0.1", 0, ssl=self.certificate.server, compression=None, ping_interval=None
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    @property
    def base_url(self) -> str:
        """Where it is served."""
        return f"https://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}"

    async def _attend(self, connection: ServerConnection) -> None:
        line = Line(connection)
        self.lines.append(line)
        with suppress(ConnectionClosed):
            await connection.recv()
            await connection.send(_SETUP_COMPLETE)
            while True:
                message: Any = await connection.recv()
                if b'"text"' in message[:60] if isinstance(message, bytes) else '"text"' in message[:60]:
                    line.begun.set()


def _chunk(number: int) -> bytes:
    """Return a message with 40 ms of a tone, at once for the numbers seen before."""
    if number not in _CHUNKS:
        times = (np.arange(RATE * CHUNK_MS // 1000) + number * RATE * CHUNK_MS // 1000) / RATE
        pcm = (np.sin(times * 2 * np.pi * 300) * 8000).astype("<i2").tobytes()
        blob = {"mimeType": f"audio/pcm;rate={RATE}", "data": base64.b64encode(pcm).decode()}
        content = {"modelTurn": {"parts": [{"inlineData": blob}]}, "outputTranscription": {"text": " la"}}
        _CHUNKS[number] = json.dumps({"serverContent": content}).encode()
    return _CHUNKS[number]


_CHUNKS: dict[int, bytes] = {}
