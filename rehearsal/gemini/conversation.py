"""The model's side of a session: attends to what was said and answered, one turn after the other."""

from __future__ import annotations

import asyncio
from asyncio import TaskGroup
from collections import deque
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from rehearsal.gemini.faculties import HEARING_RATE
from rehearsal.gemini.refusal import INTERNAL_ERROR, Refused
from rehearsal.gemini.turn import Scene, Turn
from rehearsal.gemini.wire import (
    FunctionResponse,
    ServerContent,
    ServerMessage,
    SessionResumptionUpdate,
    ToolCallCancellation,
    Transcription,
)
from rehearsal.receptionist.actions import Action

_MOST_WAITING = 64
"""Turns and answers not attended to yet; a client that floods is sent away."""
_LONGEST_SPEECH = 30 * HEARING_RATE * 2
"""Bytes: a caller who pauses and goes on is heard as one turn, up to this."""


class Spoken(Struct, frozen=True):
    """A caller's turn by voice: audio of HEARING_RATE."""

    pcm: bytes


class Typed(Struct, frozen=True):
    """A caller's turn, or a stage direction, by text."""

    text: str


class Answer(Struct, frozen=True):
    """What a tool answered while the conversation went on."""

    name: str
    response: dict[str, Any]
    is_silent: bool


class Conversation:
    """Turns of one session, taken in order. `bookmark` returns a handle to resume from here."""

    def __init__(self, scene: Scene, bookmark: Callable[[], str]) -> None:
        self._scene = scene
        self._bookmark = bookmark
        self._said: deque[Spoken | Typed] = deque()
        self._answers: deque[Answer] = deque()
        self._news = asyncio.Event()
        self._turn: asyncio.Task[None] | None = None
        self._caller_speaks = False
        self._unheard = b""

    def speech_started(self) -> None:
        """Take that the caller has begun to speak."""
        self._caller_speaks = True
        if self._scene.setup.interruptible:
            self._interrupt()

    def speech_ended(self, pcm: bytes) -> None:
        """Take what the caller said. Raises Refused (1011) if far too much waits already."""
        self._caller_speaks = False
        self._said.append(Spoken(pcm))
        self._notice()

    def typed(self, text: str) -> None:
        """Take what the client wrote, which interrupts like speech. Raises Refused (1011) as above."""
        self._scene.usage.read(text)
        self._interrupt()
        self._said.append(Typed(text))
        self._notice()

    def answered(self, response: FunctionResponse) -> None:
        """Take the answer of a tool. Raises Refused (1008) if it was not asked, or (1011) as above."""
        call = self._scene.calls.answer(response)
        if call is None:
            return
        if call.answer is not None:
            if not call.answer.done():  # Done: the caller interrupted a moment ago.
                call.answer.set_result(response.output)
            return
        # An interruption by an answer waits for a caller who is speaking (3.8, function calling guide).
        if response.when == "INTERRUPT" and not self._caller_speaks:
            self._interrupt()
        self._answers.append(Answer(call.name, response.output, response.when == "SILENT"))
        self._notice()

    async def think(self, tasks: TaskGroup) -> None:
        """Attend to everything that comes, until cancelled."""
        while True:
            await self._something_to_do()
            actions = await (self._heard() if self._said else self._told())
            if actions is not None:
                await self._take_turn(tasks, actions)
                await self._offer_resumption()

    def _interrupt(self) -> None:
        if self._turn is not None:
            self._turn.cancel()

    def _notice(self) -> None:
        if len(self._said) + len(self._answers) > _MOST_WAITING:
            raise Refused(INTERNAL_ERROR, "Resource has been exhausted (e.g. check quota).")
        self._news.set()

    async def _something_to_do(self) -> None:
        # What a tool answered waits until the caller has finished and was answered: WHEN_IDLE.
        while not self._said and (self._caller_speaks or not self._answers):
            self._news.clear()
            await self._news.wait()

    async def _heard(self) -> list[Action] | None:
        said = self._said.popleft()
        if isinstance(said, Typed):
            return self._scene.receptionist.heard(said.text.strip())
        pcm, self._unheard = self._unheard + said.pcm, b""
        text = await self._words_of(pcm)
        if self._goes_on() and len(pcm) < _LONGEST_SPEECH:
            self._unheard = pcm  # It was a pause for breath: hear both parts as one.
            return None
        if text and self._scene.setup.input_audio_transcription is not None:
            await self._send(ServerContent(input_transcription=Transcription(text=text)))
        return self._scene.receptionist.heard(text)

    def _goes_on(self) -> bool:
        return self._caller_speaks or (bool(self._said) and isinstance(self._said[0], Spoken))

    async def _words_of(self, pcm: bytes) -> str:
        faculties, expecting = self._scene.faculties, self._scene.receptionist.expecting
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(faculties.ear_thread, faculties.ear.hear, pcm, expecting)

    async def _told(self) -> list[Action] | None:
        answer = self._answers.popleft()
        actions = self._scene.receptionist.answered(answer.name, answer.response)
        return None if answer.is_silent else actions

    async def _take_turn(self, tasks: TaskGroup, actions: list[Action]) -> None:
        if self._scene.setup.session_resumption is not None:
            await self._scene.send(ServerMessage(session_resumption_update=SessionResumptionUpdate()))
        turn = Turn(self._scene, actions)
        self._turn = tasks.create_task(turn.perform())
        await asyncio.wait({self._turn})
        cancelled, self._turn = self._turn.cancelled(), None
        if cancelled:
            await self._cut_short(turn)

    async def _cut_short(self, turn: Turn) -> None:
        ids = self._scene.calls.take_back_blocking()
        if ids:
            await self._scene.send(ServerMessage(tool_call_cancellation=ToolCallCancellation(ids=ids)))
        await turn.interrupted()

    async def _offer_resumption(self) -> None:
        if self._scene.setup.session_resumption is None or not self._scene.line.is_resumable:
            return
        if self._scene.calls.are_open and not self._scene.line.resumes_calls:
            return
        update = SessionResumptionUpdate(new_handle=self._bookmark(), resumable=True)
        await self._scene.send(ServerMessage(session_resumption_update=update))

    async def _send(self, content: ServerContent) -> None:
        await self._scene.send(ServerMessage(server_content=content))
