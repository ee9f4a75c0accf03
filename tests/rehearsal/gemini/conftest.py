"""Clients of both kinds for a scripted model: the unmodified SDK and a bare WebSocket."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from google import genai
from google.genai import types
from google.genai.live import AsyncSession
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as dial

from rehearsal.gemini.faculties import HEARING_RATE
from rehearsal.gemini.scripted import ScriptedModel
from rehearsal.gemini.server import PATH

MODEL = "gemini-3.8-live"


class Model(ScriptedModel):
    """A scripted model and how to reach it."""

    def client(self, **http_options: Any) -> genai.Client:
        """The unmodified SDK, pointed at the service."""
        arguments = {
            "ssl": self.service.ssl_context,
            "proxy": None,
            "ping_interval": None,
            "close_timeout": 0.5,
        }
        options = {
            "api_version": "v1beta",
            "base_url": self.service.base_url,
            "async_client_args": arguments,
        } | http_options
        return genai.Client(api_key="any-key", http_options=types.HttpOptions(**options))

    def connect(self, **config: Any) -> AbstractAsyncContextManager[AsyncSession]:
        """A session of the SDK; transcripts of both sides are asked for."""
        asked: dict[str, Any] = {
            "response_modalities": ["AUDIO"],
            "input_audio_transcription": {},
            "output_audio_transcription": {},
        }
        return self.client().aio.live.connect(model=MODEL, config=types.LiveConnectConfig(**(asked | config)))

    def dial(
        self, path: str = PATH, headers: dict[str, str] | None = None
    ) -> AbstractAsyncContextManager[ClientConnection]:
        """A bare WebSocket."""
        url = self.service.base_url.replace("https:", "wss:") + path
        given = {"x-goog-api-key": "any-key"} if headers is None else headers
        return dial(
            url, ssl=self.service.ssl_context, additional_headers=given, proxy=None, close_timeout=0.5
        )

    @asynccontextmanager
    async def set_up(self, **setup: Any) -> AsyncIterator[Bare]:
        """A bare WebSocket whose set-up is complete."""
        async with self.dial() as socket:
            bare = Bare(socket)
            await bare.send({"setup": {"model": f"models/{MODEL}"} | setup})
            assert await bare.next() == {"setupComplete": {}}
            yield bare


class Messages(list[dict[str, Any]]):
    """Server messages in their order."""

    @property
    def kinds(self) -> list[str]:
        """What they are, audio counted once however many chunks it has."""
        names: list[str] = []
        for message in self:
            for name in (*message.get("serverContent", {}), *(set(message) - {"serverContent"})):
                if name != "outputTranscription" and names[-1:] != [name]:
                    names.append(name)
        return names

    @property
    def audio(self) -> bytes:
        """What was said, in sound."""
        turns = [one.get("serverContent", {}).get("modelTurn", {"parts": ()}) for one in self]
        return b"".join(
            base64.b64decode(part["inlineData"]["data"]) for turn in turns for part in turn["parts"]
        )

    @property
    def words(self) -> str:
        """What was said, in words."""
        said = [one.get("serverContent", {}).get("outputTranscription", {"text": ""}) for one in self]
        return "".join(one["text"] for one in said)


class Bare:
    """A WebSocket that speaks JSON."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def say(self, text: str) -> None:
        await self.send({"realtimeInput": {"text": text}})

    async def speak(self, seconds: float = 0.2, quiet: float = 0.1) -> None:
        """Let the caller speak and be silent, in 20 ms frames."""
        for frame in [b"\x00\x20"] * int(seconds * 50) + [b"\0\0"] * int(quiet * 50):
            pcm = base64.b64encode(frame * (HEARING_RATE // 50)).decode()
            await self.send({"realtimeInput": {"audio": {"data": pcm, "mimeType": "audio/pcm;rate=16000"}}})

    async def answer(self, call: dict[str, Any], response: dict[str, Any], **more: Any) -> None:
        given = {"id": call["id"], "name": call["name"], "response": response} | more
        await self.send({"toolResponse": {"functionResponses": [given]}})

    async def next(self) -> dict[str, Any]:
        """The next message, as it is on the wire."""
        async with asyncio.timeout(5):
            frame = await self.socket.recv()
        assert isinstance(frame, bytes)
        message: dict[str, Any] = json.loads(frame)
        return message

    async def nothing(self) -> None:
        """Make sure that the service has had its time and has said nothing."""
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await self.next()

    async def until(self, *path: str) -> Messages:
        """The messages up to the one that holds this path of keys."""
        messages = Messages()
        while not (messages and _holds(messages[-1], path)):
            messages.append(await self.next())
        return messages

    async def turn(self) -> Messages:
        """The messages up to turnComplete."""
        return await self.until("serverContent", "turnComplete")

    async def called(self) -> tuple[dict[str, Any], Messages]:
        """The first function call, and the messages up to it."""
        messages = await self.until("toolCall")
        return messages[-1]["toolCall"]["functionCalls"][0], messages

    async def closed(self) -> tuple[int | None, str | None]:
        """The code and reason with which the service closed."""
        async with asyncio.timeout(5):
            await self.socket.wait_closed()
        return self.socket.close_code, self.socket.close_reason


def _holds(message: Any, path: tuple[str, ...]) -> bool:
    for key in path:
        if key not in message:
            return False
        message = message[key]
    return True


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Any]]:
    """Serves scripted models until the test is over: `await serve({text: [actions]}, pace=…)`."""
    entered: list[Model] = []

    async def _serve(script: Any = None, **options: Any) -> Model:
        model = Model(script or {}, **options)
        await model.service.__aenter__()
        entered.append(model)
        return model

    yield _serve
    for model in entered:
        await model.service.__aexit__(None, None, None)
