"""Tries a revision at its own address before a caller meets it: health, the closed door, a rehearsed call."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from urllib.parse import urlsplit

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from infra.release.rollout import ReleaseError
from rehearsal.twilio.dictionary import TwilioError
from rehearsal.twilio.greeting import Line, ms_to_greeting

_TIMEOUT_SECONDS = 10.0
_HEALTH = "/health"


def smoke(revision_url: str, line: Line, tell: Callable[[str], None]) -> None:
    """Try the revision at that address, https://… or http://… Raises ReleaseError with what failed."""
    _is_healthy(revision_url)
    tell("healthy")
    _refuses_strangers(revision_url)
    tell("refuses an unsigned media stream")
    try:
        milliseconds = ms_to_greeting(line, _socket_url(revision_url))
    except TwilioError as error:
        raise ReleaseError(f"the rehearsed call: {error}") from error
    if milliseconds is None:
        raise ReleaseError("the agent did not greet its caller")
    tell(f"greets a caller {milliseconds} ms after the stream began")


def _is_healthy(revision_url: str) -> None:
    url = urlsplit(revision_url)
    secure = url.scheme == "https"
    connection = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(
        url.netloc, timeout=_TIMEOUT_SECONDS
    )
    try:
        connection.request("GET", _HEALTH)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise ReleaseError(f"{revision_url}{_HEALTH}: {error}") from error
    finally:
        connection.close()
    if status != 200:
        raise ReleaseError(f"{revision_url}{_HEALTH}: HTTP {status}")


def _refuses_strangers(revision_url: str) -> None:
    try:
        with connect(_socket_url(revision_url), open_timeout=_TIMEOUT_SECONDS, proxy=None):
            pass
    except InvalidStatus as refused:
        if refused.response.status_code == 403:
            return
        raise ReleaseError(f"an unsigned upgrade got {refused.response.status_code}, not 403") from refused
    except (OSError, TimeoutError) as error:
        raise ReleaseError(f"the WebSocket's handshake: {error}") from error
    raise ReleaseError("an unsigned media stream was let in")


def _socket_url(revision_url: str) -> str:
    return revision_url.replace("http", "ws", 1).rstrip("/") + "/twilio"
