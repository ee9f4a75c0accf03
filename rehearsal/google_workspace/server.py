"""Serves a Workspace on loopback: the APIs, the token endpoint, the staff's view, and faults on demand."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from msgspec import Struct

from rehearsal.google_workspace.faults import KINDS, Kind
from rehearsal.google_workspace.page import mail_text, staffs_view
from rehearsal.google_workspace.workspace import Answered, Workspace

HOST = "127.0.0.1"
TOKEN_PATH = "/token"  # noqa: S105
_HTML = "text/html; charset=utf-8"


class _Storm(Struct, frozen=True):
    """The body of `POST /rehearsal/faults`."""

    method: str = ""
    kind: Kind = "unavailable"
    times: int = 0
    seconds: float = 0.0
    probability: float = 0.0
    seed: int = 0
    kinds: tuple[Kind, ...] = KINDS


class WorkspaceServer:
    """A Workspace with an address."""

    def __init__(self, workspace: Workspace, port: int = 0) -> None:
        """Listens from now on; `serve` answers. Raises OSError where the port is taken."""
        self.workspace = workspace
        self._server = ThreadingHTTPServer((HOST, port), _handler(workspace))
        self._server.daemon_threads = True
        self.url = f"http://{HOST}:{self._server.server_address[1]}"

    @property
    def token_uri(self) -> str:
        """Where access tokens are given."""
        return self.url + TOKEN_PATH

    def service_account(self) -> str:
        """Return the JSON key of a service account that may act as the clinic's account here."""
        return msgspec.json.encode(self.workspace.tokens.service_account(self.token_uri)).decode()

    def authorised_user(self) -> str:
        """Return the JSON of the clinic's account's refresh token."""
        return msgspec.json.encode(self.workspace.tokens.authorised_user(self.token_uri)).decode()

    @contextlib.contextmanager
    def serve_in_thread(self) -> Iterator[WorkspaceServer]:
        """Answer until the end of the block."""
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="workspace"
        )
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def _handler(workspace: Workspace) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        world = workspace

    return Handler


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept open between requests as Google's are."""

    world: Workspace
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        if self.path == "/":
            self._send(Answered(200, staffs_view(self.world).encode()), _HTML)
        elif self.path.startswith("/mails/"):
            found = mail_text(self.world, self.path.removeprefix("/mails/"))
            self._send(Answered(200 if found else 404, found), "message/rfc822")
        else:
            self._api()

    def do_POST(self) -> None:
        if self.path == TOKEN_PATH:
            here = f"http://{self.headers.get('Host', '')}{TOKEN_PATH}"
            self._send(self.world.token(self._body(), here))
        elif self.path == "/rehearsal/faults":
            self._break()
        else:
            self._api()

    def do_PUT(self) -> None:
        self._api()

    def do_PATCH(self) -> None:
        self._api()

    def do_DELETE(self) -> None:
        self._api()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: paths hold addresses."""

    def _api(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.world.answer(self.command, self.path, headers, self._body()))

    def _break(self) -> None:
        storm = msgspec.json.decode(self._body(), type=_Storm)
        faults = self.world.faults
        if storm.times:
            faults.add(storm.method, storm.kind, storm.times, storm.seconds)
        else:
            faults.at_random(storm.probability, storm.seed, storm.kinds)
        self._send(Answered(204, b""))

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _send(self, answer: Answered, content_type: str = "application/json; charset=UTF-8") -> None:
        if answer.lost:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        if answer.body:
            self.send_header("Content-Type", content_type)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
