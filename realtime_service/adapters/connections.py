"""Long-lived gRPC connections that can be given up for a new one while others still use them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

import grpc.aio  # type: ignore[import-untyped]

Client = TypeVar("Client")

LONGEST_SILENCE_SECONDS = 0.6
"""A reply takes a few milliseconds, in the cloud some tens: after this the connection itself is in doubt."""
_YOUNG_SECONDS = 1.0
OPTIONS = [
    # Without it a new channel to the same address is given the old one's dead connection.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.keepalive_time_ms", 30_000),
]


class Connection(Generic[Client]):
    """A client and its channel."""

    def __init__(self, client: Client, channel: Any) -> None:
        self.client, self.channel = client, channel
        self.since = asyncio.get_running_loop().time()
        self.users, self.given_up = 0, False


class Connections(Generic[Client]):
    """Has one connection at a time, made at first use."""

    def __init__(self, channel: Callable[[], Any], client: Callable[[Any], Client]) -> None:
        """`channel` makes a grpc.aio channel with OPTIONS, `client` a client of one."""
        self._new_channel, self._new_client = channel, client
        self._current: Connection[Client] | None = None

    @asynccontextmanager
    async def use(self) -> AsyncIterator[Connection[Client]]:
        """Give the connection; one that was given up is closed by its last user."""
        connection = self._current = self._current or self._connect()
        connection.users += 1
        try:
            yield connection
        finally:
            connection.users -= 1
            if connection.given_up and not connection.users:
                await connection.channel.close()

    def give_up(self, connection: Connection[Client]) -> None:
        """Connect anew from the next use on, unless somebody has done so just now."""
        age = asyncio.get_running_loop().time() - connection.since
        if connection is self._current and age > _YOUNG_SECONDS:
            connection.given_up = True
            self._current = None

    async def warm(self) -> None:
        """Connect now."""
        async with self.use() as connection:
            await connection.channel.channel_ready()

    def _connect(self) -> Connection[Client]:
        channel = self._new_channel()
        return Connection(self._new_client(channel), channel)


def loopback(address: str) -> Any:
    """Return a channel to an emulator."""
    return grpc.aio.insecure_channel(address, options=OPTIONS)
