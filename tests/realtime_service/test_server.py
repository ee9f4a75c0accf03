"""Who may open a media stream, and what a stream that misbehaves gets."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from clinic.adapters.embedded import calls
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import load_function_table
from clinic.contracts.ticket import digest
from clinic.directory import load_clinic
from clinic.settings import DEVELOPMENT_AUTH_TOKEN, Settings
from realtime_service.live.client import DeveloperApi
from realtime_service.live.gemini import GeminiLive
from realtime_service.ports import Ports
from realtime_service.server import LARGEST_MESSAGE, RealtimeService
from rehearsal.gemini.scripted import ScriptedModel

CALL_SID = "CA" + "a" * 32
STREAM_SID = "MZ" + "b" * 32
START_WITHIN = 0.4
PUBLIC = "ws://127.0.0.1:8080/twilio"


class Clinic:
    """The service on a port of its own, with its model and its call log."""

    def __init__(self, service: RealtimeService, port: int, model: ScriptedModel, settings: Settings) -> None:
        self.service, self.port, self.model = service, port, model
        self._calls = calls.open_port(settings)

    def ring(self, token: str = "token", call_sid: str = CALL_SID, valid_seconds: float = 60) -> str:  # noqa: S107
        """Do what the webhook does: begin a record and leave a ticket. Return the call id."""
        now = datetime.now(UTC)
        record = CallRecord(call_id=f"call-{call_sid}", session_id=call_sid, channel="phone", timestamp=now)
        until = now + timedelta(seconds=valid_seconds)
        return self._calls.ring(record, digest(token), until, 1000).call_id

    def record(self, call_id: str) -> CallRecord:
        record = self._calls.get(call_id)
        assert record is not None
        return record

    def dial(self, path: str = "/twilio", **headers: str) -> AbstractAsyncContextManager[ClientConnection]:
        """Open a socket as Twilio does, signed unless told otherwise."""
        signature = RequestValidator(DEVELOPMENT_AUTH_TOKEN).compute_signature(PUBLIC, {})
        return connect(
            f"ws://127.0.0.1:{self.port}{path}",
            additional_headers={"X-Twilio-Signature": signature, **headers},
            compression=None,
        )


@pytest.fixture
async def clinic(settings: Settings, ports: Ports) -> AsyncIterator[Clinic]:
    model = ScriptedModel({})
    table, directory = load_function_table(), load_clinic()
    listener = socket.create_server(("127.0.0.1", 0))
    async with model.service as gemini:
        live = GeminiLive(
            DeveloperApi("any-key"),
            base_url=gemini.base_url,
            ssl_context=gemini.ssl_context,
        )
        service = RealtimeService(
            settings,
            directory,
            table,
            ports,
            lambda instructions: live.conversation(instructions, table.declarations),
            start_within=START_WITHIN,
        )
        await service.start(listener)
        yield Clinic(service, listener.getsockname()[1], model, settings)
        await service.stop(0)


def start(token: str = "token", call_sid: str = CALL_SID, **changes: Any) -> str:  # noqa: S107
    body = {
        "accountSid": "AC" + "c" * 32,
        "streamSid": STREAM_SID,
        "callSid": call_sid,
        "tracks": ["inbound"],
        "customParameters": {"token": token},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }
    message = {"event": "start", "sequenceNumber": "1", "streamSid": STREAM_SID, "start": {**body, **changes}}
    return json.dumps(message)


def media(payload: bytes = b"\xff" * 160, number: int = 2) -> str:
    track = {
        "track": "inbound",
        "chunk": "1",
        "timestamp": "5",
        "payload": base64.b64encode(payload).decode(),
    }
    return json.dumps(
        {"event": "media", "sequenceNumber": str(number), "streamSid": STREAM_SID, "media": track}
    )


def stop() -> str:
    return json.dumps({"event": "stop", "sequenceNumber": "9", "streamSid": STREAM_SID, "stop": {}})


async def close_code(connection: ClientConnection) -> int | None:
    async with asyncio.timeout(20):
        try:
            while True:
                await connection.recv()
        except ConnectionClosed:
            return connection.close_code


async def heard(connection: ClientConnection, event: str = "mark") -> dict[str, Any]:
    """Wait for an event of the agent's side."""
    async with asyncio.timeout(20):
        while (message := json.loads(await connection.recv()))["event"] != event:
            pass
    return dict(message)


