"""A web visitor's connection, which outlives its sockets: a reload or a lost network ends no conversation."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from realtime_service.media.browser import skipped
from realtime_service.sent import Sent, name_of_mark

AWAY_SECONDS = 60.0
"""How long a page may be away."""
CONTINUED_ELSEWHERE = 4001
"""Close code, of the range that RFC 6455 leaves to applications: another page goes on with this call."""
_MOST_UNREAD = 64
"""Messages; beyond, the socket is read no faster than the conversation takes them."""
_FLUSH_SECONDS = 2.0


class Visit:
    """One visitor's connection, for one conversation: iterate to receive, `send` to send."""

    def __init__(self, ticket: str, away_seconds: float = AWAY_SECONDS) -> None:
        """`ticket` is the digest of the token that opened it: only its holder may come back."""
        self.ticket = ticket
        self._away_seconds = away_seconds
        self._sent = Sent()
        self._received: asyncio.Queue[str | bytes | None] = asyncio.Queue(_MOST_UNREAD)
        self._more, self._all_written = asyncio.Event(), asyncio.Event()
        self._socket: ServerConnection | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._is_over = False

    @property
    def is_away(self) -> bool:
        """Whether no page is there just now."""
        return self._socket is None

    async def send(self, message: str | bytes) -> None:
        """Send a message, now or when the page is back."""
        self._sent.add(message)
        self._all_written.clear()
        self._more.set()

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        """Yield the page's messages, whichever socket brings them, until it has been away for too long."""
        while (message := await self._received.get()) is not None:
            yield message

    async def finish(self, code: int, reason: str) -> None:
        """End the visit: let the page have what was sent, then close its socket."""
        self._is_over = True
        self._stop_waiting()
        while not self._received.empty():
            # Whoever waits to put one more is let go.
            self._received.get_nowait()
        if self._socket:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FLUSH_SECONDS):
                    await self._all_written.wait()
            await self._socket.close(code, reason)

    async def carry(self, socket: ServerConnection, received: int) -> None:
        """Carry messages over a socket until it is closed; the page has the first `received` already.

        Another socket of the same visit is closed: two pages would speak over each other.
        """
        before, self._socket = self._socket, socket
        self._stop_waiting()
        tasks = [asyncio.create_task(self._write(socket, received))]
        if before:
            tasks.append(asyncio.create_task(before.close(CONTINUED_ELSEWHERE, "continued elsewhere")))
        try:
            await self._read(socket)
        finally:
            tasks[0].cancel()
            if self._socket is socket:
                self._wait_for_return()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in socket:
                if self._is_over or self._socket is not socket:
                    return
                if isinstance(message, str):
                    self._sent.played(name_of_mark(message))
                await self._received.put(message)

    async def _write(self, socket: ServerConnection, number: int) -> None:
        with contextlib.suppress(ConnectionClosed):
            if number == len(self._sent):
                # A page that has missed nothing learns that it is back.
                await socket.send(skipped(0))
            while True:
                while number < len(self._sent):
                    message, number = self._sent.after(number)
                    await socket.send(message)
                self._all_written.set()
                self._more.clear()
                await self._more.wait()

    def _wait_for_return(self) -> None:
        self._socket = None
        if not self._is_over:
            self._leaving = asyncio.get_running_loop().call_later(self._away_seconds, self._left)

    def _stop_waiting(self) -> None:
        if self._leaving:
            self._leaving.cancel()
            self._leaving = None

    def _left(self) -> None:
        if self._received.full():
            self._received.get_nowait()
        self._received.put_nowait(None)
