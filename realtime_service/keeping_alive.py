"""Says every so often that a call is held: of the records of a killed service nobody says it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import structlog

from realtime_service.ports import CallLog

_log = structlog.get_logger("clinic")

EVERY_SECONDS = 30.0
"""A third of the silence after which a call counts as abandoned (functions/jobs/end_abandoned_calls.py)."""


@contextlib.asynccontextmanager
async def kept_alive(call_log: CallLog, call_id: str, every: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Say it as long as this lasts."""
    saying = asyncio.create_task(_say(call_log, call_id, every))
    try:
        yield
    finally:
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)


async def _say(call_log: CallLog, call_id: str, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        try:
            await call_log.alive(call_id, datetime.now(UTC))
        except Exception:  # noqa: BLE001
            # The caller still talks; the store has until the third time to come back.
            _log.exception("! not kept alive", call_id=call_id)
