"""Tests of one conversation, through the real SDK over TLS, against scripted servers."""

from __future__ import annotations

import asyncio
import base64
import re
from typing import Any

import pytest
from structlog.testing import capture_logs

from realtime_service.live.closed import LiveClosed
from realtime_service.live.events import (
    FunctionCalled,
    GoAway,
    Interrupted,
    LiveEvent,
)
from realtime_service.live.session import LiveSession

PCM = bytes(range(256)) * 5
DECLARATIONS = [
    {
        "name": "book_appointment",
        "description": "Books it",
        "parameters_json_schema": {"type": "object", "properties": {"doctor_name": {"type": "string"}}},
    }
]


def camel(value: Any) -> Any:
    """Return the value with its keys in camelCase: the SDK sends a mixture, the service takes both."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {re.sub("_(.)", lambda m: m[1].upper(), key): camel(inner) for key, inner in value.items()}


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


async def test_the_callers_voice_goes_up_in_pieces_of_40_milliseconds(playing: Any) -> None:
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def script(peer: Any) -> None:
        await peer.set_up()
        for _ in range(2):
            await heard.put(await peer.receive())

    pcm = PCM + PCM[::-1]
    async with playing(script) as world, world.gemini().session("", []) as live:
        for start in range(0, len(pcm), 640):
            await live.send_audio(pcm[start : start + 640])
        pieces = [(await heard.get())["realtimeInput"]["audio"] for _ in range(2)]
    assert {piece["mimeType"] for piece in pieces} == {"audio/pcm;rate=16000"}
    assert [len(base64.b64decode(piece["data"])) for piece in pieces] == [1_280, 1_280]
    assert b"".join(base64.b64decode(piece["data"]) for piece in pieces) == pcm


async def test_no_piece_ends_within_a_frame_and_none_of_the_voice_is_lost_when_it_pauses(
    playing: Any,
) -> None:
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def script(peer: Any) -> None:
        await peer.set_up()
        for _ in range(3):
            await heard.put((await peer.receive()).popitem()[1])

    async with playing(script) as world, world.gemini().session("", []) as live:
        await live.send_audio(PCM + b"\x07")
        await live.send_audio(b"\x08\x09\x0a")
        await live.end_audio()
        first, second, end = [await heard.get() for _ in range(3)]
    assert base64.b64decode(first["audio"]["data"]) == PCM
    assert base64.b64decode(second["audio"]["data"]) == b"\x07\x08\x09\x0a"
    assert camel(end) == {"audioStreamEnd": True}


async def test_typed_text_goes_up_as_realtime_input(playing: Any) -> None:
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def script(peer: Any) -> None:
        await peer.set_up()
        await heard.put(await peer.receive())

    async with playing(script) as world, world.gemini().session("", []) as live:
        await live.send_text("[Greet the caller.]")
        assert (await heard.get()).popitem()[1] == {"text": "[Greet the caller.]"}


async def test_a_function_call_is_answered_with_its_id_and_the_result_untouched(playing: Any) -> None:
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def script(peer: Any) -> None:
        await peer.set_up()
        call = {"id": "call-7", "name": "book_appointment", "args": {"doctor_name": "Mehta"}}
        await peer.send(toolCall={"functionCalls": [call]})
        await heard.put(await peer.receive())

    result = {"success": False, "error_type": "validation", "alternatives": [{"start_time": "10:30"}]}
    async with playing(script) as world, world.gemini().session("", DECLARATIONS) as live:
        [called] = await collected(live, 1)
        assert called == FunctionCalled("call-7", "book_appointment", {"doctor_name": "Mehta"})
        await live.send_function_response("call-7", "book_appointment", result)
        [answer] = (await heard.get())["tool_response"]["functionResponses"]
    assert answer == {"id": "call-7", "name": "book_appointment", "response": result}


async def test_a_message_of_nonsense_is_noted_once_without_its_words_and_the_call_goes_on(
    playing: Any,
) -> None:
    async def script(peer: Any) -> None:
        await peer.set_up()
        await peer.connection.send(b"Mrs Sharma's number")
        await peer.send(serverContent={"modelTurn": {"parts": "Mrs Sharma"}}, goAway={"timeLeft": "9s"})
        await peer.send(serverContent={"interrupted": True})
        await peer.connection.wait_closed()

    with capture_logs() as logs:
        async with playing(script) as world, world.gemini().session("", []) as live:
            assert await collected(live, 2) == [GoAway(9.0), Interrupted()]
    assert [line["event"] for line in logs] == ["! message not understood"]
    assert "Sharma" not in str(logs)


async def test_hanging_up_ends_the_reading_and_closes_the_connection(playing: Any) -> None:
    async with playing(listen) as world:
        async with world.gemini().session("", []) as live:
            reader = asyncio.create_task(collected(live, 1))
            await asyncio.sleep(0.01)
            await live.close()
            with pytest.raises(LiveClosed):
                await reader
        await world.peers[0].connection.wait_closed()
        assert world.peers[0].connection.close_code == 1000


async def test_leaving_the_session_hangs_up_even_when_the_call_fails(playing: Any) -> None:
    async with playing(listen) as world:
        with pytest.raises(KeyError):
            async with world.gemini().session("", []):
                raise KeyError("a bug")
        await world.peers[0].connection.wait_closed()


async def test_a_lost_connection_is_told_to_whoever_sends(playing: Any) -> None:
    async def script(peer: Any) -> None:
        await peer.set_up()
        peer.connection.transport.abort()

    async with playing(script) as world, world.gemini().session("", []) as live:
        await closed(live)
        for sending in (
            live.send_audio(PCM),
            live.send_text("hello"),
            live.end_audio(),
            live.send_function_response("1", "a", {}),
        ):
            with pytest.raises(LiveClosed) as gone:
                await sending
            assert (gone.value.code, gone.value.resumable, gone.value.fatal) == (1006, True, False)


async def test_an_abrupt_end_can_be_resumed(playing: Any) -> None:
    async def script(peer: Any) -> None:
        await peer.set_up()
        peer.connection.transport.abort()

    async with playing(script) as world, world.gemini().session("", []) as live:
        ended = await closed(live)
    assert (ended.code, ended.resumable, ended.fatal) == (1006, True, False)
