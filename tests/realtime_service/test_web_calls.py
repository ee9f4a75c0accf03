"""A visitor's call: which page may open it, and how it outlives a reload and a lost network."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from clinic.adapters.embedded import calls
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import load_function_table
from clinic.contracts.ticket import digest
from clinic.contracts.web_token import SUBPROTOCOL, issue, read, subprotocols
from clinic.directory import load_clinic
from clinic.settings import Settings
from realtime_service.live.client import DeveloperApi
from realtime_service.live.gemini import GeminiLive
from realtime_service.ports import Ports
from realtime_service.server import RealtimeService
from realtime_service.visit import CONTINUED_ELSEWHERE
from rehearsal.gemini.scripted import ScriptedModel

ORIGIN = "https://clinic.example.com"
LONG, SOON = 30.0, 0.4
"""Seconds that a page may be away, or its first message may take: SOON where a test waits for the end."""


class Web:
    """The service, its model, and a page that has been given tokens."""

    def __init__(self, port: int, model: ScriptedModel, settings: Settings) -> None:
        self.port, self.model, self.settings = port, model, settings
        self.calls = calls.open_port(settings)

    def token(self, call_id: str = "call-1", seconds: float = 60, **said: str) -> str:
        """Do what web_session does: begin a record and leave a ticket."""
        now = datetime.now(UTC)
        until = now + timedelta(seconds=seconds)
        of = {"origin": ORIGIN, "clinic": "renova", "secret": self.settings.web_secret, **said}
        token = issue(call_id, of["origin"], of["clinic"], until, of["secret"])
        record = CallRecord(call_id=call_id, session_id=call_id, channel="web", timestamp=now)
        self.calls.ring(record, digest(token), now + timedelta(seconds=60), 1000)
        return token

    def dial(self, token: str, origin: str | None = ORIGIN) -> AbstractAsyncContextManager[ClientConnection]:
        return connect(
            f"ws://127.0.0.1:{self.port}/browser",
            origin=Origin(origin) if origin else None,
            subprotocols=[Subprotocol(name) for name in subprotocols(token)],
            compression=None,
        )

    def status(self, call_id: str = "call-1") -> str:
        record = self.calls.get(call_id)
        return record.status if record else ""


@pytest.fixture
async def web(settings: Settings, ports: Ports) -> AsyncIterator[Web]:
    async with running(settings, ports, LONG) as web:
        yield web


@pytest.fixture
async def impatient_web(settings: Settings, ports: Ports) -> AsyncIterator[Web]:
    async with running(settings, ports, SOON) as web:
        yield web


@asynccontextmanager
async def running(settings: Settings, ports: Ports, patience: float) -> AsyncIterator[Web]:
    settings = msgspec.structs.replace(settings, cors_origins=f"{ORIGIN},https://other.example.com")
    model, table = ScriptedModel({}), load_function_table()
    listener = socket.create_server(("127.0.0.1", 0))
    async with model.service as gemini:
        live = GeminiLive(DeveloperApi("any-key"), base_url=gemini.base_url, ssl_context=gemini.ssl_context)
        service = RealtimeService(
            settings,
            load_clinic(),
            table,
            ports,
            lambda instructions: live.conversation(instructions, table.declarations),
            start_within=patience,
            away_seconds=patience,
        )
        await service.start(listener)
        yield Web(listener.getsockname()[1], model, settings)
        await service.stop(0)


def start(received: int = 0, call_id: str = "call-1") -> str:
    return json.dumps({"event": "start", "call_id": call_id, "received": received})


def typed(text: str) -> str:
    return json.dumps({"event": "text", "text": text})


class Page:
    """What a page has of a call, over its sockets."""

    def __init__(self) -> None:
        self.received = 0
        self.audio = 0
        self.words = ""

    async def until_told(self, socket: ClientConnection, words: str) -> None:
        """Read until the agent's words are there, and bring every mark back on the way."""
        async with asyncio.timeout(20):
            while words not in self.words:
                await self._read(socket)

    async def _read(self, socket: ClientConnection) -> None:
        message = await socket.recv()
        event: dict[str, Any] = {"event": "audio"} if isinstance(message, bytes) else json.loads(message)
        self.received += event["count"] if event["event"] == "skip" else 1
        self.audio += len(message) if isinstance(message, bytes) else 0
        self.words += event["text"] + " " if event.get("speaker") == "agent" else ""
        if event["event"] == "mark":
            await socket.send(json.dumps(event))


