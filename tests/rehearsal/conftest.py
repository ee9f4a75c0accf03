"""Servers on loopback in which a test plays the clinic: its webhooks and its media stream."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from websockets.asyncio.server import ServerConnection, serve

Answer = Callable[[str, dict[str, str], Mapping[str, str]], tuple[int, str, str]]
"""Path, parameters and headers in; status, content type and body out."""


@pytest.fixture
def serve_http() -> Iterator[Callable[[Answer], str]]:
    """Serve webhooks; returns their base address."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
async def serve_stream() -> AsyncIterator[
    Callable[[Callable[[ServerConnection], Awaitable[None]]], Awaitable[str]]
]:
    """Serve media streams; returns their address."""
    async with AsyncExitStack() as stack:

        async def start(handler: Callable[[ServerConnection], Awaitable[None]]) -> str:
            server = await stack.enter_async_context(serve(handler, "127.0.0.1", 0, compression=None))
            return f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/media"

        yield start


def _handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._answer(self.path, dict(parse_qsl(body, keep_blank_values=True)))

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            self._answer(path, dict(parse_qsl(query, keep_blank_values=True)))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

        def _answer(self, path: str, parameters: dict[str, str]) -> None:
            status, content_type, text = answer(path, parameters, dict(self.headers))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

    return Handler
