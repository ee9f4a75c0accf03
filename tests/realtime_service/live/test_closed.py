"""Tests of what the end of a connection means."""

from __future__ import annotations

import ssl

import pytest
from google.genai import errors
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.frames import Close
from websockets.http11 import Response

from realtime_service.live.closed import LiveClosed, Stage, closes_told, live_closed

DIALLING = Stage(setting_up=True, resuming=False)
RESUMING = Stage(setting_up=True, resuming=True)
TALKING = Stage(setting_up=False, resuming=False)
RESUME, FRESH, FATAL = (True, False), (False, False), (False, True)

KEY = "API key expired. Please renew the API key."
PLACE = "User location is not supported for the API use."
QUOTA = "You exceeded your current quota, please check your plan and billing details."
INVALID = "Request contains an invalid argument."


def meaning(code: int, reason: str, stage: Stage) -> tuple[bool, bool]:
    closed = live_closed(ConnectionClosedError(Close(code, reason), None), stage)
    assert (closed.code, closed.reason) == (code, reason)
    return closed.resumable, closed.fatal


@pytest.mark.parametrize(
    ("code", "reason", "stage", "expected"),
    [
        (1000, "", TALKING, RESUME),
        (1001, "going away", TALKING, RESUME),
        (1012, "", DIALLING, RESUME),
        (1007, KEY, DIALLING, FATAL),
        (1007, KEY, TALKING, FATAL),
        (1007, PLACE, DIALLING, FATAL),
        (1007, INVALID, DIALLING, FATAL),
        (1007, INVALID, RESUMING, FRESH),
        (1007, "context exhausted", TALKING, FRESH),
        (1008, "models/x is not found for API version v1beta", DIALLING, FATAL),
        (1008, "Operation is not implemented, or supported, or enabled.", DIALLING, FATAL),
        (1008, "Requested entity was not found.", RESUMING, FRESH),
        (1008, "Requested entity was not found.", TALKING, RESUME),
        (1008, "The operation was aborted.", TALKING, RESUME),
        (1008, "The operation was aborted.", DIALLING, RESUME),
        (1011, "Internal error encountered.", TALKING, RESUME),
        (1011, "Deadline expired before operation could complete.", TALKING, RESUME),
        (1011, "RESOURCE_EXHAUSTED", DIALLING, RESUME),
        (1011, QUOTA, TALKING, FATAL),
    ],
)
def test_a_close_code_means_what_its_reason_and_its_moment_make_of_it(
    code: int, reason: str, stage: Stage, expected: tuple[bool, bool]
) -> None:
    assert meaning(code, reason, stage) == expected


def test_the_sdks_error_carries_the_close_code_and_the_reason() -> None:
    closed = live_closed(errors.APIError(1007, KEY), DIALLING)
    assert closed.args == (1007, KEY, False, True)


def test_a_connection_without_a_close_frame_is_lost_and_can_be_resumed() -> None:
    closed = live_closed(ConnectionClosedError(None, None), TALKING)
    assert closed.args == (1006, "no close frame", True, False)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, FATAL), (401, FATAL), (403, FATAL), (404, FATAL), (429, RESUME), (500, RESUME), (503, RESUME)],
)
def test_a_refused_upgrade_is_the_configurations_fault_or_the_moments(
    status: int, expected: tuple[bool, bool]
) -> None:
    closed = live_closed(InvalidStatus(Response(status, "", Headers())), DIALLING)
    assert (closed.code, (closed.resumable, closed.fatal)) == (status, expected)


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), OSError("no route to host")])
def test_what_the_network_does_can_be_tried_again(error: OSError) -> None:
    closed = live_closed(error, DIALLING)
    assert closed.args == (1006, type(error).__name__, True, False)


def test_a_certificate_not_trusted_will_not_be_trusted_at_the_next_dial() -> None:
    assert live_closed(ssl.SSLCertVerificationError(), DIALLING).fatal


def test_an_error_that_is_no_close_stays_what_it_is() -> None:
    with pytest.raises(KeyError), closes_told(TALKING):
        raise KeyError("a bug")


def test_what_closed_it_stays_known() -> None:
    lost = ConnectionResetError()
    with pytest.raises(LiveClosed) as closed, closes_told(TALKING):
        raise lost
    assert closed.value.__cause__ is lost
