"""Makes one connection after another to the model, and tells each what it missed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import NamedTuple, Protocol

import structlog

from realtime_service.live.catching_up import catch_up_afresh, catch_up_resumed
from realtime_service.live.closed import LiveClosed
from realtime_service.live.journal import Journal
from realtime_service.live.lifecycle import Lifecycle, NextDial, State
from realtime_service.live.session import LiveSession

_log = structlog.get_logger("clinic")


def log_move(before: State, after: State, why: str) -> None:
    """Log a transition; the two that lose the caller are errors."""
    over = after in (State.HANDED_OVER, State.FAILED)
    (_log.error if over else _log.info)("= model", before=before.value, after=after.value, why=why)


class Dial(Protocol):
    """How one connection with the model is opened."""

    def __call__(self, handle: str | None, with_history: bool) -> AbstractAsyncContextManager[LiveSession]:
        """Dial; the session takes up the handle's, or begins with a history, or from nothing."""


class Missing(NamedTuple):
    """What a new connection lacks, beside the journal."""

    owed: bool = False
    """Whether the caller waited for an answer when the last connection ended."""
    lines: Sequence[str] = ()
    """What was to be sent meanwhile; it may grow while the connection is made."""


class Reached(NamedTuple):
    """A connection that is up and knows what it must."""

    session: LiveSession
    is_fresh: bool
    lines_told: int = 0
    """How many of the missing lines it was told."""
    must_speak: bool = False
    """Whether it was told something that it answers."""


class Connector:
    """Holds the one connection of a conversation; a new one is dialled when the old one is closed."""

    def __init__(self, dial: Dial, lifecycle: Lifecycle, journal: Journal) -> None:
        self._dial, self._lifecycle, self._journal = dial, lifecycle, journal
        self._now = asyncio.get_running_loop().time
        self._connection = AsyncExitStack()

    async def reach(self, next_dial: NextDial, missing: Missing) -> Reached:
        """Dial, as often as the lifecycle allows. Raises LiveClosed when that was in vain."""
        while True:
            await asyncio.sleep(next_dial.pause)
            try:
                return await self._connect(next_dial.handle, missing)
            except LiveClosed as closed:
                await self.hang_up()
                _log.warning("! model not reached", resuming=next_dial.handle is not None, code=closed.code)
                following = self._lifecycle.dial_failed(self._now(), closed)
                if following is None:
                    raise
                next_dial = following

    async def hang_up(self) -> None:
        """Close the connection, if there is one; it takes a second at most."""
        await self._connection.aclose()

    async def _connect(self, handle: str | None, missing: Missing) -> Reached:
        is_first = self._lifecycle.state is State.DIALLING
        with_history = handle is None and not self._journal.is_untouched
        session = await self._connection.enter_async_context(self._dial(handle, with_history))
        if is_first:
            return Reached(session, is_fresh=True)
        lines = tuple(missing.lines)
        catch_up = catch_up_afresh if handle is None else catch_up_resumed
        must_speak = await catch_up(session, self._journal, missing.owed, lines)
        return Reached(session, handle is None, len(lines), must_speak)
