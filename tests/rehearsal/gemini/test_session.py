"""The rules of a session: order, refusals, marks, history and updates."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from rehearsal.receptionist.actions import Call, Say

Serve = Callable[..., Awaitable[Any]]

OUT_OF_ORDER = (1007, "setup must be the first message and only the first")
SETUP = {"setup": {"model": "models/gemini-3.8-live"}}
PCM = {"data": "AQI=", "mimeType": "audio/pcm;rate=16000"}
MANUAL = {"automaticActivityDetection": {"disabled": True}}


async def sent(model: Any, *frames: Any) -> tuple[int, str]:
    """The code and reason with which the service closes a connection that sends these."""
    async with model.dial() as socket:
        for frame in frames:
            await socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))
        async with asyncio.timeout(5):
            await socket.wait_closed()
        return socket.close_code, socket.close_reason


@pytest.mark.parametrize(
    "message",
    [
        {"realtimeInput": {"audio": PCM}},
        {"realtimeInput": {"text": "hello"}},
        {"clientContent": {"turnComplete": True}},
        {"toolResponse": {"functionResponses": []}},
        {"contextUpdate": {}},
    ],
    ids=lambda message: next(iter(message)),
)
async def test_anything_before_the_set_up_is_refused(serve: Serve, message: dict[str, Any]) -> None:
    assert await sent(await serve(), message) == OUT_OF_ORDER


async def test_a_second_set_up_is_refused(serve: Serve) -> None:
    assert await sent(await serve(), SETUP, SETUP) == OUT_OF_ORDER


@pytest.mark.parametrize(
    ("message", "code", "reason"),
    [
        ("{", 1007, "Invalid JSON payload received. Unable to parse."),
        ({}, 1007, "Request contains an invalid argument. message_type is not set."),
        (
            {"userContent": {}},
            1007,
            'Invalid JSON payload received. Unknown name "userContent": Cannot find field.',
        ),
        (
            {"realtimeInput": {"mediaChunks": [PCM]}},
            1007,
            "realtime_input.media_chunks is deprecated. Use audio, video, or text instead.",
        ),
        (
            {"realtimeInput": {"audio": {"data": "AAAA", "mimeType": "audio/wav"}}},
            1007,
            "Request contains an invalid argument. Unsupported audio type 'audio/wav'.",
        ),
        (
            {"clientContent": {"turns": [{"parts": [{"text": "hello"}]}]}},
            1007,
            "Request contains an invalid argument. Please use a valid role: user, model.",
        ),
        (
            {"clientContent": {"turns": [{"role": "system", "parts": [{"text": "hello"}]}]}},
            1007,
            "Request contains an invalid argument. Please use a valid role: user, model.",
        ),
        (
            {"toolResponse": {"functionResponses": [{"id": "function-call-1", "response": {}}]}},
            1008,
            "Requested entity was not found.",
        ),
        (
            {"realtimeInput": {"activityStart": {}}},
            1007,
            "Request contains an invalid argument. Explicit activity control needs automatic activity"
            " detection disabled.",
        ),
    ],
)
async def test_what_the_service_refuses_closes_the_session(
    serve: Serve, message: Any, code: int, reason: str
) -> None:
    assert await sent(await serve(), SETUP, message) == (code, reason)


async def test_a_set_up_is_refused_as_the_real_one_is(serve: Serve) -> None:
    model = await serve()
    unknown = {"setup": {"model": "models/gemini-3.8-live", "voice": "Kore"}}
    assert await sent(model, unknown) == (
        1007,
        "Invalid JSON payload received. Unknown name \"voice\" at 'setup': Cannot find field.",
    )
    code, reason = await sent(model, {"setup": {"model": "models/gemini-1"}})
    assert code == 1008
    assert reason.startswith("models/gemini-1 is not found for API version v1beta")


async def test_a_message_over_a_mebibyte_is_too_big_and_only_that_session_ends(serve: Serve) -> None:
    model = await serve()
    async with model.set_up() as bystander:
        assert (await sent(model, SETUP, "x" * (2**20 + 1)))[0] == 1009
        await bystander.say("hello")
        assert await bystander.turn()


async def test_video_is_taken_and_makes_no_turn(serve: Serve) -> None:
    model = await serve()
    async with model.set_up() as bare:
        await bare.send({"realtimeInput": {"video": {"data": "AAAA", "mimeType": "image/jpeg"}}})
        await bare.say("hello")
        await bare.turn()
    assert model.receptionist.was_told == ["hello"]


async def test_a_turn_that_the_client_marks_is_heard_and_audio_outside_is_not(serve: Serve) -> None:
    model = await serve()
    model.ear.will_hear = ["yes"]
    async with model.set_up(realtimeInputConfig=MANUAL, inputAudioTranscription={}) as bare:
        marked: list[dict[str, Any]] = [
            {"audio": PCM},
            {"activityStart": {}},
            {"audio": PCM},
            {"activityEnd": {}},
        ]
        for given in marked:
            await bare.send({"realtimeInput": given})
        turn = await bare.turn()
    assert turn[0]["serverContent"]["inputTranscription"] == {"text": "yes"}
    assert model.ear.given == [b"\1\2"]
    assert model.detections == []


async def test_the_client_marks_an_interruption_too(serve: Serve) -> None:
    model = await serve({"hello": [Say("word " * 100)]})
    async with model.set_up(realtimeInputConfig=MANUAL) as bare:
        await bare.say("hello")
        await bare.until("serverContent", "modelTurn")
        await bare.send({"realtimeInput": {"activityStart": {}}})
        await bare.until("serverContent", "interrupted")


async def test_the_end_of_the_audio_stream_ends_a_turn_under_way(serve: Serve) -> None:
    model = await serve()
    loud = {"data": "ACAA" * 1000, "mimeType": "audio/pcm;rate=16000"}
    detection = {"automaticActivityDetection": {"silenceDurationMs": 300, "prefixPaddingMs": 40}}
    async with model.set_up(realtimeInputConfig=detection) as bare:
        await bare.send({"realtimeInput": {"audio": loud}})
        await bare.send({"realtimeInput": {"audioStreamEnd": True}})
        await bare.turn()
    assert len(model.ear.given) == 1
    assert model.detections[0].silence_duration_ms == 300


async def test_initial_history_is_taken_and_not_answered(serve: Serve) -> None:
    model = await serve()
    async with model.set_up(historyConfig={"initialHistoryInClientContent": True}) as bare:
        past = [
            {"role": "user", "parts": [{"text": "hello"}]},
            {"role": "model", "parts": [{"text": "How can I help?"}]},
        ]
        await bare.send({"clientContent": {"turns": past, "turnComplete": True}})
        await bare.say("on friday")
        await bare.turn()
    assert model.receptionist.was_told == ["on friday"]


async def test_a_context_update_replaces_the_tools(serve: Serve) -> None:
    model = await serve({"book": [Call("book", {})]})
    async with model.set_up() as bare:
        await bare.send(
            {"contextUpdate": {"tools": {"tools": [{"functionDeclarations": [{"name": "book"}]}]}}}
        )
        await bare.say("book")
        await bare.until("toolCall")
        await bare.turn()
        assert list(model.setups[0].declarations) == ["book"]
        await bare.send({"contextUpdate": {"tools": {"tools": []}}})
        await bare.send({"contextUpdate": {"systemInstruction": {"parts": [{"text": "Be brief."}]}}})
        await bare.say("hello")
        await bare.turn()
        assert model.setups[0].declarations == {}
