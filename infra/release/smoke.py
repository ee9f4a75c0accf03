"""Tries a revision at its own address before a caller meets it: health, the closed door, a rehearsed call."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from msgspec import Struct
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.sync.client import connect

from infra.release.rollout import ReleaseError
from rehearsal.twilio.dictionary import TwilioError
from rehearsal.twilio.greeting import Line, ms_to_greeting

_TIMEOUT_SECONDS = 10.0
_HEALTH = "/health"
REVISION_HEADER = "X-Revision"
"""Names a revision's tag to the load balancer."""


class Door(Struct, frozen=True):
    """Where one revision answers."""

    url: str
    """https://… or http://…"""
    headers: Mapping[str, str]
    """What a load balancer knows the revision by; empty where the address says it."""


def smoke(door: Door, line: Line, tell: Callable[[str], None]) -> None:
    """Try the revision behind that door. Raises ReleaseError with what failed."""
    _is_healthy(door)
    tell("healthy")
    _refuses_strangers(door)
    tell("refuses an unsigned media stream")
    try:
        milliseconds = ms_to_greeting(line, _socket_url(door), door.headers)
    except TwilioError as error:
        raise ReleaseError(f"the rehearsed call: {error}") from error
    if milliseconds is None:
        raise ReleaseError("the agent did not greet its caller")
    tell(f"greets a caller {milliseconds} ms after the stream began")


def _is_healthy(door: Door) -> None:
    url = urlsplit(door.url)
    secure = url.scheme == "https"
    connection = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(
        url.netloc, timeout=_TIMEOUT_SECONDS
    )
    try:
        connection.request("GET", _HEALTH, headers=dict(door.headers))
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise ReleaseError(f"{door.url}{_HEALTH}: {error}") from error
    finally:
        connection.close()
    if status != 200:
        raise ReleaseError(f"{door.url}{_HEALTH}: HTTP {status}")


def _refuses_strangers(door: Door) -> None:
    try:
        with connect(
            _socket_url(door), additional_headers=door.headers, open_timeout=_TIMEOUT_SECONDS, proxy=None
        ):
            pass
    except InvalidStatus as refused:
        if refused.response.status_code == 403:
            return
        raise ReleaseError(f"an unsigned upgrade got {refused.response.status_code}, not 403") from refused
    except (OSError, TimeoutError, InvalidHandshake) as error:
        raise ReleaseError(f"the WebSocket's handshake: {error}") from error
    raise ReleaseError("an unsigned media stream was let in")


def _socket_url(door: Door) -> str:
    return door.url.replace("http", "ws", 1).rstrip("/") + "/twilio"
