"""One conversation: the caller on one side, the live model on the other, tool calls between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from clinic.contracts import events as facts
from clinic.contracts.call_record import CallNotes, CallRecord, Speaker, Status, Turn
from clinic.directory import Clinic
from realtime_service.instructions import connected, instructions
from realtime_service.live import events as live
from realtime_service.live.closed import LiveClosed
from realtime_service.live.conversation import Conversation
from realtime_service.media import events as media
from realtime_service.media.codec import MediaStream
from realtime_service.outgoing import CallerLost, Outgoing
from realtime_service.ports import Ports
from realtime_service.tool_calls import ToolCalls
from realtime_service.transcript import Transcript

_log = structlog.get_logger("clinic")


class Dial(Protocol):
    """How a session with the model is opened."""

    def __call__(self, instructions: str) -> AbstractAsyncContextManager[Conversation]: ...


class Bridge:
    """Carries one conversation from the first word to the finished record."""

    def __init__(
        self,
        record: CallRecord,
        connection: ServerConnection,
        stream: MediaStream,
        clinic: Clinic,
        tool_calls: ToolCalls,
        ports: Ports,
    ) -> None:
        self._record, self._connection, self._stream = record, connection, stream
        self._clinic, self._tool_calls, self._ports = clinic, tool_calls, ports
        self._caller_audio, self._agent_audio = stream.caller_audio(), stream.agent_audio()
        self._outgoing = Outgoing(connection)
        self._transcript = Transcript()
        self._live: Conversation | None = None
        self._utterances = 0
        self._unmarked = False
        self._said_early: list[str] = []
        self._cancelled: set[str] = set()
        self._answering: set[asyncio.Task[None]] = set()

    async def run(self, dial: Dial, longest_seconds: float) -> None:
        """Hold the conversation until one side ends it or the time is up; the record is finished either way.

        Raises LiveClosed when the model is lost, CallerLost or ProtocolError when the caller's side is.
        """
        status: Status = "failed"
        await self._publish(facts.CallStarted, "started")
        try:
            await self._converse(dial, longest_seconds)
            status = "completed"
        finally:
            # Shielded: a service that is told to stop still finishes the records of its calls.
            await asyncio.shield(self._finish(status))

    async def _converse(self, dial: Dial, longest_seconds: float) -> None:
        sides = [
            asyncio.create_task(side)
            for side in (self._follow_caller(), self._follow_model(dial), self._outgoing.send_all())
        ]
        try:
            done, _ = await asyncio.wait(sides, timeout=longest_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for side in sides:
                side.cancel()
            ended = await asyncio.gather(*sides, return_exceptions=True)
        if not done:
            _log.info("= time is up", call_id=self._record.call_id)
        for fault in ended:
            if isinstance(fault, Exception):
                raise fault

    # The caller's side

    async def _follow_caller(self) -> None:
        handlers: dict[type, Callable[[Any], Awaitable[None]]] = {
            media.AudioReceived: self._caller_spoke,
            media.TextTyped: self._caller_typed,
            media.DigitPressed: self._caller_pressed,
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

    async def _caller_spoke(self, event: media.AudioReceived) -> None:
        # What is said before the model is there could only come late, on top of the greeting.
        if self._live:
            await self._live.send_audio(self._caller_audio.convert(event.payload))

    async def _caller_typed(self, event: media.TextTyped) -> None:
        await self._words("caller", event.text)
        await self._tell_model(event.text)

    async def _caller_pressed(self, event: media.DigitPressed) -> None:
        await self._tell_model(f"[The caller pressed the key {event.digit}.]")

    async def _tell_model(self, text: str) -> None:
        if self._live:
            await self._live.send_text(text)
        else:
            self._said_early.append(text)

    # The model's side

    async def _follow_model(self, dial: Dial) -> None:
        handlers: dict[type, Callable[[Any], Awaitable[None]]] = {
            live.AudioSpoken: self._agent_spoke,
            live.Interrupted: self._interrupted,
            live.GenerationComplete: self._utterance_complete,
            live.TurnComplete: self._turn_complete,
            live.CallerTranscribed: self._caller_transcribed,
            live.AgentTranscribed: self._agent_transcribed,
            live.FunctionCalled: self._function_called,
            live.FunctionCallsCancelled: self._calls_cancelled,
        }
        system = instructions(self._clinic, self._record.language, datetime.now(UTC))
        async with dial(system) as session:
            await self._greet(session)
            self._live = session
            async for event in session.events():
                if type(event) in handlers:
                    await handlers[type(event)](event)

    async def _greet(self, session: Conversation) -> None:
        phone = self._record.caller_phone
        patients = await self._ports.call_log.patients_with_phone(phone) if phone else []
        await self._ports.call_log.note(
            CallNotes(call_id=self._record.call_id, customer_type="returning" if patients else "new")
        )
        self._outgoing.put(self._stream.ready())
        await session.send_text(connected(self._record, patients))
        for text in self._said_early:
            await session.send_text(text)

    async def _agent_spoke(self, event: live.AudioSpoken) -> None:
        self._play(self._agent_audio.convert(event.pcm))

    async def _interrupted(self, _: live.Interrupted) -> None:
        # Also when all audio was sent: seconds of it may still wait at the caller's side.
        self._agent_audio.reset()
        self._outgoing.drop_audio()
        self._unmarked = False
        self._outgoing.put(self._stream.clear())
        await self._keep(self._transcript.whole("agent"))

    async def _utterance_complete(self, _: live.GenerationComplete) -> None:
        self._play(self._agent_audio.flush())
        if self._unmarked:
            # A turn that was only a function call has nothing to be heard.
            self._utterances += 1
            self._outgoing.put(self._stream.mark(f"utterance-{self._utterances}"))
        self._unmarked = False

    async def _turn_complete(self, _: live.TurnComplete) -> None:
        await self._keep(self._transcript.whole("agent"))

    async def _caller_transcribed(self, event: live.CallerTranscribed) -> None:
        await self._words("caller", event.text)

    async def _agent_transcribed(self, event: live.AgentTranscribed) -> None:
        await self._words("agent", event.text)

    async def _function_called(self, event: live.FunctionCalled) -> None:
        # A task of its own: an interruption must not wait for a tool.
        task = asyncio.create_task(self._answer(event))
        self._answering.add(task)
        task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._answering.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault and not isinstance(fault, LiveClosed):
            # The loss of the model ends the conversation by itself; anything else is ours.
            _log.error("! function call", call_id=self._record.call_id, exc_info=fault)

    async def _calls_cancelled(self, event: live.FunctionCallsCancelled) -> None:
        self._cancelled.update(event.ids)

    async def _answer(self, called: live.FunctionCalled) -> None:
        result = await self._tool_calls.answer(called)
        if self._live and called.id not in self._cancelled:
            await self._live.send_function_response(called.id, called.name, result)
            await self._tool_calls.delivered(called)

    # Both sides

    async def _words(self, speaker: Speaker, text: str) -> None:
        await self._keep(self._transcript.heard(speaker, text))
        self._outgoing.put(self._stream.caption(speaker, text, final=False))

    async def _keep(self, turn: Turn | None) -> None:
        if turn:
            await self._ports.call_log.add_turn(self._record.call_id, turn)

    def _play(self, payload: bytes) -> None:
        if payload:
            self._unmarked = True
            self._outgoing.put(self._stream.audio(payload), audio=True)

    async def _finish(self, status: Status) -> None:
        self._live = None
        if self._answering:
            # What was begun is finished: a booking asked for before the caller hung up still gets its answer.
            await asyncio.wait(self._answering)
        for turn in self._transcript.rest():
            await self._keep(turn)
        await self._ports.call_log.end(self._record.call_id, status, datetime.now(UTC))
        await self._publish(facts.CallEnded, "ended")
        _log.info("= ended", call_id=self._record.call_id, status=status)

    async def _publish(self, kind: type[facts.CallStarted] | type[facts.CallEnded], what: str) -> None:
        call_id = self._record.call_id
        fact = kind(id=f"{call_id}.{what}", call_id=call_id, occurred_at=datetime.now(UTC))
        await self._ports.publisher.publish(fact.type, facts.encode(fact), facts.attributes(fact), call_id)
