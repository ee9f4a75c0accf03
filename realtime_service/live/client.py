"""Makes the SDK's client: the Developer API by a key, or Vertex AI by credentials, and our socket options."""

from __future__ import annotations

import logging
import ssl
from contextvars import ContextVar
from typing import Any

from google import genai
from google.auth.credentials import Credentials
from google.genai import types
from msgspec import Struct
from websockets.asyncio.client import ClientConnection

DEVELOPER_API = "https://generativelanguage.googleapis.com"
_DEVELOPER_VERSION = "v1beta"  # the SDK's default is v1, which no page on Live knows
_VERTEX_VERSION = "v1beta1"
_LARGEST_MESSAGE = 16 * 1024 * 1024
_CLOSE_SECONDS = 1.0

dialled: ContextVar[list[ClientConnection]] = ContextVar("dialled")
"""Where the connections that this task dials are shown."""


class DeveloperApi(Struct, frozen=True):
    """Gemini's own API (ai.google.dev), paid by a key."""

    key: str


class VertexAi(Struct, frozen=True):
    """Gemini on Google Cloud, paid by a project."""

    project: str = ""
    """Empty: that of the credentials."""
    location: str = "us-central1"
    """A region. Live has no global location (firebase.google.com/docs/ai-logic/locations)."""
    credentials: Credentials | None = None
    """None: Application Default Credentials."""


def sdk_client(
    account: DeveloperApi | VertexAi, base_url: str | None, ssl_context: ssl.SSLContext | None
) -> genai.Client:
    """Return a client. It takes 60 ms of CPU: one per process. `base_url` is dialled past any proxy."""
    if isinstance(account, DeveloperApi):
        options = _http_options(base_url or DEVELOPER_API, _DEVELOPER_VERSION, base_url, ssl_context)
        return genai.Client(api_key=account.key, vertexai=False, http_options=options)
    return genai.Client(
        vertexai=True,
        project=account.project or None,
        location=account.location,
        credentials=account.credentials,
        http_options=_http_options(base_url, _VERTEX_VERSION, base_url, ssl_context),
    )


def _http_options(
    address: str | None, version: str, given_url: str | None, ssl_context: ssl.SSLContext | None
) -> types.HttpOptions:
    socket_options: dict[str, Any] = {
        "create_connection": _connection,
        "ping_interval": None,  # pongs of 8 to 30 s have been seen; a ping would end a healthy call
        "compression": None,  # base64 of speech hardly shrinks
        "max_size": _LARGEST_MESSAGE,
        "close_timeout": _CLOSE_SECONDS,
        "logger": _without_frames(),
    }
    if given_url is not None:
        socket_options["proxy"] = None
    if ssl_context is not None:
        socket_options["ssl"] = ssl_context
    return types.HttpOptions(
        api_version=version,
        base_url=address,
        async_client_args=socket_options,
        client_args={"verify": ssl_context} if ssl_context is not None else None,
    )


def _connection(*args: Any, **options: Any) -> ClientConnection:
    """Make the connection as `websockets` would, and show it to the task that dials."""
    connection = ClientConnection(*args, **options)
    dialled.get().append(connection)
    return connection


def _without_frames() -> logging.Logger:
    """Return a logger that never shows frames, as the library's does at DEBUG: they hold what people say."""
    logger = logging.getLogger(f"{__name__}.socket")
    logger.setLevel(logging.INFO)
    return logger