async def holds_a_normal_call(clinic: Clinic, number: int = 0) -> None:
    call_sid, token = f"CA{number:032d}", f"token-{number}"
    call_id = clinic.ring(token, call_sid)
    async with clinic.dial() as connection:
        await connection.send(start(token, call_sid))
        await heard(connection, "media")
        await connection.send(stop())
        await close_code(connection)
    async with asyncio.timeout(20):
        while clinic.record(call_id).status != "completed":
            await asyncio.sleep(0.01)


async def test_a_caller_with_a_ticket_hears_the_agent(clinic: Clinic) -> None:
    call_id = clinic.ring()
    async with clinic.dial() as connection:
        await connection.send('{"event":"connected","protocol":"Call","version":"1.0.0"}')
        await connection.send(start())
        audio = await heard(connection, "media")
        assert set(audio) == {"event", "streamSid", "media"}
        assert audio["streamSid"] == STREAM_SID
        mark = await heard(connection)
        assert mark["mark"]["name"] == "utterance-1"
        assert clinic.record(call_id).status == "in_progress"
        await connection.send(stop())
        assert await close_code(connection) == 1000


async def test_a_caller_who_hangs_up_has_a_completed_record(clinic: Clinic) -> None:
    await holds_a_normal_call(clinic)


async def test_a_stream_that_just_breaks_is_a_failed_call_so_that_twilio_puts_it_through(
    clinic: Clinic,
) -> None:
    call_id = clinic.ring()
    async with clinic.dial() as connection:
        await connection.send(start())
        await heard(connection)
    async with asyncio.timeout(20):
        while clinic.record(call_id).status == "in_progress":
            await asyncio.sleep(0.01)
    assert clinic.record(call_id).status == "failed"


@pytest.mark.parametrize("signature", ["", "Zm9yZ2Vk"])
async def test_an_upgrade_that_twilio_did_not_sign_is_refused(clinic: Clinic, signature: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        async with clinic.dial(**{"X-Twilio-Signature": signature}):
            pass


@pytest.mark.parametrize("path", ["/media", "/twilio/", "/../twilio"])
async def test_another_path_opens_nothing(clinic: Clinic, path: str) -> None:
    with pytest.raises(InvalidStatus, match="404"):
        async with clinic.dial(path):
            pass


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (start("wrong"), "another token"),
        (start("token", "CA" + "f" * 32), "another call's token"),
        (start(customParameters={}), "no token"),
    ],
)
async def test_a_start_without_its_ticket_is_closed_before_the_model_is_dialled(
    clinic: Clinic, message: str, why: str
) -> None:
    clinic.ring()
    async with clinic.dial() as connection:
        await connection.send(message)
        assert await close_code(connection) == 1008, why
    assert clinic.model.setups == []


async def test_a_ticket_is_good_once(clinic: Clinic) -> None:
    clinic.ring()
    async with clinic.dial() as first, clinic.dial() as second:
        await first.send(start())
        await heard(first)
        await second.send(start())
        assert await close_code(second) == 1008
    assert len(clinic.model.setups) == 1


async def test_a_ticket_that_is_too_old_is_none(clinic: Clinic) -> None:
    clinic.ring(valid_seconds=-1)
    async with clinic.dial() as connection:
        await connection.send(start())
        assert await close_code(connection) == 1008


async def test_a_stream_that_never_starts_is_closed(clinic: Clinic) -> None:
    async with clinic.dial() as connection:
        assert await close_code(connection) == 1008


async def test_a_stream_that_says_anything_but_start_is_closed_too(clinic: Clinic) -> None:
    async with clinic.dial() as connection:
        connected = asyncio.create_task(_repeat(connection, '{"event":"connected"}'))
        assert await close_code(connection) == 1008
        connected.cancel()


async def _repeat(connection: ClientConnection, message: str) -> None:
    while True:
        await connection.send(message)
        await asyncio.sleep(0.02)


