"""A server of Gemini Live's wire for these tests: WebSockets over TLS, each message scripted by the test."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
import trustme
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from realtime_service.live.client import DeveloperApi
from realtime_service.live.gemini import GeminiLive

Script = Callable[["Peer"], Awaitable[None]]


class Peer:
    """The server's end of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.request: Any = connection.request
        self.setup: dict[str, Any] = {}

    async def receive(self) -> dict[str, Any]:
        message = await self.connection.recv()
        assert isinstance(message, str), "the client sends text frames"
        return dict(json.loads(message))

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message).encode())

    async def set_up(self) -> None:
        self.setup = (await self.receive())["setup"]
        await self.send(setupComplete={"sessionId": "session-1"})


class World:
    """A running server, what it saw, and a client that trusts it."""

    def __init__(self, base_url: str, ssl_context: ssl.SSLContext) -> None:
        self.base_url = base_url
        self.ssl_context = ssl_context
        self.peers: list[Peer] = []

    def gemini(self, **options: Any) -> GeminiLive:
        account = options.pop("account", DeveloperApi("key-1"))
        here = {"base_url": self.base_url, "ssl_context": self.ssl_context}
        return GeminiLive(account, **{**here, **options})


@pytest.fixture(scope="session")
def certificate() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's TLS context and one for clients."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    return server, client


Playing = Callable[..., AbstractAsyncContextManager[World]]


@pytest.fixture
def playing(certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> Playing:
    """Start a server that plays the script on each connection; `status` refuses the upgrade instead."""
    server_context, client_context = certificate

    @asynccontextmanager
    async def play(script: Script, status: HTTPStatus | None = None) -> AsyncIterator[World]:
        async def handle(connection: ServerConnection) -> None:
            peer = Peer(connection)
            world.peers.append(peer)
            await script(peer)

        def refuse(connection: ServerConnection, _: Request) -> Response | None:
            return connection.respond(status, "no\n") if status is not None else None

        options: dict[str, Any] = {"ssl": server_context, "process_request": refuse, "max_size": 2**20}
        async with serve(handle, "127.0.0.1", 0, **options) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            world = World(f"https://127.0.0.1:{port}", client_context)
            async with asyncio.timeout(10):
                yield world

    return play
