"""Resumption by handle, the end of a connection, and what is left of it."""

from __future__ import annotations

import asyncio
import gc
import json
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

from rehearsal.gemini.faculties import Pace
from rehearsal.receptionist.actions import Say

Serve = Callable[..., Awaitable[Any]]


async def sent(model: Any, *frames: Any) -> tuple[int, str]:
    """The code and reason with which the service closes a connection that sends these."""
    async with model.dial() as socket:
        for frame in frames:
            await socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))
        async with asyncio.timeout(5):
            await socket.wait_closed()
        return socket.close_code, socket.close_reason


async def resumed(model: Any, handle: str, name: str = "gemini-3.8-live") -> tuple[int, str]:
    return await sent(model, {"setup": {"model": f"models/{name}", "sessionResumption": {"handle": handle}}})


async def test_a_session_is_resumed_where_its_handle_was_given(serve: Serve) -> None:
    model = await serve()
    async with model.set_up(sessionResumption={}) as bare:
        await bare.say("with doctor rao")
        handle = (await bare.until("sessionResumptionUpdate", "newHandle"))[-1]["sessionResumptionUpdate"]
        await bare.say("a turn that no handle stands for")
        await bare.next()
    again = {"sessionResumption": {"handle": handle["newHandle"]}, "outputAudioTranscription": {}}
    async with model.set_up(**again) as bare:
        await bare.say("what did i say")
        assert (await bare.turn()).words == "with doctor rao"
    assert len(model.receptionists) == 1


async def test_a_handle_is_refused_when_unknown_or_while_its_connection_is_open(serve: Serve) -> None:
    model = await serve()
    assert await resumed(model, "no-such-handle") == (1008, "Requested entity was not found.")
    async with model.set_up(sessionResumption={}) as bare:
        await bare.say("hello")
        updates = await bare.until("sessionResumptionUpdate", "newHandle")
        handle = updates[-1]["sessionResumptionUpdate"]["newHandle"]
        assert await resumed(model, handle) == (1011, "Internal error encountered.")
    assert (await resumed(model, handle, "gemini-3.1-flash-live-preview"))[0] == 1007


async def test_only_the_last_few_handles_of_a_session_are_good(serve: Serve) -> None:
    model = await serve()
    handles = []
    async with model.set_up(sessionResumption={}) as bare:
        for _ in range(5):
            await bare.say("hello")
            updates = await bare.until("sessionResumptionUpdate", "newHandle")
            handles.append(updates[-1]["sessionResumptionUpdate"]["newHandle"])
    assert (await resumed(model, handles[0]))[0] == 1008
    async with model.set_up(sessionResumption={"handle": handles[-1]}) as bare:
        await bare.say("hello")
        await bare.turn()


async def test_a_connection_is_told_to_go_away_and_then_closed(serve: Serve) -> None:
    model = await serve(pace=Pace(connection_seconds=0.3, notice_seconds=0.2))
    async with model.set_up() as bare:
        assert await bare.next() == {"goAway": {"timeLeft": "0.200s"}}
        await bare.say("hello")
        assert await bare.turn()
        assert await bare.closed() == (1011, "Deadline expired before operation could complete.")


async def test_a_client_that_never_sets_up_is_closed_at_the_deadline(serve: Serve) -> None:
    model = await serve(pace=Pace(connection_seconds=0.2, notice_seconds=0.1))
    assert (await sent(model))[0] == 1011


async def test_nothing_is_left_behind_when_clients_hang_up_or_vanish(serve: Serve) -> None:
    model = await serve({"hello": [Say("word " * 100)]})
    before = len(asyncio.all_tasks())
    for vanishes in (False, True):
        async with model.set_up() as bare:
            await bare.say("hello")
            await bare.until("serverContent", "modelTurn")
            if vanishes:
                bare.socket.transport.abort()
    async with asyncio.timeout(3):
        while len(asyncio.all_tasks()) > before:
            await asyncio.sleep(0.01)


async def test_a_handle_does_not_keep_its_connection_in_memory(serve: Serve) -> None:
    model = await serve()
    async with model.set_up(sessionResumption={}) as bare:
        await bare.say("hello")
        await bare.until("sessionResumptionUpdate", "newHandle")
        (connection,) = map(weakref.ref, model.service._server.connections)
        assert connection() is not None
    async with asyncio.timeout(3):
        while connection() is not None:
            await asyncio.sleep(0.01)
            gc.collect()
