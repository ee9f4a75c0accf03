"""Tells the model of a call what functions have left for it, such as that a letter was refused."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog

from realtime_service.live.closed import LiveClosed
from realtime_service.ports import CallLog

_log = structlog.get_logger("clinic")

EVERY_SECONDS = 2.0
"""One document read: a call of an hour costs a fifth of a cent, and what is told took seconds to happen."""
_LOOKS_AGAIN_SECONDS = 0.1

Tell = Callable[[str], Awaitable[None]]


@contextlib.asynccontextmanager
async def news_passed_on(
    call_log: CallLog, call_id: str, tell: Tell, is_busy: Callable[[], bool], every: float = EVERY_SECONDS
) -> AsyncIterator[None]:
    """Pass each notice on once, as long as this lasts; while it is busy the agent is not interrupted."""
    passing = asyncio.create_task(_pass_on(call_log, call_id, tell, is_busy, every))
    try:
        yield
    finally:
        passing.cancel()
        await asyncio.gather(passing, return_exceptions=True)


async def _pass_on(
    call_log: CallLog, call_id: str, tell: Tell, is_busy: Callable[[], bool], every: float
) -> None:
    told: set[str] = set()
    while True:
        await asyncio.sleep(every)
        try:
            for notice in await call_log.notices(call_id):
                if notice.id not in told:
                    await _until_quiet(is_busy)
                    await tell(f"[{notice.text}]")
                    told.add(notice.id)
                    _log.info("= news", call_id=call_id, notice_id=notice.id)
        except LiveClosed:
            # That ends the conversation by itself, or it goes on and the notice is told then.
            continue
        except Exception:  # noqa: BLE001
            # The caller still talks; the store has until the next time to come back.
            _log.exception("! no news", call_id=call_id)


async def _until_quiet(is_busy: Callable[[], bool]) -> None:
    while is_busy():
        await asyncio.sleep(_LOOKS_AGAIN_SECONDS)
