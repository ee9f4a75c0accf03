"""Serves the switchboard on loopback over HTTP, as api.twilio.com would."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from rehearsal.twilio.switchboard import Switchboard


@contextmanager
def serve(switchboard: Switchboard) -> Iterator[str]:
    """Serve until the block ends; gives the base address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(switchboard))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="rehearsed Twilio")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(switchboard: Switchboard) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = parse_qsl(body, keep_blank_values=True)
            path = urlsplit(self.path).path
            self._answer(*switchboard.answer(path, form, self.headers.get("Authorization", "")))

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            self._answer(*switchboard.look_up(path, self.headers.get("Authorization", "")))

        def _answer(self, status: int, answer: dict[str, Any]) -> None:
            encoded = msgspec.json.encode(answer)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    return Handler
