"""Tells why a Live connection ended, and whether dialling again can help."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from google.genai import errors
from websockets.exceptions import ConnectionClosed, InvalidStatus, InvalidURI, WebSocketException

ABNORMAL = 1006
"""The connection was lost without a close frame, or never made (RFC 6455 section 7.4.1)."""
UNEXPECTED_ANSWER = 1002


class LiveClosed(Exception):
    """The connection to the model is gone, or could not be made.

    `code` is the WebSocket's close code or, below 1000, the HTTP status of a refused upgrade.
    `reason` is the server's, or the kind of the network's error.
    `resumable`: the same dial, with the last handle if there is one, may be repeated after a pause.
    `fatal`: no dial will help before somebody mends the configuration or the account.
    Neither: dial once more, without a handle, for a fresh session.
    """

    def __init__(self, code: int, reason: str, resumable: bool, fatal: bool) -> None:
        super().__init__(code, reason, resumable, fatal)
        self.code = code
        self.reason = reason
        self.resumable = resumable
        self.fatal = fatal


class Stage(NamedTuple):
    """Where the connection was when it ended."""

    setting_up: bool
    resuming: bool
    """A handle was given."""


class _Verdict(NamedTuple):
    resumable: bool
    fatal: bool


_RESUME = _Verdict(resumable=True, fatal=False)
_FRESH = _Verdict(resumable=False, fatal=False)
_FATAL = _Verdict(resumable=False, fatal=True)

_NOT_ALLOWED = re.compile(
    r"api[ _-]?key|unauthenticated|permission|location is not supported|region|quota|credits|billing",
    re.IGNORECASE,
)
"""In the reason of a 1007, 1008 or 1011 alike: a matter of the key, the place or the account."""
_PASSING = re.compile(r"operation was aborted|deadline expired|internal error|unavailable", re.IGNORECASE)
"""In the reason of a set-up that was refused: seen to pass by itself."""
_MISCONFIGURED = (ssl.SSLCertVerificationError, InvalidURI)
_REFUSED_UPGRADES = frozenset({400, 401, 403, 404})


@contextmanager
def closes_told(stage: Stage) -> Iterator[None]:
    """Turn what the SDK, the socket or the network raises into LiveClosed."""
    try:
        yield
    except (errors.APIError, WebSocketException, OSError) as error:
        raise live_closed(error, stage) from error


def live_closed(error: Exception, stage: Stage) -> LiveClosed:
    """Return what an error of the SDK, of the socket or of the network means."""
    code, reason = _code_and_reason(error)
    verdict = _FATAL if isinstance(error, _MISCONFIGURED) else _verdict(code, reason, stage)
    return LiveClosed(code, reason, *verdict)


def no_setup(reason: str) -> LiveClosed:
    """Return what it means that the set-up was answered with something else."""
    return LiveClosed(UNEXPECTED_ANSWER, reason, *_FRESH)


def not_authenticated(*, retryable: bool) -> LiveClosed:
    """Return what it means that Google gave no token; `retryable` as google-auth has it."""
    return LiveClosed(401, "no token", *(_RESUME if retryable else _FATAL))


def gone_silent() -> LiveClosed:
    """Return what it means that the connection is open and the model owes a sound for too long."""
    return LiveClosed(ABNORMAL, "no sound", *_RESUME)


def hung_up() -> LiveClosed:
    """Return what it means that we have hung up ourselves."""
    return LiveClosed(1000, "hung up", *_FATAL)


def _code_and_reason(error: Exception) -> tuple[int, str]:
    if isinstance(error, errors.APIError):
        return error.code, str(error.details)
    if isinstance(error, ConnectionClosed):
        return (error.rcvd.code, error.rcvd.reason) if error.rcvd else (ABNORMAL, "no close frame")
    if isinstance(error, InvalidStatus):
        return error.response.status_code, "the upgrade was refused"
    return ABNORMAL, type(error).__name__


def _verdict(code: int, reason: str, stage: Stage) -> _Verdict:
    if code in _REFUSED_UPGRADES or (code in _BY_CODE and _NOT_ALLOWED.search(reason)):
        return _FATAL
    return _BY_CODE[code](reason, stage) if code in _BY_CODE else _RESUME


def _invalid(_reason: str, stage: Stage) -> _Verdict:
    """1007: the set-up, the handle or the context is refused; the same again would be too."""
    return _FATAL if stage.setting_up and not stage.resuming else _FRESH


def _policy(reason: str, stage: Stage) -> _Verdict:
    """1008: at set-up an unknown model, or a handle not found; later the end of an old connection."""
    if not stage.setting_up or _PASSING.search(reason):
        return _RESUME
    return _FRESH if stage.resuming else _FATAL


def _internal(_reason: str, _stage: Stage) -> _Verdict:
    """1011: a deadline, a fault within, or the old connection still being open."""
    return _RESUME


_BY_CODE = {1007: _invalid, 1008: _policy, 1011: _internal}
