"""What waits to be sent to the caller's side, so that a slow line never holds up the model's."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import NoReturn, Protocol

from websockets.exceptions import ConnectionClosed

MOST_WAITING = 8 * 1024 * 1024
"""Bytes; ten minutes of phone audio. Whoever takes nothing for so long is gone."""


class CallerLost(Exception):
    """The caller's connection broke without a goodbye; on the phone, the caller may still be on the line."""


class Connection(Protocol):
    """The sending half of a WebSocket."""

    async def send(self, message: str | bytes) -> None:
        """Send one message; waits while the line is slow."""


class CallerConnection(Connection, Protocol):
    """A WebSocket, or what stands for several of them in a row."""

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        """Yield what is received, until it is closed; raise ConnectionClosed where it broke."""


class Outgoing:
    """Messages in the order they were put; audio that was overtaken by an interruption is dropped."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: deque[tuple[str | bytes, bool]] = deque()
        self._size = 0
        self._some = asyncio.Event()

    def put(self, message: str | bytes | None, audio: bool = False) -> None:
        """Add a message, or nothing for None. Raises CallerLost where too much waits."""
        if message is None:
            return
        self._size += len(message)
        if self._size > MOST_WAITING:
            raise CallerLost
        self._waiting.append((message, audio))
        self._some.set()

    def drop_audio(self) -> None:
        """Forget the audio that was not sent yet."""
        self._waiting = deque(entry for entry in self._waiting if not entry[1])
        self._size = sum(len(message) for message, _ in self._waiting)

    async def send_all(self) -> NoReturn:
        """Send what is put, until cancelled. Raises CallerLost when the connection is closed."""
        while True:
            await self._some.wait()
            while self._waiting:
                message, _ = self._waiting.popleft()
                self._size -= len(message)
                try:
                    await self._connection.send(message)
                except ConnectionClosed as closed:
                    raise CallerLost from closed
            self._some.clear()
