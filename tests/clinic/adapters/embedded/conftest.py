"""A real HTTP server in the functions' place, for the deliverer to push to."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

import pytest

TOOL = "book_appointment"


class Server(ThreadingHTTPServer):
    """Of as many connections at once as the deliverer has."""

    request_queue_size = 64


class Functions:
    """An HTTP server in the functions' place, which answers with one code after another."""

    def __init__(self) -> None:
        self.codes: Queue[int] = Queue()
        self.pushes: Queue[tuple[str, str, bytes]] = Queue()
        self.may_answer = threading.Event()
        self.may_answer.set()
        self._server = Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.port = self._server.server_address[1]

    def push(self) -> tuple[str, str, bytes]:
        """Return the next push: path, content type, body."""
        return self.pushes.get(timeout=5)

    def close(self) -> None:
        self.may_answer.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(functions) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                functions.pushes.put((self.path, self.headers["Content-Type"], body))
                if self.path.endswith(TOOL):
                    functions.may_answer.wait(5)
                code = 204 if functions.codes.empty() else functions.codes.get()
                if code:
                    self.send_response(code)
                    self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing."""

        return Handler


@pytest.fixture
def functions() -> Iterator[Functions]:
    server = Functions()
    yield server
    server.close()