GARBAGE: dict[str, tuple[str | bytes, int]] = {
    "no JSON": ("hello", 1007),
    "half a message": ('{"event":"media","media":{', 1007),
    "deep nesting": ('{"event":"media","media":' + "[" * 10_000 + "]" * 10_000 + "}", 1007),
    "a number of 5,000 digits": ('{"event":"media","sequenceNumber":' + "9" * 5_000 + "}", 1007),
    "not a number": ('{"event":"media","media":NaN}', 1007),
    "an array": ("[]", 1007),
    "wrong base64": (media().replace("/", "!"), 1007),
    "no payload": ('{"event":"media","streamSid":"' + STREAM_SID + '","media":{}}', 1007),
    "another stream": (media().replace(STREAM_SID, "MZ" + "0" * 32), 1008),
    "a second start": (start(), 1008),
    "binary": (b"\xff" * 160, 1003),
    "a megabyte": ("x" * 2**20, 1009),
    "just too much": ("x" * (LARGEST_MESSAGE + 1), 1009),
}


@pytest.mark.parametrize("what", GARBAGE)
async def test_garbage_closes_its_own_call_and_no_other(
    clinic: Clinic, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    message, code = GARBAGE[what]
    clinic.ring()
    clinic.ring("other", "CA" + "d" * 32)
    async with clinic.dial() as bad, clinic.dial() as good:
        await good.send(start("other", "CA" + "d" * 32))
        await bad.send(start())
        await heard(bad)
        await bad.send(message)
        assert await close_code(bad) == code
        await heard(good)
        await good.send(media())
        await good.send(stop())
        assert await close_code(good) == 1000
    assert not any(record.exc_info for record in caplog.records)


async def test_more_calls_than_allowed_are_told_to_try_later(clinic: Clinic, settings: Settings) -> None:
    connections = [clinic.dial() for _ in range(settings.max_sessions + 1)]
    opened = [await connection.__aenter__() for connection in connections]
    assert await close_code(opened[-1]) == 1013
    for connection in connections:
        await connection.__aexit__(None, None, None)


async def test_a_flood_of_broken_streams_leaves_the_service_well(clinic: Clinic) -> None:
    async def break_in(number: int) -> None:
        async with clinic.dial() as connection:
            await connection.send(f"garbage {number}")
            await close_code(connection)

    for batch in range(10):
        await asyncio.gather(*(break_in(batch * 5 + number) for number in range(5)))
    await holds_a_normal_call(clinic)


async def test_a_service_that_is_stopping_takes_no_more_calls_and_stays_healthy(clinic: Clinic) -> None:
    clinic.ring()
    async with clinic.dial() as running:
        await running.send(start())
        await heard(running)
        stopping = asyncio.create_task(clinic.service.stop(60))
        await asyncio.sleep(0)
        with pytest.raises(InvalidStatus, match="503"):
            async with clinic.dial():
                pass
        assert await _get(clinic.port, "/healthz") == 200
        await running.send(stop())
        await stopping
    assert clinic.record(f"call-{CALL_SID}").status == "completed"


async def test_a_call_that_outlasts_the_grace_of_a_stop_is_a_failed_call(clinic: Clinic) -> None:
    clinic.ring()
    async with clinic.dial() as running:
        await running.send(start())
        await heard(running)
        await clinic.service.stop(0.01)
    assert clinic.record(f"call-{CALL_SID}").status == "failed"


async def _get(port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    status = await reader.readline()
    writer.close()
    return int(status.split()[1])


async def test_an_interruption_clears_what_the_caller_has_not_heard(clinic: Clinic) -> None:
    clinic.ring()
    clinic.model.voice.word_seconds = 0.5
    clinic.model.ear.will_hear = ["wait"]
    async with clinic.dial() as connection:
        await connection.send(start())
        await heard(connection, "media")
        # Longer than a "hello?", which does not interrupt a greeting.
        for number in range(60):
            await connection.send(media(b"\x00\x00\x80\x80" * 40, number + 2))
        clear = await heard(connection, "clear")
        assert clear == {"event": "clear", "streamSid": STREAM_SID}
        await connection.send(stop())
        assert await close_code(connection) == 1000
