"""Connections on which something goes wrong, as the unmodified SDK meets it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import pytest
from google import genai
from google.genai import errors
from google.oauth2.credentials import Credentials
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from rehearsal.gemini.line import Line
from rehearsal.gemini.refusal import not_found
from rehearsal.gemini.server import VERTEX_PATH
from rehearsal.receptionist.actions import Break, Call, Hang, Say

Serve = Callable[..., Awaitable[Any]]


async def test_the_first_connections_have_their_fates_and_later_ones_none(serve: Serve) -> None:
    model = await serve(
        lines=[Line(upgrade_refused=HTTPStatus.TOO_MANY_REQUESTS), Line(setup_refused=not_found())]
    )
    with pytest.raises(InvalidStatus, match="429"):
        async with model.connect():
            pass
    with pytest.raises(errors.APIError, match="1008"):
        async with model.connect():
            pass
    async with model.connect() as session:
        assert session.setup_complete is not None


async def test_a_service_that_never_completes_the_set_up_lets_go_when_the_client_does(serve: Serve) -> None:
    model = await serve(lines=[Line(setup_seconds=math.inf)])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3), model.connect():
            pass


async def test_a_line_is_cut_with_notice_or_without(serve: Serve) -> None:
    model = await serve(lines=[Line(seconds=0.4, notice_seconds=0.2), Line(seconds=0.2, notice_seconds=0.0)])
    async with model.set_up() as bare:
        assert await bare.next() == {"goAway": {"timeLeft": "0.200s"}}
        assert (await bare.closed())[0] == 1011
    async with model.set_up() as bare:
        with pytest.raises(ConnectionClosedError):
            await bare.next()


@pytest.mark.parametrize(("code", "reason"), [(1006, ""), (1011, "Internal error encountered.")])
async def test_a_connection_breaks_in_mid_turn(serve: Serve, code: int, reason: str) -> None:
    model = await serve({"hello": [Say("half a sentence"), Break(code, reason)]})
    async with model.set_up(outputAudioTranscription={}) as bare:
        await bare.say("hello")
        await bare.until("serverContent", "modelTurn")
        assert (await bare.closed())[0] == code


async def test_a_forgotten_turn_says_nothing_until_the_next_line(serve: Serve) -> None:
    model = await serve({"hello": [Hang()]})
    async with model.set_up() as bare:
        await bare.say("hello")
        await bare.nothing()
        await bare.say("are you there")
        assert "interrupted" in (await bare.turn()).kinds


async def test_a_deaf_line_answers_nothing(serve: Serve) -> None:
    model = await serve(lines=[Line(hears=False)])
    async with model.set_up() as bare:
        await bare.say("hello")
        await bare.nothing()


async def test_a_mute_voice_is_digital_silence_with_its_words(serve: Serve) -> None:
    model = await serve(lines=[Line(is_mute=True)])
    async with model.set_up(outputAudioTranscription={}) as bare:
        await bare.say("hello")
        messages = await bare.turn()
    assert messages.words == "you said hello"
    assert messages.audio
    assert not messages.audio.strip(b"\0")


async def test_a_line_that_is_not_resumable_offers_no_handle(serve: Serve) -> None:
    model = await serve(lines=[Line(is_resumable=False)])
    async with model.set_up(sessionResumption={}) as bare:
        await bare.say("hello")
        await bare.turn()
        await bare.nothing()


async def test_a_handle_may_stand_for_calls_that_wait(serve: Serve) -> None:
    model = await serve({"book": [Call("book_it", {})]}, lines=[Line(resumes_calls=True)])
    tools = [{"functionDeclarations": [{"name": "book_it", "behavior": "NON_BLOCKING"}]}]
    async with model.set_up(sessionResumption={}, tools=tools) as bare:
        await bare.say("book")
        call, _ = await bare.called()
        update = (await bare.until("sessionResumptionUpdate", "newHandle"))[-1]["sessionResumptionUpdate"]
    async with model.set_up(sessionResumption={"handle": update["newHandle"]}, tools=tools) as bare:
        await bare.answer(call, {"output": {"success": True}})
        await bare.turn()
    assert model.answers == [("book_it", {"success": True})]


async def test_a_history_is_recalled_and_not_answered(serve: Serve) -> None:
    model = await serve()
    turns = [
        {"role": "user", "parts": [{"text": "hello"}]},
        {"role": "model", "parts": [{"text": "welcome"}]},
    ]
    async with model.set_up(historyConfig={"initialHistoryInClientContent": True}) as bare:
        await bare.send({"clientContent": {"turns": turns, "turnComplete": True}})
        await bare.nothing()
        assert model.receptionist.recalls == [("user", "hello"), ("model", "welcome")]


async def test_vertex_ai_is_served_to_whoever_has_a_token(serve: Serve) -> None:
    model = await serve()
    for headers in ({}, {"x-goog-api-key": "any-key"}, {"Authorization": "Basic abc"}):
        async with model.dial(VERTEX_PATH, headers) as socket:
            await socket.wait_closed()
            assert socket.close_code == 1008


async def test_vertex_ais_calls_have_no_ids_and_are_answered_by_name(serve: Serve) -> None:
    model = await serve({"book": [Call("book_it", {})], "book_it answered": [Say("done")]})
    client = genai.Client(
        vertexai=True,
        project="a-project",
        location="us-central1",
        credentials=Credentials(token="a-token"),
        http_options={
            "base_url": model.service.base_url,
            "api_version": "v1beta1",
            "async_client_args": {"ssl": model.service.ssl_context, "proxy": None},
        },
    )
    declared = {"function_declarations": [{"name": "book_it", "behavior": "NON_BLOCKING"}]}
    config: Any = {"response_modalities": ["AUDIO"], "tools": [declared]}
    async with asyncio.timeout(5), client.aio.live.connect(model="gemini-3.8-live", config=config) as session:
        await session.send_realtime_input(text="book")
        calls: list[genai.types.FunctionCall] = []
        while not calls:
            async for message in session.receive():
                calls += (message.tool_call.function_calls or []) if message.tool_call else []
        (call,) = calls
        assert (call.id, call.name) == (None, "book_it")
        answer = genai.types.FunctionResponse(name="book_it", response={"output": {"success": True}})
        await session.send_tool_response(function_responses=answer)
        async for _ in session.receive():
            pass
    assert model.answers == [("book_it", {"success": True})]


async def test_an_answer_by_a_name_that_nobody_called_is_refused(serve: Serve) -> None:
    model = await serve()
    headers = {"Authorization": "Bearer a-token"}
    async with model.dial(VERTEX_PATH, headers) as socket:
        await socket.send(
            '{"setup":{"model":"projects/p/locations/l/publishers/google/models/gemini-3.8-live"}}'
        )
        await socket.recv()
        await socket.send('{"toolResponse":{"functionResponses":[{"name":"book_it","response":{}}]}}')
        await socket.wait_closed()
        assert socket.close_code == 1008