async def close_code(connection: ClientConnection) -> int | None:
    async with asyncio.timeout(20):
        try:
            while True:
                await connection.recv()
        except ConnectionClosed:
            return connection.close_code


async def ended(web: Web, call_id: str = "call-1") -> str:
    async with asyncio.timeout(20):
        while web.status(call_id) in ("ringing", "in_progress"):
            await asyncio.sleep(0.01)
    return web.status(call_id)


async def test_a_page_with_a_token_talks_to_the_agent(web: Web) -> None:
    async with web.dial(web.token()) as socket:
        assert socket.subprotocol == SUBPROTOCOL
        page = Page()
        await socket.send(start())
        await socket.send(typed("good morning"))
        await page.until_told(socket, "good morning")
        await socket.send('{"event":"stop"}')
        assert await close_code(socket) == 1000
    assert await ended(web) == "completed"


@pytest.mark.parametrize(
    ("origin", "changes"),
    [
        ("https://crooks.example.com", {}),
        (None, {}),
        ("https://other.example.com", {}),
        (ORIGIN, {"origin": "https://other.example.com"}),
        (ORIGIN, {"clinic": "another"}),
        (ORIGIN, {"secret": "guessed"}),
        (ORIGIN, {"seconds": -1}),
    ],
    ids=[
        "not allowed",
        "no origin",
        "another's token",
        "for another page",
        "another clinic",
        "forged",
        "old",
    ],
)
async def test_a_page_is_turned_away_before_its_socket_opens(
    web: Web, origin: str | None, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        async with web.dial(web.token(**changes), origin):
            pass
    assert web.model.setups == []


@pytest.mark.parametrize("token", ["", "x", "a.b", "eyJ9.eyJ9"])
async def test_a_page_without_a_token_is_turned_away(web: Web, token: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        async with web.dial(token):
            pass


async def test_a_token_opens_no_other_call(web: Web) -> None:
    web.token("call-2")
    async with web.dial(web.token("call-1")) as socket:
        await socket.send(start(call_id="call-2"))
        assert await close_code(socket) == 1008


async def test_a_token_does_not_come_back_to_anothers_call(web: Web) -> None:
    async with web.dial(web.token("call-1")) as socket:
        page = Page()
        await socket.send(start())
        await socket.send(typed("good morning"))
        await page.until_told(socket, "good morning")
        async with web.dial(web.token("call-2")) as stranger:
            await stranger.send(start(call_id="call-1"))
            assert await close_code(stranger) == 1008
        await socket.send(typed("still there"))
        await page.until_told(socket, "still there")


async def test_a_page_that_lost_its_network_misses_nothing_and_hears_nothing_twice(web: Web) -> None:
    token, page = web.token(), Page()
    async with web.dial(token) as socket:
        await socket.send(start())
        await socket.send(typed("one"))
        await page.until_told(socket, "said one")
        await socket.send(typed("two"))
        socket.transport.abort()
    async with web.dial(token) as socket:
        await socket.send(start(page.received))
        await page.until_told(socket, "said two")
        await socket.send(typed("three"))
        await page.until_told(socket, "said three")
        await socket.send('{"event":"stop"}')
        assert await close_code(socket) == 1000
    assert [page.words.count(f"said {word}") for word in ("one", "two", "three")] == [1, 1, 1]
    assert len(web.model.setups) == 1
    assert await ended(web) == "completed"
    said = [turn.text for turn in web.calls.turns("call-1") if turn.speaker == "caller"]
    assert said == ["one", "two", "three"]


async def test_a_page_that_was_reloaded_sees_all_words_again_and_hears_only_what_it_had_not(
    web: Web,
) -> None:
    token, page, reloaded = web.token(), Page(), Page()
    async with web.dial(token) as socket:
        await socket.send(start())
        await socket.send(typed("one"))
        await page.until_told(socket, "said one")
        await socket.send(typed("two"))
        await page.until_told(socket, "said two")
    async with web.dial(token) as socket:
        await socket.send(start())
        await reloaded.until_told(socket, "said two")
        assert reloaded.words == page.words
        assert reloaded.audio < page.audio
        await socket.send('{"event":"stop"}')
        assert await close_code(socket) == 1000
    assert await ended(web) == "completed"
    assert len(web.model.setups) == 1


async def test_a_page_that_comes_back_and_has_missed_nothing_is_told_so(web: Web) -> None:
    token, page = web.token(), Page()
    async with web.dial(token) as socket:
        await socket.send(start())
        await page.until_told(socket, "hello")
    # As often as the agent still has something to say.
    async with asyncio.timeout(20):
        while True:
            async with web.dial(token) as socket:
                await socket.send(start(page.received))
                first = await socket.recv()
                if first == '{"event":"skip","count":0}':
                    return
                page.received += json.loads(first)["count"] if "skip" in str(first) else 1


async def test_a_token_too_old_to_begin_still_comes_back(web: Web) -> None:
    token, page = web.token(seconds=3), Page()
    async with web.dial(token) as socket:
        await socket.send(start())
        await socket.send(typed("one"))
        await page.until_told(socket, "said one")
        said = read(token, web.settings.web_secret)
        while said is not None and said.is_fresh(datetime.now(UTC)):
            await asyncio.sleep(0.02)
    async with web.dial(token) as socket:
        await socket.send(start(page.received))
        await socket.send(typed("two"))
        await page.until_told(socket, "said two")


async def test_a_second_window_takes_the_call_over_and_the_first_is_told(web: Web) -> None:
    token, page = web.token(), Page()
    async with web.dial(token) as first:
        await first.send(start())
        await first.send(typed("one"))
        await page.until_told(first, "said one")
        async with web.dial(token) as second:
            await second.send(start(page.received))
            assert await close_code(first) == CONTINUED_ELSEWHERE
            await second.send(typed("two"))
            await page.until_told(second, "said two")


async def test_a_page_that_does_not_come_back_has_left(impatient_web: Web) -> None:
    token = impatient_web.token()
    async with impatient_web.dial(token) as socket:
        await socket.send(start())
        await socket.recv()
    assert await ended(impatient_web) == "completed"
    record = impatient_web.calls.get("call-1")
    assert record is not None
    assert record.ended_at is not None


async def test_a_socket_that_says_nothing_is_closed(impatient_web: Web) -> None:
    async with impatient_web.dial(impatient_web.token()) as socket:
        assert await close_code(socket) == 1008


async def test_garbage_ends_the_visit_with_its_code(web: Web) -> None:
    async with web.dial(web.token()) as socket:
        await socket.send(start())
        await socket.send("no JSON")
        assert await close_code(socket) == 1007
    assert await ended(web) == "failed"


async def test_more_visits_than_allowed_are_told_to_try_later(web: Web) -> None:
    sockets = []
    for number in range(web.settings.max_sessions + 1):
        call_id = f"call-{number}"
        dialled = web.dial(web.token(call_id))
        sockets.append((dialled, await dialled.__aenter__()))
        await sockets[-1][1].send(start(call_id=call_id))
        if number < web.settings.max_sessions:
            await sockets[-1][1].recv()
    assert await close_code(sockets[-1][1]) == 1013
    for dialled, _ in sockets:
        await dialled.__aexit__(None, None, None)
