"""A phone line for measuring: plays what it gets in real time, brings marks back when due, keeps time."""

from __future__ import annotations

import asyncio
import time
import uuid
from contextlib import suppress

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from rehearsal.twilio.messages import Outgoing

_SILENCE = b"\xff" * 160


class Heard(Struct):
    """What one caller received: media as (second, milliseconds), clears, and what a close cut off."""

    media: list[tuple[float, float]]
    clears: list[float]
    cut_off_ms: float = 0.0


class Caller:
    """A phone line that plays what it gets, in real time, and brings marks back when they are due."""

    def __init__(self, call_sid: str) -> None:
        self.heard = Heard([], [])
        self.closed = asyncio.Event()
        self._stream_sid = "MZ" + uuid.uuid4().hex
        self._outgoing = Outgoing(self._stream_sid, call_sid, "AC" + "0" * 32)
        self._plays_until = 0.0
        self._marks: list[asyncio.TimerHandle] = []
        self._now_ms = 0
        self._socket: ClientConnection

    async def dial(self, url: str, signature: str, token: str) -> None:
        """Open the stream."""
        headers = {"X-Twilio-Signature": signature}
        self._socket = await connect(url, additional_headers=headers, compression=None, proxy=None)
        await self._socket.send(self._outgoing.connected())
        await self._socket.send(self._outgoing.start({"token": token}))
        self._receiving = asyncio.create_task(self._receive())

    async def frame(self) -> None:
        """Send 20 ms of silence."""
        with suppress(ConnectionClosed):
            await self._socket.send(self._outgoing.media(_SILENCE, self._now_ms))
            self._now_ms += 20

    async def _receive(self) -> None:
        async for message in self._socket:
            now = time.monotonic()
            event = msgspec.json.decode(message)
            if event["event"] == "media":
                milliseconds = len(event["media"]["payload"]) * 3 // 4 / 8
                self.heard.media.append((now, milliseconds))
                self._plays_until = max(self._plays_until, now) + milliseconds / 1000
            elif event["event"] == "clear":
                self.heard.clears.append(now)
                self._plays_until = now
            else:
                self._bring_back(event["mark"]["name"], max(0.0, self._plays_until - now))
        self.heard.cut_off_ms = max(0.0, self._plays_until - time.monotonic()) * 1000
        self.closed.set()

    def _bring_back(self, name: str, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._marks.append(loop.call_later(seconds, lambda: loop.create_task(self._mark(name))))

    async def _mark(self, name: str) -> None:
        with suppress(ConnectionClosed):
            await self._socket.send(self._outgoing.mark(name))
