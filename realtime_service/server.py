"""The WebSocket service: who may open a media stream, and how its conversation begins and ends."""

from __future__ import annotations

import asyncio
import http
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack

import structlog
from twilio.request_validator import RequestValidator
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from clinic import telemetry
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import FunctionTable
from clinic.contracts.web_token import SUBPROTOCOL
from clinic.directory import Clinic
from clinic.settings import Settings
from realtime_service.admission import START_WITHIN_SECONDS, TRY_LATER, admit
from realtime_service.attending import attention_of
from realtime_service.bridge import Bridge, Dial
from realtime_service.careful_connection import CarefulConnection
from realtime_service.keeping_alive import kept_alive
from realtime_service.live.closed import LiveClosed
from realtime_service.media.codec import MediaStream
from realtime_service.media.events import ProtocolError
from realtime_service.media.twilio import TwilioStream
from realtime_service.outgoing import CallerConnection, CallerLost
from realtime_service.pages import Pages
from realtime_service.ports import Ports
from realtime_service.visit import AWAY_SECONDS, Visit
from realtime_service.web_calls import WebCalls

_log = structlog.get_logger("clinic")

LARGEST_MESSAGE = 64 * 1024
"""Bytes; Twilio's messages have about 400, the page's 1,280."""
_INTERNAL_ERROR, _NORMAL = 1011, 1000


class RealtimeService:
    """Holds the live conversations of one process."""

    def __init__(
        self,
        settings: Settings,
        clinic: Clinic,
        table: FunctionTable,
        ports: Ports,
        dial: Dial,
        start_within: float = START_WITHIN_SECONDS,
        away_seconds: float = AWAY_SECONDS,
    ) -> None:
        self._settings, self._clinic, self._table = settings, clinic, table
        self._ports, self._dial, self._start_within = ports, dial, start_within
        self._pages = Pages(clinic, settings, lambda: len(self._conversations))
        self._web = WebCalls(settings, clinic, ports.call_log, start_within, away_seconds)
        self._attention = attention_of(settings)
        self._conversations: set[asyncio.Task[None]] = set()
        self._doors = {"/twilio": self._take_phone_call, "/browser": self._take_visitor}
        self._draining = False
        self._server: Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Take calls from a socket that is bound, once the store is connected."""
        await self._ports.warm()
        self._server = await serve(
            self._handle,
            sock=listener,
            process_request=self._check,
            select_subprotocol=_spoken,
            create_connection=CarefulConnection,
            open_timeout=self._start_within,
            max_size=LARGEST_MESSAGE,
            compression=None,
            close_timeout=2,
            server_header=None,
            logger=_only_critical(),
        )

    async def stop(self, grace_seconds: float) -> None:
        """Take no more calls; give the running ones that long to end, then end them too."""
        self._draining = True
        if self._conversations:
            _log.info("= draining", calls=len(self._conversations))
            await asyncio.wait(self._conversations, timeout=grace_seconds)
        for conversation in self._conversations:
            conversation.cancel()
        if self._conversations:
            await asyncio.wait(self._conversations, timeout=3)
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    def _check(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.method != "GET":
            return connection.respond(http.HTTPStatus.METHOD_NOT_ALLOWED, "GET only\n")
        path = request.path.partition("?")[0]
        if path not in self._doors:
            return self._pages.response(path, request)
        if self._draining:
            return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "restarting\n")
        allowed = {"/twilio": self._is_signed, "/browser": self._web.may_open}
        if not allowed[path](request):
            _log.warning("! upgrade refused", path=path)
            return connection.respond(http.HTTPStatus.FORBIDDEN, "forbidden\n")
        return None

    def _is_signed(self, request: Request) -> bool:
        # Twilio signs the upgrade over the address that the TwiML named, which has no query.
        given = request.headers.get_all("X-Twilio-Signature")
        url = f"{self._settings.public_realtime_url}{request.path}"
        signed = RequestValidator(self._settings.signing_token)
        return len(given) == 1 and bool(signed.validate(url, {}, given[0]))

    async def _handle(self, connection: ServerConnection) -> None:
        if connection.request is None:
            raise RuntimeError("a handler runs after its handshake")
        door = self._doors[connection.request.path.partition("?")[0]]
        code, reason = await self._outcome(door(connection, connection.request))
        await connection.close(code, reason)

    async def _take_phone_call(self, connection: ServerConnection, _: Request) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a handler runs in a task")
        self._conversations.add(task)
        try:
            self._check_room()
            stream = TwilioStream()
            record = await admit(connection, stream, self._ports.call_log, self._start_within)
            await self._converse(record, connection, stream, lambda: False)
        finally:
            self._conversations.discard(task)

    async def _take_visitor(self, connection: ServerConnection, request: Request) -> None:
        await self._web.take(connection, request, self._begin_visit)

    async def _begin_visit(self, record: CallRecord, visit: Visit, stream: MediaStream) -> None:
        # A task of its own: the conversation outlives the socket that opened it.
        task = asyncio.create_task(self._hold_visit(record, visit, stream))
        self._conversations.add(task)
        task.add_done_callback(self._conversations.discard)

    async def _hold_visit(self, record: CallRecord, visit: Visit, stream: MediaStream) -> None:
        ended = (_INTERNAL_ERROR, "broken off")
        try:
            ended = await self._outcome(self._converse(record, visit, stream, lambda: visit.is_away))
        finally:
            self._web.leave(record.call_id)
            await asyncio.shield(visit.finish(*ended))

    async def _outcome(self, side: Awaitable[None]) -> tuple[int, str]:
        """Wait for a caller's side to end; return the close code and reason for it."""
        try:
            await side
        except ProtocolError as error:
            _log.warning("! media stream refused", code=error.close_code, reason=error.reason)
            return error.close_code, error.reason
        except LiveClosed as closed:
            _log.error("! model lost", code=closed.code, fatal=closed.fatal)
            return _INTERNAL_ERROR, "the agent is not available"
        except (CallerLost, ConnectionClosed):
            _log.info("< connection lost")
        except Exception:  # noqa: BLE001
            # One call's fault is not the others'; what it was, the log says with its traceback.
            _log.exception("! conversation")
            return _INTERNAL_ERROR, "internal error"
        return _NORMAL, ""

    def _check_room(self) -> None:
        if len(self._conversations) > self._settings.max_sessions:
            raise ProtocolError(TRY_LATER, "too many calls")

    async def _converse(
        self,
        record: CallRecord,
        connection: CallerConnection,
        stream: MediaStream,
        is_away: Callable[[], bool],
    ) -> None:
        with ExitStack() as stack:
            stack.enter_context(structlog.contextvars.bound_contextvars(call_id=record.call_id))
            stack.enter_context(telemetry.counted(telemetry.SESSIONS, {"channel": record.channel}))
            _log.info("= started", channel=record.channel)
            bridge = Bridge(
                record,
                connection,
                stream,
                self._clinic,
                self._table,
                self._ports,
                self._attention,
                is_away,
            )
            async with kept_alive(self._ports.call_log, record.call_id):
                await bridge.run(self._dial)


def _spoken(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return Subprotocol(SUBPROTOCOL) if SUBPROTOCOL in offered else None


def _only_critical() -> logging.Logger:
    # The library logs a traceback for every half-open or reset connection; our own lines say what matters.
    logger = logging.getLogger("clinic.websockets")
    logger.setLevel(logging.CRITICAL)
    return logger
