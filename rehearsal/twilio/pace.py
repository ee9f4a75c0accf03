"""The clock of a stream: a frame each 20 ms, or faster for a rehearsal of the rehearsal."""

from __future__ import annotations

import asyncio

_LONGEST_LAG_SECONDS = 1.0


class Pace:
    """Keeps frames apart without drifting: a late one is followed by early ones, as after a slow network."""

    def __init__(self, frame_seconds: float) -> None:
        self._frame_seconds = frame_seconds
        self._due = 0.0

    async def tick(self) -> None:
        """Wait until the next frame is due; after a lag of over a second, start counting anew."""
        now = asyncio.get_running_loop().time()
        self._due = max(self._due, now - _LONGEST_LAG_SECONDS) if self._due else now
        self._due += self._frame_seconds
        await asyncio.sleep(max(0.0, self._due - now))


class Waiters:
    """Those who wait for a moment of the stream's time."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    async def wait(self, until_ms: int) -> None:
        """Wait until the stream's clock shows this."""
        reached = asyncio.get_running_loop().create_future()
        self._waiting.append((until_ms, reached))
        await reached

    def wake(self, now_ms: int) -> None:
        """Wake those whose moment has come."""
        due = [(until, reached) for until, reached in self._waiting if until <= now_ms]
        for waiting in due:
            self._waiting.remove(waiting)
            if not waiting[1].done():
                waiting[1].set_result(None)
