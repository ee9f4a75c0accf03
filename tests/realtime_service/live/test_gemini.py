"""Tests of dialling Gemini Live, through the real SDK over TLS, against scripted servers."""

from __future__ import annotations

import asyncio
import socket
from http import HTTPStatus
from typing import Any

import pytest
from google.genai import types

from realtime_service.live.client import DeveloperApi
from realtime_service.live.closed import LiveClosed
from realtime_service.live.events import (
    AgentTranscribed,
    LiveEvent,
)
from realtime_service.live.gemini import GeminiLive
from realtime_service.live.patience import Patience
from realtime_service.live.session import LiveSession

PCM = bytes(range(256)) * 5
DECLARATIONS = [
    {
        "name": "book_appointment",
        "description": "Books it",
        "parameters_json_schema": {"type": "object", "properties": {"doctor_name": {"type": "string"}}},
    }
]


async def listen(peer: Any) -> None:
    """Set up, then read until the client hangs up."""
    await peer.set_up()
    await peer.connection.wait_closed()


async def collected(live: LiveSession, count: int) -> list[LiveEvent]:
    events: list[LiveEvent] = []
    while len(events) < count:
        events += await live.receive()
    return events


async def test_the_session_is_dialled_at_v1beta_with_the_key_in_a_header(playing: Any) -> None:
    async with playing(listen) as world, world.gemini().session("Be kind", DECLARATIONS) as live:
        request = world.peers[0].request
        assert request.path.lstrip("/") == (
            "ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
        )
        assert request.headers["x-goog-api-key"] == "key-1"
        assert "Sec-WebSocket-Extensions" not in request.headers
        assert live.session_id == "session-1"


async def test_a_set_up_that_is_not_answered_is_given_up(playing: Any) -> None:
    async def script(peer: Any) -> None:
        await peer.receive()
        await peer.connection.wait_closed()

    async with playing(script) as world:
        with pytest.raises(LiveClosed) as gone:
            async with asyncio.timeout(1.5), world.gemini(patience=Patience(setup=0.2)).session("", []):
                pass
        assert (gone.value.code, gone.value.resumable, gone.value.fatal) == (1006, True, False)
        await world.peers[0].connection.wait_closed()


@pytest.mark.parametrize("answer", [b"not JSON", b'{"goAway":{}}', b"{}", b'{"setupComplete":7}'])
async def test_a_set_up_answered_with_something_else_is_no_session(playing: Any, answer: bytes) -> None:
    async def script(peer: Any) -> None:
        await peer.receive()
        await peer.connection.send(answer)
        await peer.connection.wait_closed()

    async with playing(script) as world:
        with pytest.raises(LiveClosed) as gone:
            async with world.gemini().session("", []):
                pass
        assert (gone.value.code, gone.value.resumable, gone.value.fatal) == (1002, False, False)
        await world.peers[0].connection.wait_closed()


@pytest.mark.parametrize(
    ("code", "reason", "handle", "resumable", "fatal"),
    [
        (1007, "API key not valid. Please pass a valid API key.", None, False, True),
        (1007, "Request contains an invalid argument.", "stale", False, False),
        (1008, "models/x is not found for API version v1beta", None, False, True),
        (1011, "Internal error encountered.", None, True, False),
    ],
)
async def test_a_refused_set_up_says_whether_dialling_again_can_help(
    playing: Any, code: int, reason: str, handle: str | None, resumable: bool, fatal: bool
) -> None:
    async def script(peer: Any) -> None:
        await peer.receive()
        await peer.connection.close(code, reason)

    async with playing(script) as world:
        with pytest.raises(LiveClosed) as gone:
            async with world.gemini().session("", [], handle=handle):
                pass
    assert gone.value.args == (code, reason, resumable, fatal)


@pytest.mark.parametrize(
    ("status", "resumable", "fatal"),
    [(HTTPStatus.FORBIDDEN, False, True), (HTTPStatus.TOO_MANY_REQUESTS, True, False)],
)
async def test_a_refused_upgrade_is_told_by_its_http_status(
    playing: Any, status: HTTPStatus, resumable: bool, fatal: bool
) -> None:
    async with playing(listen, status=status) as world:
        with pytest.raises(LiveClosed) as gone:
            async with world.gemini().session("", []):
                pass
    assert gone.value.args == (status, "the upgrade was refused", resumable, fatal)


async def test_a_server_whose_certificate_is_not_trusted_is_a_fault_of_the_configuration(
    playing: Any,
) -> None:
    async with playing(listen) as world:
        with pytest.raises(LiveClosed) as gone:
            async with GeminiLive(DeveloperApi("k"), base_url=world.base_url).session("", []):
                pass
    assert gone.value.fatal


async def test_nobody_listening_may_be_tried_again() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        gemini = GeminiLive(DeveloperApi("k"), base_url=f"https://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(LiveClosed) as gone:
            async with gemini.session("", []):
                pass
    assert (gone.value.code, gone.value.resumable, gone.value.fatal) == (1006, True, False)


async def test_an_address_that_is_none_is_a_fault_of_the_configuration() -> None:
    with pytest.raises(ValueError, match="Port out of range"):
        async with GeminiLive(DeveloperApi("k"), base_url="https://127.0.0.1:99999").session("", []):
            pass
    with pytest.raises(LiveClosed) as gone:
        async with GeminiLive(DeveloperApi("k"), base_url="nonsense").session("", []):
            pass
    assert gone.value.fatal


async def test_a_declaration_that_is_none_is_a_bug_and_not_the_servers_fault(playing: Any) -> None:
    async with playing(listen) as world:
        with pytest.raises(ValueError, match="parameters_json_scheme"):
            async with world.gemini().session("", [{"name": "a", "parameters_json_scheme": {}}]):
                pass
        assert world.peers == []


async def test_calls_dialled_at_the_same_time_each_get_their_own_socket(playing: Any) -> None:
    async def script(peer: Any) -> None:
        await peer.set_up()
        words = peer.setup["systemInstruction"]["parts"][0]["text"]
        await peer.send(serverContent={"outputTranscription": {"text": words}})
        await peer.connection.wait_closed()

    async def call(gemini: GeminiLive, number: int) -> list[LiveEvent]:
        async with gemini.session(f"call {number}", []) as live:
            await live.send_audio(PCM)
            return await collected(live, 1)

    async with playing(script) as world:
        gemini = world.gemini()
        said = await asyncio.gather(*(call(gemini, number) for number in range(5)))
    assert said == [[AgentTranscribed(f"call {number}", False)] for number in range(5)]


def test_warming_needs_no_network_and_takes_the_functions_the_call_will_have() -> None:
    gemini = GeminiLive(DeveloperApi("k"), base_url="https://127.0.0.1:1")
    gemini.warm(DECLARATIONS)
    assert types.LiveServerMessage.__pydantic_complete__


def test_the_environment_does_not_choose_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "https://example.com")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    client: Any = GeminiLive(DeveloperApi("k"))._client._api_client
    assert client._websocket_base_url().rstrip("/") == "wss://generativelanguage.googleapis.com"
    assert client._http_options.api_version == "v1beta"
    assert not client.vertexai
