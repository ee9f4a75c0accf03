"""The service's door: versions, paths, keys, broken clients, threads and ports."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from google.genai import errors, types
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rehearsal.gemini.server import PATH

Serve = Callable[..., Awaitable[Any]]


async def turn_of(session: Any) -> list[types.LiveServerMessage]:
    async with asyncio.timeout(5):
        return [message async for message in session.receive()]


def words_of(messages: list[types.LiveServerMessage]) -> str:
    contents = [message.server_content for message in messages if message.server_content]
    return "".join(one.output_transcription.text or "" for one in contents if one.output_transcription)


@pytest.mark.parametrize("version", ["v1", "v1alpha", "v2"])
async def test_the_sdk_under_any_other_version_finds_nothing(serve: Serve, version: str) -> None:
    model = await serve()
    with pytest.raises(InvalidStatus) as refused:
        async with model.client(api_version=version).aio.live.connect(model="gemini-3.8-live", config={}):
            pass
    assert refused.value.response.status_code == 404


@pytest.mark.parametrize(
    ("path", "status"), [("/", 404), ("/healthz", 404), (PATH + "Constrained", 404), ("/" + PATH, None)]
)
async def test_one_path_is_served_with_one_slash_or_two(serve: Serve, path: str, status: int | None) -> None:
    model = await serve()
    if status is None:
        async with model.dial(path=path):
            return
    with pytest.raises(InvalidStatus) as refused:
        async with model.dial(path=path):
            pass
    assert refused.value.response.status_code == status


async def test_a_client_without_a_key_or_with_a_wrong_one_is_refused(serve: Serve) -> None:
    model = await serve(api_key="right")

    async def closed(path: str = PATH, **headers: str) -> tuple[int | None, str | None]:
        async with model.dial(
            path, {name.replace("_", "-"): value for name, value in headers.items()}
        ) as socket:
            async with asyncio.timeout(2):
                await socket.wait_closed()
            return socket.close_code, socket.close_reason

    code, reason = await closed()
    assert code == 1008
    assert reason is not None
    assert reason.startswith("Method doesn't allow unregistered callers")
    not_valid = (1007, "API key not valid. Please pass a valid API key.")
    assert await closed(x_goog_api_key="wrong") == not_valid
    assert await closed(f"{PATH}?key=wrong") == not_valid
    async with model.dial(f"{PATH}?key=right", {}) as socket:
        await socket.send('{"setup": {"model": "models/gemini-3.8-live"}}')
        assert await socket.recv() == b'{"setupComplete":{}}'


async def test_broken_clients_leave_no_traceback_and_disturb_nobody(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    model = await serve()
    port = int(model.service.base_url.rsplit(":", 1)[1])
    untrusting = ssl.create_default_context()
    async with model.set_up() as bystander:
        for tls, junk in (
            (None, b"\x00\x01\x02 nonsense"),
            (None, b"GET / HTTP/1.1\r\n\r\n"),
            (model.service.ssl_context, b"nonsense\r\n\r\n"),
            (model.service.ssl_context, b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"),
        ):
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
            writer.write(junk)
            writer.transport.abort()
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection("127.0.0.1", port, ssl=untrusting)
        async with model.set_up() as vanishing:
            vanishing.socket.transport.abort()
        await bystander.say("hello")
        await bystander.turn()
    assert [record for record in caplog.records if record.exc_info or record.levelno >= logging.WARNING] == []


async def test_closing_the_service_ends_its_sessions(serve: Serve) -> None:
    model = await serve()
    async with model.connect() as session:
        await model.service.__aexit__(None, None, None)
        with pytest.raises((errors.APIError, ConnectionClosed)):
            await turn_of(session)


async def test_on_a_thread_of_its_own_a_busy_voice_does_not_hold_up_the_callers_loop(serve: Serve) -> None:
    model = await serve()
    await model.service.__aexit__(None, None, None)
    model = type(model)({})
    speak = model.voice.speak

    def busy_speak(text: str) -> bytes:
        until = time.thread_time() + 0.2
        while time.thread_time() < until:
            time.sleep(0)
        spoken: bytes = speak(text)
        return spoken

    model.voice.speak = busy_speak
    threads = set(threading.enumerate())
    with model.service.serve_in_thread():
        assert len(set(threading.enumerate()) - threads) == 1
        async with model.connect() as session:
            await session.send_realtime_input(text="hello")
            assert words_of(await turn_of(session)) == "you said hello"
    assert set(threading.enumerate()) == threads


async def test_a_port_that_is_taken_is_an_error_either_way(serve: Serve) -> None:
    model = await serve()
    port = int(model.service.base_url.rsplit(":", 1)[1])
    second = type(model)({}, port=port).service
    with pytest.raises(OSError, match="in use"), second.serve_in_thread():
        pass
    with pytest.raises(RuntimeError):
        _ = second.base_url
