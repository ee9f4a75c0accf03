"""The rehearsed service itself: TLS, the upgrade, keys, and a session for every connection."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from rehearsal.gemini.bookmarks import Bookmarks
from rehearsal.gemini.certificate import throw_away_certificate
from rehearsal.gemini.faculties import Detector, Ear, Faculties, Pace, Receptionist, Voice
from rehearsal.gemini.line import Line
from rehearsal.gemini.listening import turn_detector_for
from rehearsal.gemini.refusal import INVALID_ARGUMENT, POLICY_VIOLATION, Refused
from rehearsal.gemini.session import Session
from rehearsal.gemini.setup_message import AutomaticActivityDetection, Setup

HOST = "127.0.0.1"
PATH = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
"""The Developer API's: the Live documentation knows v1beta alone, whatever version the SDK prefers."""
VERTEX_PATH = "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent"
"""Vertex AI's, where a Bearer token takes the place of the key, and function calls have no ids."""
_LARGEST_MESSAGE = 2**20
"""Bytes: an hour of audio in one message is no realtime input."""
_NO_KEY = (
    "Method doesn't allow unregistered callers (callers without established identity). "
    "Please use API Key or other form of API consumer identity to call this API."
)
_CLOSE_SECONDS = 1.0
"""How long a client that has gone silent may hold up the end."""


class RehearsedGemini:
    """A Gemini Live on loopback, open while it is entered: `async with`, or `with .serve_in_thread()`.

    Any API key will do unless `api_key` names one, and any Bearer token. `lines` say what goes wrong on the
    first connections, in the order of their dials; nothing does on later ones. Raises OSError on entering if
    the port is taken.
    """

    def __init__(
        self,
        *,
        receptionist_for: Callable[[Setup], Receptionist],
        ear: Ear,
        voice: Voice,
        detector_for: Callable[[AutomaticActivityDetection], Detector] = turn_detector_for,
        port: int = 0,
        api_key: str = "",
        pace: Pace | None = None,
        lines: Iterable[Line] = (),
    ) -> None:
        self._pace = pace or Pace()
        self._lines = iter(lines)
        self._port = port
        self._api_key = api_key
        self._certificate = throw_away_certificate(HOST, "localhost")
        self._bookmarks = Bookmarks(self._pace.handle_seconds, time.monotonic)
        self._threads = [ThreadPoolExecutor(1, f"rehearsed-{name}") for name in ("ear", "voice")]
        self._faculties = Faculties(
            receptionist_for=receptionist_for,
            detector_for=detector_for,
            ear=ear,
            voice=voice,
            ear_thread=self._threads[0],
            voice_thread=self._threads[1],
            pace=self._pace,
        )
        self._line_of: WeakKeyDictionary[ServerConnection, Line] = WeakKeyDictionary()
        self._server: Server | None = None

    @property
    def base_url(self) -> str:
        """What the SDK takes as `base_url`. Raises RuntimeError before it is served."""
        if self._server is None:
            raise RuntimeError("the rehearsed Gemini is not being served")
        port = next(iter(self._server.sockets)).getsockname()[1]
        return f"https://{HOST}:{port}"

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """What a client must trust: `async_client_args={"ssl": …}`."""
        return self._certificate.client

    @property
    def authority_pem(self) -> bytes:
        """The same as a file's content, for `SSL_CERT_FILE`."""
        return self._certificate.authority_pem

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._attend,
            HOST,
            self._port,
            ssl=self._certificate.server,
            process_request=self._upgraded,
            compression=None,
            max_size=_LARGEST_MESSAGE,
            ping_interval=None,
            close_timeout=_CLOSE_SECONDS,
            logger=logging.getLogger("rehearsal.gemini"),
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for thread in self._threads:
            await asyncio.to_thread(thread.shutdown, cancel_futures=True)

    @contextmanager
    def serve_in_thread(self) -> Iterator[Self]:
        """Serve on an event loop of its own, so that speech at work never holds up the caller's loop."""
        started: Future[Callable[[], object]] = Future()
        with ThreadPoolExecutor(1, "rehearsed-gemini") as thread:
            served = thread.submit(asyncio.run, self._serve_until_told(started))
            either: list[Future[Any]] = [started, served]
            wait(either, return_when=FIRST_COMPLETED)
            if not started.done():
                served.result()
            stop = started.result()
            try:
                yield self
            finally:
                stop()
                served.result()

    async def _serve_until_told(self, started: Future[Callable[[], object]]) -> None:
        told, loop = asyncio.Event(), asyncio.get_running_loop()
        async with self:
            started.set_result(lambda: loop.call_soon_threadsafe(told.set))
            await told.wait()

    async def _attend(self, connection: ServerConnection) -> None:
        on_vertex = _path_of(connection.request) == VERTEX_PATH
        try:
            self._check_key(_token_of(connection.request) if on_vertex else _key_of(connection.request))
        except Refused as refusal:
            await connection.close(refusal.code, refusal.reason)
        else:
            line = self._line_of.pop(connection)
            await Session(connection, self._faculties, self._bookmarks, line, names_calls=not on_vertex).run()

    def _upgraded(self, connection: ServerConnection, request: Request) -> Response | None:
        if _path_of(request) not in (PATH, VERTEX_PATH):
            return connection.respond(HTTPStatus.NOT_FOUND, "Not found.\n")
        line = next(self._lines, Line())
        if line.upgrade_refused is not None:
            return connection.respond(line.upgrade_refused, "Try again later.\n")
        self._line_of[connection] = line
        return None

    def _check_key(self, key: str) -> None:
        if not key:
            raise Refused(POLICY_VIOLATION, _NO_KEY)
        if self._api_key not in ("", key):
            raise Refused(INVALID_ARGUMENT, "API key not valid. Please pass a valid API key.")


def _path_of(request: Request | None) -> str:
    # The SDK's base URL ends in a slash and its path begins with one: "//ws/…".
    return "/" + request.path.partition("?")[0].lstrip("/") if request is not None else ""


def _token_of(request: Request | None) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ") if request else ("", "", "")
    return token if scheme == "Bearer" else ""


def _key_of(request: Request | None) -> str:
    if request is None:
        return ""
    in_query = parse_qs(request.path.partition("?")[2]).get("key", [""])
    return request.headers.get("x-goog-api-key", in_query[0])
