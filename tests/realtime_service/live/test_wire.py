"""Tests of the hot path, with and without the SDK in it."""

from __future__ import annotations

import asyncio
import base64
import logging
import socket
from typing import Any

import pytest
from structlog.testing import capture_logs

from realtime_service.live.closed import LiveClosed
from realtime_service.live.events import (
    AgentTranscribed,
    AudioSpoken,
    CallerTranscribed,
    FunctionCalled,
    FunctionCallsCancelled,
    GenerationComplete,
    GoAway,
    Interrupted,
    LiveEvent,
    ResumptionUpdated,
    TurnComplete,
    UsageCounted,
)
from realtime_service.live.gemini import GeminiLive
from realtime_service.live.session import LiveSession
from realtime_service.live.wire import SdkWire, SocketWire

PCM = bytes(range(256)) * 5
DECLARATIONS = [
    {
        "name": "book_appointment",
        "description": "Books it",
        "parameters_json_schema": {"type": "object", "properties": {"doctor_name": {"type": "string"}}},
    }
]


def spoken(pcm: bytes) -> dict[str, Any]:
    data = {"mimeType": "audio/pcm;rate=24000", "data": base64.b64encode(pcm).decode()}
    return {"inlineData": data}


async def listen(peer: Any) -> None:
    """Set up, then read until the client hangs up."""
    await peer.set_up()
    await peer.connection.wait_closed()


async def collected(live: LiveSession, count: int) -> list[LiveEvent]:
    events: list[LiveEvent] = []
    while len(events) < count:
        events += await live.receive()
    return events


async def closed(live: LiveSession) -> LiveClosed:
    with pytest.raises(LiveClosed) as gone:
        await collected(live, 1_000)
    return gone.value


def without_our_socket(gemini: GeminiLive) -> GeminiLive:
    """Make the SDK behave as one that no longer passes the connection factory on."""
    del gemini._client._api_client._websocket_ssl_ctx["create_connection"]
    return gemini


async def two_turns(peer: Any) -> None:
    """Say everything a server can say, in two turns, odd messages between."""
    await peer.set_up()
    await peer.send(serverContent={"inputTranscription": {"text": "I need", "finished": True}})
    both = {"modelTurn": {"parts": [spoken(PCM), spoken(b"\1\2")]}, "outputTranscription": {"text": "Yes"}}
    await peer.send(serverContent=both)
    await peer.send(somethingNew={"of": "a later version"})
    await peer.send(serverContent={"generationComplete": True, "somethingNew": [1]})
    await peer.send(
        serverContent={"turnComplete": True},
        usageMetadata={
            "promptTokenCount": 90,
            "totalTokenCount": 120,
            "responseTokenCount": 30,
            "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 90}],
        },
    )
    await peer.send(sessionResumptionUpdate={"newHandle": "handle-2", "resumable": True})
    await peer.send(toolCall={"functionCalls": [{"id": "1", "name": "a", "args": {"b": [1]}}]})
    await peer.send(toolCallCancellation={"ids": ["1"]})
    await peer.send(serverContent={"interrupted": True})
    await peer.send(goAway={"timeLeft": "50s"})
    await peer.send(serverContent={"turnComplete": True, "interactionStatus": "IN_PROGRESS"})
    await peer.send(sessionResumptionUpdate={})
    await peer.connection.close(1011, "Deadline expired before operation could complete.")


ALL_EVENTS: list[LiveEvent] = [
    CallerTranscribed("I need", True),
    AudioSpoken(PCM),
    AudioSpoken(b"\1\2"),
    AgentTranscribed("Yes", False),
    GenerationComplete(),
    UsageCounted(90, 30, 0, 0, 120, {"AUDIO": 90}, {}),
    TurnComplete("", False),
    ResumptionUpdated("handle-2", True),
    FunctionCalled("1", "a", {"b": [1]}),
    FunctionCallsCancelled(("1",)),
    Interrupted(),
    GoAway(50.0),
    TurnComplete("", True),
    ResumptionUpdated("", False),
]


async def test_everything_the_model_says_is_told_across_turns_until_the_connection_ends(
    playing: Any,
) -> None:
    async with playing(two_turns) as world, world.gemini().session("", DECLARATIONS) as live:
        assert isinstance(live._wire, SocketWire)
        assert await collected(live, len(ALL_EVENTS)) == ALL_EVENTS
        ended = await closed(live)
    assert (ended.code, ended.reason) == (1011, "Deadline expired before operation could complete.")
    assert (ended.resumable, ended.fatal) == (True, False)


async def test_without_the_socket_the_sdk_tells_the_same(playing: Any) -> None:
    with capture_logs() as logs:
        async with playing(two_turns) as world:
            gemini = without_our_socket(world.gemini())
            async with gemini.session("", DECLARATIONS) as live:
                assert isinstance(live._wire, SdkWire)
                assert await collected(live, len(ALL_EVENTS)) == ALL_EVENTS
                ended = await closed(live)
    assert (ended.code, ended.resumable, ended.fatal) == (1011, True, False)
    assert [line["event"] for line in logs] == ["! socket not seen", "! message not understood"]


async def test_without_the_socket_the_voice_goes_up_through_the_sdk(playing: Any) -> None:
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def script(peer: Any) -> None:
        await peer.set_up()
        await heard.put(await peer.receive())

    async with playing(script) as world, without_our_socket(world.gemini()).session("", []) as live:
        await live.send_audio(PCM)
        audio = (await heard.get()).popitem()[1]["audio"]
    assert base64.urlsafe_b64decode(audio["data"]) == PCM


async def test_a_peer_that_acknowledges_nothing_is_given_up_by_the_kernel_and_not_by_pings(
    playing: Any,
) -> None:
    async with playing(listen) as world, world.gemini().session("", []) as live:
        assert isinstance(live._wire, SocketWire)
        connection = live._wire._connection
        assert connection.ping_interval is None
        underlying = connection.transport.get_extra_info("socket")
        option = getattr(socket, "TCP_USER_TIMEOUT", None)
        assert option is None or underlying.getsockopt(socket.IPPROTO_TCP, option) == 10_000


async def test_a_message_larger_than_a_megabyte_is_taken(playing: Any) -> None:
    long = bytes(1_500_000)

    async def script(peer: Any) -> None:
        await peer.set_up()
        await peer.send(serverContent={"modelTurn": {"parts": [spoken(long)]}})
        await peer.connection.wait_closed()

    async with playing(script) as world, world.gemini().session("", []) as live:
        assert await collected(live, 1) == [AudioSpoken(long)]


async def test_no_frame_is_logged_at_any_level(playing: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def script(peer: Any) -> None:
        await peer.set_up()
        await peer.send(serverContent={"inputTranscription": {"text": "Sharma"}})
        await peer.connection.wait_closed()

    caplog.set_level(logging.INFO, logger="websockets.server")
    with caplog.at_level(logging.DEBUG):
        async with playing(script) as world, world.gemini().session("", []) as live:
            await collected(live, 1)
            await live.send_text("Sharma")
    assert "Sharma" not in caplog.text
