"""Talks to Gemini Live: the SDK authenticates, dials and sets up, the audio goes over its socket directly."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from google import genai
from google.genai import types
from google.genai.live import AsyncSession
from websockets.asyncio.client import ClientConnection

from realtime_service.live.capabilities import capabilities_of
from realtime_service.live.closed import Stage, closes_told, no_setup
from realtime_service.live.session import LiveSession
from realtime_service.live.setup import TurnTaking, setup
from realtime_service.live.wire import SdkWire, SocketWire, Wire

DEFAULT_MODEL = "gemini-3.8-live"
DEFAULT_VOICE = "Charon"
DEVELOPER_API = "https://generativelanguage.googleapis.com"

_API_VERSION = "v1beta"  # the SDK's default is v1, which no page on Live knows
_LARGEST_MESSAGE = 16 * 1024 * 1024
_CLOSE_SECONDS = 1.0

_log = structlog.get_logger()
_dialled: ContextVar[list[ClientConnection]] = ContextVar("dialled")


class GeminiLive:
    """The door to Gemini Live: one per process, for its client takes 60 ms of CPU to build."""

    def __init__(
        self,
        *,
        api_key: str,
        model: str = DEFAULT_MODEL,
        base_url: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        setup_seconds: float = 8.0,
        turn_taking: TurnTaking | None = None,
    ) -> None:
        """Make the client. `base_url` is `https://host:port` of another server, dialled past any proxy."""
        self._model = model
        self._setup_seconds = setup_seconds
        self._turn_taking = turn_taking or TurnTaking()
        self._client = genai.Client(
            api_key=api_key, vertexai=False, http_options=_http_options(base_url, ssl_context)
        )

    def warm(self, declarations: Sequence[Mapping[str, Any]]) -> None:
        """Build what the SDK builds at its first use, 25 ms of CPU: at boot, not within somebody's call."""
        config = self._setup("", declarations, DEFAULT_VOICE, None, None)
        types.LiveConnectParameters(model=self._model, config=config).model_dump(exclude_none=True)
        types.LiveServerMessage.model_validate({"setupComplete": {}})

    @asynccontextmanager
    async def session(
        self,
        instructions: str,
        declarations: Sequence[Mapping[str, Any]],
        voice: str = DEFAULT_VOICE,
        language: str | None = None,
        handle: str | None = None,
    ) -> AsyncIterator[LiveSession]:
        """Dial, set up and yield a session; hang up at the end.

        `declarations` are rows of `name`, `description`, `parameters_json_schema`. `language` is BCP 47, None
        lets the model follow the caller. `handle` takes up an earlier session, its connection closed by now.
        Raises LiveClosed, also when nothing answers within `setup_seconds`.
        """
        stage = Stage(setting_up=True, resuming=handle is not None)
        config = self._setup(instructions, declarations, voice, language, handle)
        async with AsyncExitStack() as stack:
            with closes_told(stage):
                session, wire = await self._dial(stack, config)
            live = LiveSession(session, wire, stage.resuming)
            try:
                yield live
            finally:
                await live.close()

    def _setup(
        self,
        instructions: str,
        declarations: Sequence[Mapping[str, Any]],
        voice: str,
        language: str | None,
        handle: str | None,
    ) -> types.LiveConnectConfig:
        capabilities = capabilities_of(self._model)
        return setup(instructions, declarations, voice, language, handle, capabilities, self._turn_taking)

    async def _dial(
        self, stack: AsyncExitStack, config: types.LiveConnectConfig
    ) -> tuple[AsyncSession, Wire]:
        connections: list[ClientConnection] = []
        token = _dialled.set(connections)
        try:
            async with asyncio.timeout(self._setup_seconds):
                dial = self._client.aio.live.connect(model=self._model, config=config)
                session = await stack.enter_async_context(dial)
        except OSError:  # a certificate's error is a ValueError too
            raise
        except (ValueError, TypeError):
            if not connections:
                raise
            raise no_setup("the set-up's answer could not be read") from None  # the SDK's errors quote it
        finally:
            _dialled.reset(token)
        if session.setup_complete is None:
            raise no_setup("the set-up was answered with another message")
        return session, _wire(session, connections)


def _wire(session: AsyncSession, connections: list[ClientConnection]) -> Wire:
    """Return the fast way when the SDK passed our connection factory on, as it is not documented to."""
    if connections:
        return SocketWire(connections[-1])
    _log.warning("! socket not seen", consequence="audio goes through the SDK at twice the CPU")
    return SdkWire(session)


def _connection(*args: Any, **options: Any) -> ClientConnection:
    """Make the connection as `websockets` would, and show it to the task that dials."""
    connection = ClientConnection(*args, **options)
    _dialled.get().append(connection)
    return connection


def _without_frames() -> logging.Logger:
    """Return a logger that never shows frames, as the library's does at DEBUG: they hold what people say."""
    logger = logging.getLogger(f"{__name__}.socket")
    logger.setLevel(logging.INFO)
    return logger


def _http_options(base_url: str | None, ssl_context: ssl.SSLContext | None) -> types.HttpOptions:
    socket_options: dict[str, Any] = {
        "create_connection": _connection,
        "ping_interval": None,  # pongs of 8 to 30 s have been seen; a ping would end a healthy call
        "compression": None,  # base64 of speech hardly shrinks
        "max_size": _LARGEST_MESSAGE,
        "close_timeout": _CLOSE_SECONDS,
        "logger": _without_frames(),
    }
    if base_url is not None:
        socket_options["proxy"] = None
    if ssl_context is not None:
        socket_options["ssl"] = ssl_context
    return types.HttpOptions(
        api_version=_API_VERSION,
        base_url=base_url or DEVELOPER_API,
        async_client_args=socket_options,
        client_args={"verify": ssl_context} if ssl_context is not None else None,
    )
