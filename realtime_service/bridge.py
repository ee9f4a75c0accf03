"""One conversation: the caller on one side, the live model on the other, tool calls between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from websockets.exceptions import ConnectionClosed

from clinic.booking.identity import is_known_in_session
from clinic.contracts import events as facts
from clinic.contracts.call_record import CallNotes, CallRecord, Status
from clinic.contracts.function_table import FunctionTable
from clinic.directory import Clinic
from realtime_service.answering import Answering
from realtime_service.attending import Attending, Attention
from realtime_service.hearing import Hearing
from realtime_service.instructions import connected, instructions
from realtime_service.live import events as live
from realtime_service.live.conversation import Conversation
from realtime_service.live_tools import LiveTools
from realtime_service.media import events as media
from realtime_service.media.codec import MediaStream
from realtime_service.model import Model
from realtime_service.news import news_passed_on
from realtime_service.ongoing_call import OngoingCall
from realtime_service.outgoing import CallerConnection, CallerLost, Outgoing
from realtime_service.playout import GREETING, Playout
from realtime_service.ports import Ports
from realtime_service.speaking import Speaking
from realtime_service.tool_calls import ToolCalls
from realtime_service.words import Words

_log = structlog.get_logger("clinic")

Handlers = Mapping[type, Callable[[Any], Awaitable[None]]]


class Dial(Protocol):
    """How a session with the model is opened."""

    def __call__(self, instructions: str) -> AbstractAsyncContextManager[Conversation]: ...


class Bridge:
    """Carries one conversation from the first word to the finished record."""

    def __init__(
        self,
        record: CallRecord,
        connection: CallerConnection,
        stream: MediaStream,
        clinic: Clinic,
        table: FunctionTable,
        ports: Ports,
        attention: Attention,
        is_away: Callable[[], bool],
    ) -> None:
        """`is_away`: whether the caller has left for a moment, and may come back to this conversation."""
        self._record, self._connection, self._stream = record, connection, stream
        self._clinic, self._ports = clinic, ports
        tool_calls = ToolCalls(record, table, ports)
        self._call = OngoingCall(record, clinic, ports.call_log, tool_calls, attention.limits)
        self._model = Model()
        self._outgoing = Outgoing(connection)
        self._words = Words(record.call_id, ports.call_log, stream, self._outgoing)
        playout = Playout(record.channel == "phone")
        self._speaking = Speaking(stream, self._outgoing, self._words, playout)
        self._hearing = Hearing(stream, self._call, self._model, self._speaking, self._words)
        live_tools = LiveTools(table, self._call)
        self._answering = Answering(
            self._call,
            tool_calls,
            live_tools,
            self._model,
            lambda card: self._outgoing.put(stream.card(card)),
        )
        self._attending = Attending(
            self._call, self._speaking, self._answering, self._model, attention, is_away
        )

    async def run(self, dial: Dial) -> None:
        """Hold the conversation until a side ends it or its life is over; the record is finished either way.

        Raises LiveClosed when the model is lost, CallerLost or ProtocolError when the caller's side is.
        """
        status: Status = "failed"
        telling = asyncio.create_task(self._tell_start())
        try:
            await self._converse(dial)
            status = "completed"
        finally:
            # Shielded: a service that is told to stop still finishes the records of its calls.
            await asyncio.shield(self._finish(status, telling))

    async def _converse(self, dial: Dial) -> None:
        sides = [
            asyncio.create_task(side)
            for side in (
                self._follow_caller(),
                self._follow_model(dial),
                self._outgoing.send_all(),
                self._words.write_all(),
                self._attending.run(),
            )
        ]
        try:
            await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for side in sides:
                side.cancel()
            ended = await asyncio.gather(*sides, return_exceptions=True)
        for fault in ended:
            if isinstance(fault, Exception):
                raise fault

    async def _follow_caller(self) -> None:
        handlers: Handlers = {
            media.AudioReceived: self._hearing.spoke,
            media.TextTyped: self._hearing.typed,
            media.DigitPressed: self._hearing.pressed,
            media.MarkPlayed: self._mark_played,
        }
        try:
            async for message in self._connection:
                for event in self._stream.receive(message):
                    if isinstance(event, media.MediaStopped):
                        return
                    if type(event) in handlers:
                        await handlers[type(event)](event)
        except ConnectionClosed as closed:
            raise CallerLost from closed
        if self._record.channel == "phone":
            # Twilio says `stop` before it closes; a page that is left just closes.
            raise CallerLost

    async def _follow_model(self, dial: Dial) -> None:
        handlers: Handlers = {
            live.AudioSpoken: self._speaking.spoke,
            live.AgentTranscribed: self._speaking.said,
            live.Interrupted: self._interrupted,
            live.GenerationComplete: self._speaking.generation_complete,
            live.TurnComplete: self._turn_complete,
            live.CallerTranscribed: self._hearing.said,
            live.FunctionCalled: self._answering.called,
        }
        system = instructions(self._clinic, self._record.language, datetime.now(UTC))
        news = news_passed_on(self._ports.call_log, self._record.call_id, self._model.tell, self._is_busy)
        async with self._opening() as opening, dial(system) as conversation, news:
            direction = await opening
            self._outgoing.put(self._stream.ready())
            await self._model.begin(conversation, direction)
            async for event in conversation.events():
                if type(event) in handlers:
                    await handlers[type(event)](event)

    def _is_busy(self) -> bool:
        return self._speaking.is_sounding or self._answering.is_waiting or not self._model.is_listening

    @asynccontextmanager
    async def _opening(self) -> AsyncIterator[asyncio.Task[str]]:
        """Find out who rings while the model is dialled: the caller waits for both."""
        finding = asyncio.create_task(self._direction())
        try:
            yield finding
        finally:
            finding.cancel()
            await asyncio.gather(finding, return_exceptions=True)

    async def _direction(self) -> str:
        phone = self._record.caller_phone
        patients = await self._ports.call_log.patients_with_phone(phone) if phone else []
        if is_known_in_session(self._record):
            await self._ports.call_log.note(CallNotes(call_id=self._record.call_id, customer_type="existing"))
        return connected(self._record, patients, self._clinic)

    async def _mark_played(self, event: media.MarkPlayed) -> None:
        tells = await self._speaking.mark_played(event)
        if tells and event.name == GREETING and self._clinic.preamble:
            self._words.preamble_heard(datetime.now(UTC))

    async def _interrupted(self, event: live.Interrupted) -> None:
        await self._speaking.interrupted(event)
        self._call.life.interrupted()

    async def _turn_complete(self, event: live.TurnComplete) -> None:
        await self._speaking.turn_complete(event)
        self._call.life.agent_turn()

    async def _tell_start(self) -> None:
        try:
            await self._publish(facts.CallStarted, "started")
        except Exception:  # noqa: BLE001
            # A bus that is away must not keep the caller from the agent.
            _log.exception("! fact", fact="call.started", call_id=self._record.call_id)

    async def _finish(self, status: Status, telling: asyncio.Task[None]) -> None:
        self._model.leave()
        await self._answering.finish()
        await self._speaking.finish()
        await self._ports.call_log.end(self._record.call_id, status, datetime.now(UTC))
        await telling
        await self._publish(facts.CallEnded, "ended")
        _log.info("= ended", call_id=self._record.call_id, channel=self._record.channel, status=status)

    async def _publish(self, kind: type[facts.CallStarted] | type[facts.CallEnded], what: str) -> None:
        call_id = self._record.call_id
        fact = kind(id=f"{call_id}.{what}", call_id=call_id, occurred_at=datetime.now(UTC))
        await self._ports.publisher.publish(fact.type, facts.encode(fact), facts.attributes(fact), call_id)
