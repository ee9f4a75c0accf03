"""Two instances of the realtime service, one fleet of functions: whoever of them dies, the rest goes on."""

import asyncio
import json
import signal
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from clinic.contracts.web_token import subprotocols
from functions.dispatch import run_job
from functions.jobs.end_abandoned_calls import end_abandoned_calls
from functions.needs import Needs
from rehearsal.gemini.scripted import ScriptedModel
from rehearsal.processes import Hosted
from rehearsal.receptionist.actions import Call, Say

pytestmark = pytest.mark.emulators
ORIGIN = Origin("http://localhost:8080")
FUNCTIONS = ("book_appointment", "answer_dead_letter", "web_session", "finish_call", "release_holds")


@contextmanager
def served(clinic: Any, tmp_path: Path, instances: int) -> Iterator[list[Hosted]]:
    """Instances whose model books what number it is told."""
    lines = {f"book {number}": [Call("book_appointment", clinic.wish(number))] for number in range(9)}
    model = ScriptedModel({**lines, "book_appointment answered": [Say("it is booked")]})
    with model.service.serve_in_thread():
        authority = tmp_path / "authority.pem"
        authority.write_bytes(model.service.authority_pem)
        clinic.cloud.environment |= {
            "GEMINI_API_KEY": "any-key",
            "GOOGLE_GEMINI_BASE_URL": model.service.base_url,
            "SSL_CERT_FILE": str(authority),
        }
        clinic.host("slow", FUNCTIONS, seconds="0.5")
        yield [clinic.cloud.serve() for _ in range(instances)]


@pytest.fixture
def services(clinic: Any, tmp_path: Path) -> Iterator[list[Hosted]]:
    with served(clinic, tmp_path, 2) as instances:
        yield instances


@asynccontextmanager
async def visit(clinic: Any, service: Hosted) -> AsyncIterator[tuple[str, ClientConnection]]:
    """Open a web call at one instance; give its call id and its socket."""
    url = clinic.cloud.functions["web_session"].url
    request = urllib.request.Request(url, data=b"", headers={"Origin": ORIGIN})  # noqa: S310
    session = json.load(await asyncio.to_thread(urllib.request.urlopen, request))
    offered = [Subprotocol(name) for name in subprotocols(session["token"])]
    address = f"ws://127.0.0.1:{service.port}/browser"
    async with connect(address, origin=ORIGIN, subprotocols=offered) as socket:
        await socket.send(json.dumps({"event": "start", "call_id": session["call_id"]}))
        yield session["call_id"], socket


async def say(socket: ClientConnection, words: str) -> None:
    await socket.send(json.dumps({"event": "text", "text": words}))


async def hear(socket: ClientConnection, words: str) -> None:
    text = ""
    async with asyncio.timeout(60):
        while words not in text:
            message = await socket.recv()
            event = json.loads(message) if isinstance(message, str) else {}
            text += event["text"] if event.get("speaker") == "agent" else ""


async def test_two_instances_share_the_functions_and_each_hears_its_own_answers(
    clinic: Any, services: list[Hosted]
) -> None:
    async with visit(clinic, services[0]) as (first, one), visit(clinic, services[1]) as (second, other):
        await say(one, "book 0")
        await say(other, "book 1")
        await asyncio.gather(hear(one, "it is booked"), hear(other, "it is booked"))
    assert len(await asyncio.to_thread(clinic.booked_in, first)) == 1
    assert len(await asyncio.to_thread(clinic.booked_in, second)) == 1


async def test_a_service_that_is_killed_mid_call_loses_no_booking_and_disturbs_nobody(
    clinic: Any, services: list[Hosted]
) -> None:
    async with visit(clinic, services[0]) as (lost, one), visit(clinic, services[1]) as (_, other):
        await say(one, "book 0")
        await clinic.until(lambda: len(clinic.asked(lost)) == 1)
        services[0].signal(signal.SIGKILL)
        await say(other, "book 1")
        await hear(other, "it is booked")
        with pytest.raises(ConnectionClosed):
            await hear(one, "never said")
    await clinic.until(lambda: len(clinic.booked_in(lost)) == 1)
    later = {"now": datetime.now(UTC) + timedelta(minutes=10)}
    await asyncio.to_thread(run_job, end_abandoned_calls, Needs(clinic.settings, later))
    await clinic.until(lambda: clinic.record(lost).resolution == "appointment booked")
    assert clinic.record(lost).status == "failed"


async def test_a_caller_is_answered_while_pubsub_stands_still(
    own_clinic: Any, own_emulators: Any, tmp_path: Path
) -> None:
    with served(own_clinic, tmp_path, 1) as (service,):
        own_emulators["Pub/Sub"].signal(signal.SIGSTOP)
        async with visit(own_clinic, service) as (_, socket):
            await say(socket, "are you there")
            await hear(socket, "you said are you there")
            own_emulators["Pub/Sub"].signal(signal.SIGCONT)
            await say(socket, "book 0")
            await hear(socket, "it is booked")
