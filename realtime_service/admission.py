"""Lets a media stream in, once, by the token its webhook gave out, before the model is dialled."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from websockets.asyncio.server import ServerConnection

from clinic.contracts.call_record import CallRecord
from clinic.contracts.ticket import digest
from realtime_service.media.codec import MediaStream
from realtime_service.media.events import MediaStarted, ProtocolError
from realtime_service.ports import CallLog

START_WITHIN_SECONDS = 5.0
POLICY_VIOLATION, TRY_LATER = 1008, 1013


async def admit(
    connection: ServerConnection, stream: MediaStream, call_log: CallLog, start_within: float
) -> CallRecord:
    """Wait for the stream's start and return the record it belongs to.

    Raises ProtocolError 1008 where no start comes in time or its token is no good:
    unknown, used, too old, or another call's.
    """
    started = await first_start(connection, stream, start_within)
    token = started.parameters.get("token", "")
    record = await call_log.admit(digest(token), started.call_sid, datetime.now(UTC))
    if record is None:
        raise ProtocolError(POLICY_VIOLATION, "not admitted")
    return record


async def first_start(connection: ServerConnection, stream: MediaStream, start_within: float) -> MediaStarted:
    """Wait for the stream's start. Raises ProtocolError 1008 where none comes in time."""
    try:
        async with asyncio.timeout(start_within):
            return await _started(connection, stream)
    except TimeoutError:
        raise ProtocolError(POLICY_VIOLATION, "no start in time") from None


async def _started(connection: ServerConnection, stream: MediaStream) -> MediaStarted:
    while True:
        for event in stream.receive(await connection.recv()):
            if isinstance(event, MediaStarted):
                return event
