"""A connection to Google that is cut, or falls silent, under load: no answer is lost."""

import asyncio
import os
from collections.abc import Callable
from typing import Any

import pytest

from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.ports import Ledger
from realtime_service.ports import Ports

Make = Callable[..., ToolCall[dict[str, Any]]]
CALLS = 40
SOON_SECONDS = 20
"""On a busy machine too. A connection that nobody replaced would stay silent for good."""
pytestmark = pytest.mark.emulators


@pytest.fixture
def world(cloud: Any) -> Any:
    return cloud


async def opened_through(proxy: Any, variable: str, world: Any, monkeypatch: pytest.MonkeyPatch) -> Ports:
    """Open the service's ports with one of the emulators behind a proxy, and connect."""
    monkeypatch.setenv(variable, proxy.address)
    ports: Ports = world.ports()
    await ports.warm()
    return ports


@pytest.mark.parametrize("fault", ["cut", "fall_silent"])
async def test_a_connection_that_fails_before_the_answers_loses_none(
    world: Any, ledger: Ledger, tool_call: Make, proxy: Any, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The functions' ledger has its own, sound connection.
    await asyncio.to_thread(ledger.answer, "call-1-1")
    async with proxy(os.environ["FIRESTORE_EMULATOR_HOST"]) as between:
        ports = await opened_through(between, "FIRESTORE_EMULATOR_HOST", world, monkeypatch)
        waiting = [asyncio.create_task(ports.ledger.answer(f"call-1-{number}")) for number in range(CALLS)]
        await asyncio.sleep(0.3)
        getattr(between, fault)()
        for number in range(CALLS):
            await asyncio.to_thread(ledger.commit, tool_call(number), "succeeded", succeeded(f"{number}"))
        answers = await asyncio.wait_for(asyncio.gather(*waiting), SOON_SECONDS)
        assert [answer["message"] for answer in answers] == [str(number) for number in range(CALLS)]


@pytest.mark.parametrize("fault", ["cut", "fall_silent"])
async def test_a_connection_that_fails_while_messages_are_put_on_the_bus_loses_none(
    world: Any, proxy: Any, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pubsub, bodies = world.pubsub, [b"%d" % number for number in range(CALLS)]
    async with proxy(os.environ["PUBSUB_EMULATOR_HOST"]) as between:
        ports = await opened_through(between, "PUBSUB_EMULATOR_HOST", world, monkeypatch)
        publishing = [
            asyncio.create_task(ports.publisher.publish("book_appointment", body, {})) for body in bodies
        ]
        await asyncio.sleep(0.005)
        getattr(between, fault)()
        await asyncio.wait_for(asyncio.gather(*publishing), SOON_SECONDS)
    arrived = {each.data for each in await asyncio.to_thread(pubsub.fetch, "book_appointment")}
    assert arrived == set(bodies)


async def test_more_waiting_calls_than_a_connection_has_streams_hold_up_nobody(
    world: Any, ledger: Ledger, tool_call: Make
) -> None:
    ports, number = world.ports(), 300
    waiting = [asyncio.create_task(ports.ledger.answer(f"call-1-{each}")) for each in range(number)]
    await asyncio.sleep(0.5)
    await asyncio.to_thread(ledger.commit, tool_call(number - 1), "succeeded", succeeded("Done."))
    assert (await asyncio.wait_for(waiting[-1], SOON_SECONDS))["message"] == "Done."
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_it_says_which_of_listening_and_reading_was_first(
    world: Any, ledger: Ledger, tool_call: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    ports = world.ports()
    waiting = asyncio.create_task(ports.ledger.answer("call-1-1"))
    await asyncio.sleep(0.1)
    await asyncio.to_thread(ledger.commit, tool_call(1), "succeeded", succeeded("Done."))
    await waiting
    said = capsys.readouterr().out
    assert "by=listen" in said or "by=read" in said
    assert "call-1-1" in said
