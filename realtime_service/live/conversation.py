"""One conversation with the model over however many connections: their ends are not its end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from realtime_service.live import events as live
from realtime_service.live import recap
from realtime_service.live.closed import LiveClosed, gone_silent, hung_up
from realtime_service.live.connector import Connector, Dial, Missing, Reached, log_move
from realtime_service.live.floor import Floor
from realtime_service.live.held_voice import HeldVoice
from realtime_service.live.journal import Asked
from realtime_service.live.lifecycle import Lifecycle
from realtime_service.live.patience import Patience
from realtime_service.live.session import LiveSession
from realtime_service.live.watch import Alarm

_log = structlog.get_logger("clinic")


@asynccontextmanager
async def conversing(dial: Dial, patience: Patience, *, gates_voice: bool) -> AsyncIterator[Conversation]:
    """Reach the model and yield the conversation; hang up at the end.

    `gates_voice`: the model must not hear the caller while it waits for a function.
    Raises LiveClosed if the model can't be reached.
    """
    conversation = Conversation(dial, patience, gates_voice)
    try:
        await conversation.begin()
        yield conversation
    finally:
        await conversation.close()


class Conversation:
    """What the bridge holds of the model's side.

    Nothing sent while the model is being brought back is lost: lines and results wait for it, and of the
    caller's voice the last seconds.
    """

    def __init__(self, dial: Dial, patience: Patience, gates_voice: bool) -> None:
        self._gates_voice = gates_voice
        self._now = asyncio.get_running_loop().time
        self._lifecycle = Lifecycle(patience, log_move, random.random, self._now())
        self._floor = Floor(patience)
        self._connector = Connector(dial, self._lifecycle, self._floor.journal)
        self._session: LiveSession | None = None
        self._voice = HeldVoice(patience.held)
        self._lines: list[str] = []
        self._deliveries: dict[str, asyncio.Future[None]] = {}
        self._alarm: asyncio.Timeout | None = None
        self._over = False

    @property
    def is_connected(self) -> bool:
        """Whether the model hears what is sent; False while it is being brought back."""
        return self._session is not None

    async def begin(self) -> None:
        """Reach the model for the first time. Raises LiveClosed."""
        await self._come_up(await self._connector.reach(self._lifecycle.dialled_first(), Missing()))

    async def close(self) -> None:
        """Hang up; what waits to be delivered will not be. May be called again."""
        self._over, self._session = True, None
        await self._connector.hang_up()
        for delivery in self._deliveries.values():
            if not delivery.done():
                delivery.set_exception(hung_up())

    # From the model

    async def events(self) -> AsyncIterator[live.LiveEvent]:
        """Yield what the model says and does, turn after turn, until `close()`; one reader at a time.

        A connection's end shows as the end of the turn it cut off, ConnectionLost and ConnectionRestored.
        Raises LiveClosed when the model is lost and could not be brought back.
        """
        while not self._over:
            lost: LiveClosed | None = None
            try:
                for event in await self._read():
                    self._take(event)
                    yield event
                await self._attend()
            except LiveClosed as closed:
                lost = closed
            if not self._over and (lost or self._rotation_is_due()):
                owed = self._floor.watch.owes
                if self._floor.break_off():
                    yield live.GenerationComplete()
                    yield live.TurnComplete("CONNECTION_LOST")
                yield live.ConnectionLost()
                yield await self._bring_back(lost, owed)

    async def _read(self) -> list[live.LiveEvent]:
        """Return the next events; none when it is time to look after something else."""
        if self._session is None:
            raise hung_up()
        try:
            async with asyncio.timeout_at(self._wakes_at()) as self._alarm:
                return await self._session.receive()
        except TimeoutError:
            return []
        finally:
            self._alarm = None

    def _wakes_at(self) -> float | None:
        if self._rotation_is_due():
            return self._now()
        times = [at for at in (self._lifecycle.wakes_at, self._floor.watch.wakes_at) if at is not None]
        return min(times, default=None)

    def _wake_in_time(self) -> None:
        """Let the reader wake earlier or later: what is owed has changed."""
        if self._alarm is not None and not self._alarm.expired():
            self._alarm.reschedule(self._wakes_at())

    def _take(self, event: live.LiveEvent) -> None:
        if self._floor.take(event):
            self._lifecycle.sounded()
        if isinstance(event, live.ResumptionUpdated):
            self._lifecycle.offered(event)
        elif isinstance(event, live.GoAway):
            self._lifecycle.told_to_go(self._now(), event.seconds_left)

    async def _attend(self) -> None:
        alarm = self._floor.watch.due(self._now())
        if alarm is Alarm.RENEW:
            _log.warning("! model silent")
            raise gone_silent()
        if alarm is Alarm.NUDGE and self._session is not None:
            _log.info("= model nudged")
            await self._session.send_text(recap.NUDGE)

    def _rotation_is_due(self) -> bool:
        return self._lifecycle.rotation_due(self._now(), self._floor.is_idle)

    async def _bring_back(self, lost: LiveClosed | None, owed: bool) -> live.ConnectionRestored:
        self._session, now = None, self._now()
        dial = self._lifecycle.lost(now, lost) if lost else self._lifecycle.rotated(now)
        # First of all: a session whose old connection is still open is not given out.
        await self._connector.hang_up()
        if dial is None:
            raise lost or gone_silent()
        reached = await self._connector.reach(dial, Missing(owed, self._lines))
        await self._come_up(reached)
        return live.ConnectionRestored(reached.is_fresh)

    async def _come_up(self, reached: Reached) -> None:
        now, self._session = self._now(), reached.session
        self._lifecycle.came_up(now)
        self._floor.came_up(now, self._lines[: reached.lines_told], reached.must_speak)
        left, self._lines = self._lines[reached.lines_told :], []
        for line in left:
            await self.send_text(line)
        for call in list(self._floor.journal.waiting()):
            await self._give(call)
        for call_id, delivery in self._deliveries.items():
            if self._floor.journal.is_given(call_id) and not delivery.done():
                delivery.set_result(None)
        if reached.is_fresh:
            # It was told to speak at once, and to ask where it is unsure: old words would cut that off.
            self._voice.drop()
        await self._send_voice()

    # To the model

    async def send_audio(self, pcm: bytes) -> None:
        """Send the caller's voice: PCM16 little-endian mono at 16 kHz, whole frames, about 20 ms."""
        self._floor.voice(pcm, self._now())
        self._voice.hold(pcm)
        await self._send_voice()
        self._wake_in_time()

    async def end_audio(self) -> None:
        """Tell the model that the caller's voice pauses for a second or more: a muted microphone."""
        self._floor.voice_paused(self._now())
        self._wake_in_time()
        if self._session is not None:
            with suppress(LiveClosed):  # The reader meets it too; another connection has no voice to end.
                await self._session.end_audio()

    async def send_text(self, text: str) -> None:
        """Send a line typed by the caller, or a stage direction; the model answers it, once it is there."""
        if self._session is None:
            self._lines.append(text)
            return
        self._floor.told(text, self._now())
        self._wake_in_time()
        with suppress(LiveClosed):
            # The reader meets it too; another connection is told what is in the journal.
            await self._session.send_text(text)

    async def send_function_response(self, id: str, name: str, response: Mapping[str, Any]) -> None:  # noqa: A002
        """Answer a function call, JSON values; return when the model has been given the answer.

        A session that does not know the call, or has taken it back, is told of the result in words.
        Raises LiveClosed where the model never will be told.
        """
        call = self._floor.journal.result(id, name, response)
        await self._give(call)
        if not call.given:
            await self._delivery(id)
        self._wake_in_time()
        await self._send_voice()

    async def _give(self, call: Asked) -> None:
        if self._session is None:
            return
        with suppress(LiveClosed):  # The reader meets it too; another connection is given what waits.
            if call.known:
                await self._session.send_function_response(call.id, call.name, call.result or {})
            else:
                await self._session.send_text(recap.news(call))
            self._floor.gave(call, self._now())

    async def _delivery(self, call_id: str) -> None:
        if self._over:
            raise hung_up()
        self._deliveries[call_id] = asyncio.get_running_loop().create_future()
        try:
            await self._deliveries[call_id]
        finally:
            del self._deliveries[call_id]

    async def _send_voice(self) -> None:
        """Send what is held of the caller's voice, if the model may hear it now."""
        if self._session is None:
            return
        if self._gates_voice and self._floor.journal.has_open_calls:
            if not self._floor.caller_speaks:
                self._voice.shorten()  # Said and done: heard later, it would cut off what comes next.
            return
        with suppress(LiveClosed):  # The reader meets it too.
            for piece in self._voice.take():
                await self._session.send_audio(piece)
