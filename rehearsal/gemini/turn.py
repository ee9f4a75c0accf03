"""One turn of the model: it speaks faster than real time, calls tools, and ends when it was heard."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, NoReturn

from msgspec import Struct

from rehearsal.gemini.calls import Calls
from rehearsal.gemini.contents import Blob, Content, Part
from rehearsal.gemini.faculties import SPEAKING_RATE, Faculties, Receptionist
from rehearsal.gemini.line import Line
from rehearsal.gemini.models import Model
from rehearsal.gemini.refusal import Refused
from rehearsal.gemini.setup_message import Setup
from rehearsal.gemini.usage import Usage
from rehearsal.gemini.wire import ServerContent, ServerMessage, ToolCall, Transcription
from rehearsal.receptionist.actions import Action, Break, Call, Hang, Raw, Say

CHUNK_SECONDS = 0.04
CHUNK_BYTES = int(CHUNK_SECONDS * SPEAKING_RATE) * 2
AUDIO_MIME = f"audio/pcm;rate={SPEAKING_RATE}"
_LEAST_PAUSE = 0.05
"""Seconds: shorter pauses are saved up, so that audio leaves in bursts."""

Send = Callable[[ServerMessage | dict[str, Any]], Awaitable[None]]


class UndeclaredTool(LookupError):
    """The receptionist called a tool that the session does not have: a bug of the receptionist."""


def chunks(text: str, pcm: bytes) -> Iterator[tuple[bytes, str]]:
    """Yield the audio in chunks of CHUNK_BYTES, each with the words that are spoken about then.

    The words of all chunks, put together, are the text.
    """
    count = max(1, -(-len(pcm) // CHUNK_BYTES))
    words = [word if at == 0 else f" {word}" for at, word in enumerate(text.split())]
    for at in range(count):
        spoken = words[len(words) * at // count : len(words) * (at + 1) // count]
        yield pcm[at * CHUNK_BYTES : (at + 1) * CHUNK_BYTES], "".join(spoken)


class Speech:
    """Audio on its way out, and when the caller will have heard it."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._clock = asyncio.get_running_loop().time
        self._next_at = self._clock()
        self._heard_at = self._next_at

    async def sent(self, seconds: float) -> None:
        """Count audio as sent and wait until more may follow."""
        now = self._clock()
        self._next_at = max(self._next_at, now - _LEAST_PAUSE) + seconds / self._speed
        self._heard_at = max(self._heard_at, now) + seconds
        if self._next_at - now > _LEAST_PAUSE:
            await asyncio.sleep(self._next_at - now)

    async def heard(self) -> None:
        """Wait until all of it was played, if the client plays it at once."""
        await asyncio.sleep(max(0.0, self._heard_at - self._clock()))


class Scene(Struct, frozen=True, kw_only=True):
    """What every turn of one session has to do with."""

    send: Send
    setup: Setup
    model: Model
    receptionist: Receptionist
    faculties: Faculties
    calls: Calls
    usage: Usage
    line: Line


class Turn:
    """The actions of one turn and what is left of them."""

    def __init__(self, scene: Scene, actions: Iterable[Action]) -> None:
        self._scene = scene
        self._left = deque(actions)
        self._speech = Speech(scene.faculties.pace.speed)
        self._has_spoken = False

    async def perform(self) -> None:
        """Carry out the actions, one after the other; cancelled when the caller interrupts."""
        doing: dict[type, Callable[[Any], Awaitable[None]]] = {
            Say: self._say,
            Call: self._call,
            Raw: self._raw,
            Break: self._break,
            Hang: self._hang,
        }
        while self._left:
            action = self._left.popleft()
            await doing[type(action)](action)
        await self._scene.send(ServerMessage(server_content=ServerContent(generation_complete=True)))
        await self._speech.heard()
        await self.complete()

    async def interrupted(self) -> None:
        """Say that it was: what the model had decided to call is called, what it would have said is not."""
        calls = [action for action in self._left if isinstance(action, Call) and not self._blocks(action)]
        if calls:
            await self._make(calls)
        await self._scene.send(ServerMessage(server_content=ServerContent(interrupted=True)))
        await self.complete()

    async def complete(self) -> None:
        """Say that the turn is over and what it cost."""
        await self._scene.send(
            ServerMessage(
                server_content=ServerContent(turn_complete=True), usage_metadata=self._scene.usage.of_turn()
            )
        )

    async def _say(self, say: Say) -> None:
        loop = asyncio.get_running_loop()
        pcm = await loop.run_in_executor(
            self._scene.faculties.voice_thread, self._scene.faculties.voice.speak, say.text
        )
        if self._scene.line.is_mute:
            pcm = bytes(len(pcm))
        for chunk, words in chunks(say.text, pcm):
            await self._scene.send(self._spoken(chunk, words))
            seconds = len(chunk) / 2 / SPEAKING_RATE
            self._scene.usage.spoke(seconds)
            await self._speech.sent(seconds)

    def _spoken(self, chunk: bytes, words: str) -> ServerMessage:
        audio = Part(inline_data=Blob(mime_type=AUDIO_MIME, data=chunk))
        heard = None
        if words and self._scene.setup.output_audio_transcription is not None:
            heard = Transcription(text=f" {words}" if self._has_spoken and words[0] != " " else words)
            self._has_spoken = True
        return ServerMessage(
            server_content=ServerContent(
                model_turn=Content(role="model", parts=[audio]) if chunk else None, output_transcription=heard
            )
        )

    async def _raw(self, raw: Raw) -> None:
        self._scene.calls.adopt(raw.message)
        await self._scene.send(raw.message)

    async def _break(self, end: Break) -> NoReturn:
        raise Refused(end.code, end.reason)

    async def _hang(self, _: Hang) -> None:
        await asyncio.Event().wait()

    async def _call(self, first: Call) -> None:
        calls = [first]
        while self._left and isinstance(self._left[0], Call):
            calls.append(self._left.popleft())  # type: ignore[arg-type]
        for name, answer in await self._make(calls):
            self._left.extend(self._scene.receptionist.answered(name, await answer))

    async def _make(self, calls: list[Call]) -> list[tuple[str, asyncio.Future[dict[str, Any]]]]:
        """Send the calls; return the names and answers of those the turn must wait for."""
        for call in calls:
            if call.name not in self._scene.setup.declarations:
                raise UndeclaredTool(f"{call.name} is none of {sorted(self._scene.setup.declarations)}")
        made = [self._scene.calls.make(call, self._blocks(call)) for call in calls]
        await self._scene.send(
            ServerMessage(tool_call=ToolCall(function_calls=[message for message, _ in made]))
        )
        return [(record.name, record.answer) for _, record in made if record.answer is not None]

    def _blocks(self, call: Call) -> bool:
        declaration = self._scene.setup.declarations.get(call.name)
        behavior = declaration.behavior if declaration else None
        return (behavior or self._scene.model.default_behavior) == "BLOCKING"
