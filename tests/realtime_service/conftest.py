"""A world for the service: an empty embedded store, and a telephone whose model follows a script."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from twilio.request_validator import RequestValidator

from clinic.adapters.embedded import bus, calls, ledger
from clinic.contracts import tool_call
from clinic.contracts.call_record import CallRecord, Turn
from clinic.contracts.function_table import load_function_table
from clinic.contracts.ticket import digest
from clinic.contracts.tool_call import succeeded
from clinic.directory import Clinic, load_clinic
from clinic.settings import Settings
from realtime_service.adapters.embedded import open_ports
from realtime_service.live.client import DeveloperApi
from realtime_service.live.gemini import GeminiLive
from realtime_service.ports import Ports
from realtime_service.server import RealtimeService
from rehearsal.gemini.faculties import Pace
from rehearsal.gemini.line import Line
from rehearsal.gemini.scripted import Script, ScriptedModel, tone
from rehearsal.twilio import mulaw
from rehearsal.twilio.media_stream import Ending, MediaStream
from rehearsal.twilio.twiml import Connect

FRAME_SECONDS = 0.02
CALL_SID = "CA" + "7" * 32


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(local_data=str(tmp_path), max_sessions=5)


@pytest.fixture
def ports(settings: Settings) -> Ports:
    return open_ports(settings)


@pytest.fixture
def record(settings: Settings) -> CallRecord:
    now = datetime.now(UTC)
    record = CallRecord(call_id="call-1", session_id="CA" + "1" * 32, channel="phone", timestamp=now)
    return calls.open_port(settings).ring(record, "ticket", now + timedelta(minutes=1), 5)


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Telephone:
    """Rings the service as Twilio does, with a model that follows a script; one call each."""

    def __init__(self, settings: Settings, model: ScriptedModel, port: int) -> None:
        self.model = model
        self.ending: Ending = "broken"
        self._settings, self._port = settings, port
        self._calls = calls.open_port(settings)
        self.stream: MediaStream

    @property
    def record(self) -> CallRecord:
        record = self._calls.get("call-7")
        assert record
        return record

    @property
    def turns(self) -> list[Turn]:
        return self._calls.turns("call-7")

    def told(self, words: str) -> list[str]:
        """The directions and lines with these words that the model was given."""
        return [text for text in self.model.receptionist.was_told if words in text]

    async def call(self, talk: Callable[["Telephone"], Awaitable[None]], language: str = "en") -> None:
        """Hold a call; it ends when `talk` returns, or when the clinic hangs up."""
        now = datetime.now(UTC)
        record = CallRecord(
            call_id="call-7", session_id=CALL_SID, channel="phone", timestamp=now, language=language
        )
        self._calls.ring(record, digest("token"), now + timedelta(minutes=1), 5)
        url = f"ws://127.0.0.1:{self._port}/twilio"
        verb = Connect(url, {"token": "token", "call_id": "call-7"})
        self.stream = MediaStream(verb, CALL_SID, "AC" + "0" * 32, frame_seconds=FRAME_SECONDS)
        public = f"{self._settings.public_realtime_url}/twilio"
        await self.stream.open(RequestValidator(self._settings.signing_token).compute_signature(public, {}))
        self.ending = await self.stream.run(lambda _: talk(self))
        # A tool that was begun is waited for.
        await self.until(lambda: self.record.status != "in_progress")

    async def until(self, happened: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(20):
            while not happened():
                await asyncio.sleep(0.01)

    async def until_quiet(self, milliseconds: int = 200) -> None:
        """Wait until the agent has spoken and been silent for so long."""
        await self.until(lambda: self.stream.agent_heard_ms and self.stream.quiet_ms >= milliseconds)

    async def say(self, words: str, seconds: float = 0.4) -> None:
        """Make the sound of a voice, which the model will understand so."""
        self.model.ear.will_hear.append(words)
        self.sound(seconds)
        await self.until(lambda: words in self.model.receptionist.was_told)

    def sound(self, seconds: float) -> None:
        """Make the sound of a voice."""
        self.stream.speak(mulaw.encode(tone(seconds, 8000)))


@pytest.fixture
def telephone(settings: Settings, ports: Ports) -> Callable[..., AbstractAsyncContextManager[Telephone]]:
    """Open the clinic with a script for its model; other settings, or another clinic, may be given."""

    @asynccontextmanager
    async def opened(
        script: Script,
        directory: Clinic | None = None,
        word_seconds: float = 0.02,
        lines: Iterable[Line] = (),
        **other: object,
    ) -> AsyncIterator[Telephone]:
        model, table = ScriptedModel(script, pace=Pace(speed=20.0), lines=lines), load_function_table()
        model.voice.word_seconds = word_seconds
        listener = socket.create_server(("127.0.0.1", 0))
        changed = msgspec.structs.replace(settings, **other)
        async with model.service as gemini:
            live = GeminiLive(
                DeveloperApi("any-key"), base_url=gemini.base_url, ssl_context=gemini.ssl_context
            )
            service = RealtimeService(
                changed,
                directory or load_clinic(),
                table,
                ports,
                lambda instructions: live.conversation(instructions, table.declarations),
            )
            await service.start(listener)
            try:
                yield Telephone(changed, model, listener.getsockname()[1])
            finally:
                await service.stop(0)

    return opened


@pytest.fixture
def answer(settings: Settings) -> Callable[[str], list[str]]:
    """Answer every tool call that is on the bus with a message, and return the tools' names."""

    def answer_all(message: str) -> list[str]:
        tools = load_function_table().tools
        messages = [each for each in bus.open_port(settings).take_due(10) if each.topic in tools]
        for each in messages:
            call = tool_call.decode(each.data)
            ledger.open_port(settings).commit(call, "succeeded", succeeded(message))
        return [each.topic for each in messages]

    return answer_all
