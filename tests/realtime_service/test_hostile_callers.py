"""What hostile callers get. After each attack a normal call works, and nothing is left of it.

Nothing left: no traceback, no secret and nothing personal in a log, no open socket, no running task.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import resource
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.typing import Subprotocol

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

HOST = "http://127.0.0.1"
PUBLIC = "ws://127.0.0.1:8080/twilio"
CALL_SID, OTHER_SID, STREAM_SID = "CA" + "a" * 32, "CA" + "b" * 32, "MZ" + "c" * 32
TOKEN, PHONE = "the-token-of-the-attacked-call", "+919812345678"
WITHIN = 0.3
"""Seconds in which a handshake and a start must come, here."""


def sign(url: str = PUBLIC, key: str = DEVELOPMENT_AUTH_TOKEN) -> str:
    return str(RequestValidator(key).compute_signature(url, {}))


class Target:
    """The service on a port of its own, with a model and a call log."""

    def __init__(self, service: RealtimeService, port: int, model: ScriptedModel, settings: Settings) -> None:
        self.service, self.port, self.model = service, port, model
        self.log = calls.open_port(settings)

    def ring(self, token: str = TOKEN, call_sid: str = CALL_SID, valid_seconds: float = 60) -> str:
        """Do what the webhook does: begin a record and leave a ticket. Return the call id."""
        now = datetime.now(UTC)
        record = CallRecord(
            call_id=f"call-{call_sid}",
            session_id=call_sid,
            channel="phone",
            timestamp=now,
            caller_phone=PHONE,
        )
        return self.log.ring(record, digest(token), now + timedelta(seconds=valid_seconds), 1000).call_id

    @asynccontextmanager
    async def dial(self, signature: str | None = None, **more: Any) -> AsyncIterator[ClientConnection]:
        """Open a socket as Twilio does, signed unless told otherwise."""
        headers = {"X-Twilio-Signature": sign() if signature is None else signature}
        url = f"ws://127.0.0.1:{self.port}/twilio"
        async with connect(
            url, additional_headers=headers, compression=None, close_timeout=0.5, proxy=None, **more
        ) as socket:
            yield socket

    @asynccontextmanager
    async def talk(self) -> AsyncIterator[ClientConnection]:
        """Open an admitted stream, on which the agent is heard already."""
        self.ring()
        async with self.dial() as connection:
            await connection.send(start())
            await heard(connection, "media")
            yield connection

    async def answers(self, request: bytes) -> int | None:
        """Send bytes to the port; return the HTTP status, None where it closes without one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            async with asyncio.timeout(3):
                line = await reader.readline()
            return int(line.split()[1]) if line else None
        except ConnectionError:
            return None
        finally:
            writer.close()

    async def holds_a_normal_call(self) -> None:
        call_sid, token = "CA" + os.urandom(16).hex(), os.urandom(16).hex()
        call_id = self.ring(token, call_sid)
        async with self.dial() as connection:
            await connection.send(start(token, call_sid))
            await heard(connection, "media")
            await connection.send(media())
            await connection.send(stop())
            assert await close_code(connection) == 1000
        record = self.log.get(call_id)
        assert record is not None
        assert record.status == "completed"


@pytest.fixture
def watched(caplog: pytest.LogCaptureFixture) -> Iterator[list[Any]]:
    """Watch the logs: no traceback, no secret and nothing personal may be in them."""
    caplog.set_level(logging.INFO)
    with capture_logs() as lines:
        yield lines
    # The attacker's own client logs in this process too.
    ours = [record for record in caplog.records if not record.name.startswith("websockets.client")]
    assert [line for line in lines if line.get("exc_info")] == []
    assert [record for record in ours if record.exc_info] == []
    logged = [*(str(line) for line in lines), *(record.getMessage() for record in ours)]
    for secret in (TOKEN, PHONE[3:], sign(), DEVELOPMENT_AUTH_TOKEN):
        assert [line for line in logged if secret in line] == []


@pytest.fixture
async def target(settings: Settings, ports: Ports, watched: list[Any]) -> AsyncIterator[Target]:
    """The service, and afterwards: a normal call works, and no task or socket is left over."""
    model, table, directory = ScriptedModel({}), load_function_table(), load_clinic()
    listener = socket.create_server(("127.0.0.1", 0))
    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    async with model.service as gemini:
        live = GeminiLive(DeveloperApi("any-key"), base_url=gemini.base_url, ssl_context=gemini.ssl_context)
        service = RealtimeService(
            settings,
            directory,
            table,
            ports,
            lambda instructions: live.conversation(instructions, table.declarations),
            start_within=WITHIN,
        )
        await service.start(listener)
        under_attack = Target(service, listener.getsockname()[1], model, settings)
        await under_attack.holds_a_normal_call()
        before = await settled(sockets())
        yield under_attack
        await under_attack.holds_a_normal_call()
        assert await settled(before) <= before
        await service.stop(0)
    assert unheard == []


def sockets() -> int:
    return len(os.listdir("/proc/self/fd"))


async def settled(at_most: int) -> int:
    """Wait for closed sockets to be gone; return how many files are open."""
    async with asyncio.timeout(4):
        while (now := sockets()) > at_most:
            await asyncio.sleep(0.02)
    return now


def start(token: Any = TOKEN, call_sid: Any = CALL_SID, **changes: Any) -> str:
    body = {
        "accountSid": "AC" + "d" * 32,
        "streamSid": STREAM_SID,
        "callSid": call_sid,
        "tracks": ["inbound"],
        "customParameters": {"token": token},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }
    message = {"event": "start", "sequenceNumber": "1", "streamSid": STREAM_SID, "start": {**body, **changes}}
    return json.dumps(message)


def media(sound: bytes = b"\xff" * 160, **changes: Any) -> str:
    track = {
        "track": "inbound",
        "chunk": "1",
        "timestamp": "5",
        "payload": base64.b64encode(sound).decode(),
        **changes,
    }
    return json.dumps({"event": "media", "sequenceNumber": "2", "streamSid": STREAM_SID, "media": track})


def event(name: str, **body: Any) -> str:
    return json.dumps({"event": name, "sequenceNumber": "3", "streamSid": STREAM_SID, **body})


def stop() -> str:
    return event("stop", stop={})


async def close_code(connection: ClientConnection) -> int | None:
    async with asyncio.timeout(5):
        with suppress(ConnectionClosed):
            while True:
                await connection.recv()
    return connection.close_code


async def heard(connection: ClientConnection, name: str) -> None:
    async with asyncio.timeout(5):
        while json.loads(await connection.recv())["event"] != name:
            pass


def upgrade(path: str = "/twilio", *more: str, **changes: str | None) -> bytes:
    """Return an upgrade request as Twilio sends it, with headers changed, or left out for None."""
    headers: dict[str, str | None] = {
        "Host": "clinic.example.com",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        "X-Twilio-Signature": sign(),
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, *more, "", ""]).encode("latin-1")


# What is refused before a stream is open: the request, and the status it gets (None: closed without one).

REQUESTS: dict[str, tuple[bytes, int | None]] = {
    "an upgrade nobody signed": (upgrade(X_Twilio_Signature=None), 403),
    "an empty signature": (upgrade(X_Twilio_Signature=""), 403),
    "a signature made up": (upgrade(X_Twilio_Signature="Zm9yZ2Vk"), 403),
    "a signature with another key": (upgrade(X_Twilio_Signature=sign(key="guessed")), 403),
    "a signature of the webhook": (upgrade(X_Twilio_Signature=sign(f"{HOST}:8081/twilio-voice")), 403),
    "a signature of the https address": (upgrade(X_Twilio_Signature=sign(f"{HOST}:8080/twilio")), 403),
    "a signature of another host": (upgrade(X_Twilio_Signature=sign("wss://evil.example.com/twilio")), 403),
    "a signature of the host that is claimed": (
        upgrade(X_Twilio_Signature=sign("ws://claimed.example.com/twilio"), Host="claimed.example.com"),
        403,
    ),
    "the right signature twice": (upgrade("/twilio", f"X-Twilio-Signature: {sign()}"), 403),
    "the right signature and a wrong one": (upgrade("/twilio", "X-Twilio-Signature: Zm9yZ2Vk"), 403),
    "a signature that is no ASCII": (upgrade(X_Twilio_Signature="\xff\xfe\xe9"), 403),
    "a signature of 5,000 characters": (upgrade(X_Twilio_Signature="A" * 5000), 403),
    "a query that was not signed": (upgrade("/twilio?token=x"), 403),
    "another path": (upgrade("/media"), 404),
    "a longer path": (upgrade("/twilio/"), 404),
    "another case": (upgrade("/TWILIO"), 404),
    "a path upwards": (upgrade("/../twilio"), 404),
    "a path to a file": (upgrade("/../../etc/passwd"), 404),
    "an encoded path": (upgrade("/%74wilio"), 404),
    "a path that is an address of nothing": (upgrade("//["), 404),
    "an absolute address": (upgrade("http://clinic.example.com/twilio"), 404),
    "the browser's door without a page": (upgrade("/browser"), 403),
    "the browser's door from another page": (upgrade("/browser", Origin="https://evil.example.com"), 403),
    "the browser's door with a made-up token": (
        upgrade("/browser", Origin="http://localhost:8080", Sec_WebSocket_Protocol="token.e30.Zm9yZ2Vk"),
        403,
    ),
    "no key": (upgrade(Sec_WebSocket_Key=None), 400),
    "a key that is none": (upgrade(Sec_WebSocket_Key="short"), 400),
    "another version": (upgrade(Sec_WebSocket_Version="8"), 400),
    "an upgrade to something else": (upgrade(Upgrade="h2c"), 426),
    "no upgrade at all": (upgrade(Upgrade=None, Connection=None), 426),
    "a path of 9,000 characters": (upgrade("/" + "a" * 9000), 414),
    "a header of 9,000 characters": (upgrade(X_Long="a" * 9000), 431),
    "200 headers": (upgrade("/twilio", *(f"X-{n}: {n}" for n in range(200))), 431),
    "POST": (upgrade().replace(b"GET", b"POST", 1), 405),
    "POST to a page": (b"POST /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    "PUT": (upgrade().replace(b"GET", b"PUT", 1), 405),
    "DELETE": (upgrade().replace(b"GET", b"DELETE", 1), 405),
    "OPTIONS": (upgrade().replace(b"GET", b"OPTIONS", 1), 405),
    "TRACE": (upgrade().replace(b"GET", b"TRACE", 1), 405),
    "CONNECT": (b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    "a body in chunks": (b"POST /twilio HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", None),
    "a version of HTTP to come": (upgrade().replace(b"HTTP/1.1", b"HTTP/3.0", 1), None),
    "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None),
    "a header without a colon": (upgrade("/twilio", "X-Nothing"), None),
    "a header folded": (upgrade("/twilio", "X-Folded: a\r\n b"), None),
    "a header with a null": (upgrade("/twilio", "X-Null: a\x00b"), None),
    "TLS where none is spoken": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00\r\n", None),
    "noise": (b"\x00\xff\x13\x37" * 64 + b"\r\n\r\n", None),
    "SSH": (b"SSH-2.0-OpenSSH_9.6\r\n", None),
}  # fmt: skip


@pytest.mark.parametrize("what", REQUESTS)
async def test_a_request_that_opens_nothing_gets_the_right_status(target: Target, what: str) -> None:
    request, status = REQUESTS[what]
    target.ring()
    assert await target.answers(request) == status
    assert len(target.model.setups) == 1, "the model was dialled"


# What is refused at the start: the first message, before the model is dialled.

STARTS: dict[str, tuple[str | bytes, int]] = {
    "another token": (start("guessed"), 1008),
    "no token": (start(customParameters={}), 1008),
    "an empty token": (start(""), 1008),
    "a token of 20,000 characters": (start("x" * 20_000), 1008),
    "a token that is a number": (start(7), 1007),
    "a token that is a list": (start([TOKEN]), 1007),
    "a token that is nothing": (start(None), 1007),
    "parameters that are a list": (start(customParameters=[TOKEN]), 1007),
    "the token's digest": (start(digest(TOKEN)), 1008),
    "another call's token": (start(TOKEN, OTHER_SID), 1008),
    "no call": (start(TOKEN, ""), 1007),
    "a call of 200 characters": (start(TOKEN, "CA" + "a" * 200), 1007),
    "a call that is a query": (start(TOKEN, "' OR 1=1 --"), 1008),
    "another stream inside": (start(streamSid="MZ" + "0" * 32), 1008),
    "another sound": (start(mediaFormat={"encoding": "audio/l16", "sampleRate": 16000, "channels": 1}), 1003),
    "media before start": (media(), 1008),
    "a key before start": (event("dtmf", dtmf={"digit": "0"}), 1008),
    "a mark before start": (event("mark", mark={"name": "utterance-1"}), 1008),
    "stop before start": (stop(), 1008),
    "the browser's start": (json.dumps({"event": "start", "call_id": "x", "token": TOKEN}), 1007),
    "sound before start": (b"\xff" * 160, 1003),
    "nothing": ("", 1007),
    "no JSON": ("hello", 1007),
    "half of it": (start()[:-20], 1007),
    "two in one": (start() + start(), 1007),
    "JSON that is a list": ("[]", 1007),
    "JSON that is nothing": ("null", 1007),
}  # fmt: skip


@pytest.mark.parametrize("what", STARTS)
async def test_a_start_that_is_not_the_calls_own_is_closed_before_the_model_is_dialled(
    target: Target, what: str
) -> None:
    message, code = STARTS[what]
    target.ring()
    async with target.dial() as connection:
        await connection.send(message)
        assert await close_code(connection) == code
    assert len(target.model.setups) == 1, "the model was dialled"
    record = target.log.of_session(CALL_SID)
    assert record is not None
    assert record.status == "ringing"


async def test_a_stream_replayed_while_the_call_goes_on_is_closed(target: Target) -> None:
    async with target.talk() as connection:
        async with target.dial() as replay:
            await replay.send(start())
            assert await close_code(replay) == 1008
        await connection.send(stop())
        assert await close_code(connection) == 1000


async def test_a_stream_replayed_after_the_call_is_closed(target: Target) -> None:
    async with target.talk() as connection:
        await connection.send(stop())
        await close_code(connection)
    async with target.dial() as replay:
        await replay.send(start())
        assert await close_code(replay) == 1008


async def test_of_four_who_bring_the_same_token_at_once_one_is_let_in(target: Target) -> None:
    target.ring()

    async def rush() -> int | None:
        async with target.dial() as connection:
            await connection.send(start())
            with suppress(ConnectionClosed):
                await heard(connection, "media")
                await connection.send(stop())
            return await close_code(connection)

    codes = await asyncio.gather(*(rush() for _ in range(4)))
    assert sorted(codes, key=str) == [1000, 1008, 1008, 1008]


async def test_a_token_that_is_too_old_opens_nothing(target: Target) -> None:
    target.ring(valid_seconds=-1)
    async with target.dial() as connection:
        await connection.send(start())
        assert await close_code(connection) == 1008


# What is said in the middle of a call: the call it is said in ends, or goes on as if nothing were said.

TRACK = {"track": "inbound", "chunk": "1", "timestamp": "5"}
IN_CALL: dict[str, tuple[str | bytes, int]] = {
    "a second start": (start(), 1008),
    "another stream": (media().replace(STREAM_SID, "MZ" + "0" * 32), 1008),
    "no stream": (media().replace('"streamSid"', '"stream_sid"'), 1007),
    "base64 with other letters": (media(payload="!!!!"), 1007),
    "base64 without its end": (media(payload="AAA"), 1007),
    "base64 with line breaks": (media(payload="AAAA\r\nAAAA"), 1007),
    "base64 that is a number": (media(payload=7), 1007),
    "no payload": (event("media", media=TRACK), 1007),
    "numbers that are numbers": (event("media", sequenceNumber=2, media={**TRACK, "payload": ""}), 1007),
    "a key that is none": (event("dtmf", dtmf={"digit": "E"}), 1007),
    "fifty keys in one": (event("dtmf", dtmf={"digit": "0" * 50}), 1007),
    "a mark without a name": (event("mark", mark={}), 1007),
    "not a number": ('{"event":"media","streamSid":NaN}', 1007),
    "infinity": ('{"event":"media","streamSid":Infinity}', 1007),
    "a number of 5,000 digits": ('{"event":"media","sequenceNumber":' + "9" * 5000 + "}", 1007),
    "nested 10,000 deep": ('{"event":"media","media":' + "[" * 10_000 + "]" * 10_000 + "}", 1007),
    "nested deep where nobody reads": ('{"event":"media","x":' + '{"x":' * 5000 + "1" + "}" * 5001, 1007),
    "half a surrogate": (event("mark", mark={"name": "x"}).replace('"x"', '"\\ud800"'), 1007),
    "sound without JSON": (b"\xff" * 160, 1003),
    "a message just too large": ("x" * (LARGEST_MESSAGE + 1), 1009),
    "a megabyte": ("x" * 2**20, 1009),
}  # fmt: skip


@pytest.mark.parametrize("what", IN_CALL)
async def test_what_breaks_the_protocol_ends_its_own_call_and_twilio_puts_the_caller_through(
    target: Target, what: str
) -> None:
    message, code = IN_CALL[what]
    async with target.talk() as connection:
        await connection.send(message)
        assert await close_code(connection) == code
    await record_ends(target, "failed")


HARMLESS: dict[str, str] = {
    "an event to come": event("video", video={}),
    "an event with a name of 1,000 letters": event("x" * 1000),
    "fields to come": media(codec="opus"),
    "the agent's own sound": media(track="outbound"),
    "no sound": media(b""),
    "half a second in one": media(b"\xff" * 4000),
    "a number out of order": event("media", sequenceNumber="-7", media={**TRACK, "payload": ""}),
    "the same number for ever": media(),
    "a mark nobody sent": event("mark", mark={"name": "utterance-999"}),
    "a mark that is a script": event("mark", mark={"name": "</script><script>alert(1)</script>"}),
    "a key twice named": event("dtmf", dtmf={"digit": "1"}).replace('"digit"', '"digit": "2", "digit"'),
    "connected again": '{"event":"connected","protocol":"Call","version":"1.0.0"}',
}


@pytest.mark.parametrize("what", HARMLESS)
async def test_what_does_no_harm_is_passed_over(target: Target, what: str) -> None:
    async with target.talk() as connection:
        for _ in range(20):
            await connection.send(HARMLESS[what])
        await connection.send(stop())
        assert await close_code(connection) == 1000
    await record_ends(target, "completed")


async def record_ends(target: Target, status: str) -> None:
    async with asyncio.timeout(5):
        while (record := target.log.of_session(CALL_SID)) is None or record.ended_at is None:
            await asyncio.sleep(0.01)
    assert record.status == status


async def test_what_comes_after_stop_is_not_taken(target: Target) -> None:
    async with target.talk() as connection:
        await connection.send(stop())
        with suppress(ConnectionClosed):
            for _ in range(10):
                await connection.send(media())
        assert await close_code(connection) == 1000
    await record_ends(target, "completed")


# Frames that no client should send, written past the client's own protocol.


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, masked: bool = True, rsv: int = 0) -> bytes:
    length = len(payload)
    size = bytes([length]) if length < 126 else b"\x7e" + struct.pack("!H", length)
    first = bytes([(0x80 if fin else 0) | rsv | opcode])
    second = bytes([size[0] | (0x80 if masked else 0)]) + size[1:]
    return first + second + (b"\x00" * 4 if masked else b"") + payload


FRAMES: dict[str, tuple[bytes, int | None]] = {
    "a frame that is not masked": (frame(1, b"{}", masked=False), 1002),
    "an opcode of no meaning": (frame(3, b"{}"), 1002),
    "a control opcode of no meaning": (frame(0xB), 1002),
    "a reserved bit": (frame(1, b"{}", rsv=0x40), 1002),
    "a continuation of nothing": (frame(0, b"{}"), 1002),
    "a message inside a message": (frame(1, b"{", fin=False) + frame(1, b"}"), 1002),
    "a ping in pieces": (frame(9, b"x", fin=False), 1002),
    "a ping of 126 bytes": (frame(9, b"x" * 126), 1002),
    "text that is no UTF-8": (frame(1, b"\xff\xfe\xfd"), 1007),
    "text cut in a letter": (frame(1, b"\xe2\x82", fin=False) + frame(0, b"(("), 1007),
    "a length of 2^63": (b"\x81\xff" + b"\xff" * 8 + b"\x00" * 4, 1009),
    "a length of a terabyte": (b"\x81\xff" + struct.pack("!Q", 2**40) + b"\x00" * 4, 1009),
    "pieces that are too much together": (
        frame(1, b"x" * 40_000, fin=False) + frame(0, b"x" * 40_000, fin=False),
        1009,
    ),
    "a close code of no meaning": (frame(8, struct.pack("!H", 999)), 1002),
    "a close of one byte": (frame(8, b"\x03"), 1002),
    "a close whose reason is no UTF-8": (frame(8, struct.pack("!H", 1000) + b"\xff"), 1007),
}


@pytest.mark.parametrize("what", FRAMES)
async def test_a_frame_against_the_protocol_ends_its_own_call(target: Target, what: str) -> None:
    written, code = FRAMES[what]
    async with target.talk() as connection:
        connection.transport.write(written)
        assert await close_code(connection) == code
    await record_ends(target, "failed")


# Those who send nothing, or everything at once.


async def test_a_socket_that_never_says_a_word_is_closed(target: Target) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    async with asyncio.timeout(3):
        assert await reader.read() == b""
    writer.close()


async def test_a_request_that_comes_letter_by_letter_is_cut_off(target: Target) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    request, sent = upgrade(), 0
    with suppress(ConnectionError):
        while sent < len(request) and not reader.at_eof():
            writer.write(request[sent : sent + 1])
            await writer.drain()
            await asyncio.sleep(0.02)
            sent += 1
    assert sent < len(request)
    with suppress(ConnectionError):
        assert b"101" not in await reader.read()
    writer.close()


async def test_a_request_without_its_end_is_cut_off(target: Target) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    writer.write(upgrade()[:-2])
    async with asyncio.timeout(3):
        assert b"101" not in await reader.read()
    writer.close()


async def test_a_stream_that_never_starts_is_closed(target: Target) -> None:
    async with target.dial() as connection:
        assert await close_code(connection) == 1008


async def test_a_message_that_never_ends_does_not_keep_a_stream_from_being_closed(target: Target) -> None:
    async with target.dial() as connection:
        connection.transport.write(frame(1, b"{", fin=False))
        assert await close_code(connection) == 1008


async def test_pings_do_not_stand_for_a_start(target: Target) -> None:
    async with target.dial() as connection:
        pinging = asyncio.create_task(repeat(lambda: connection.ping(), 0.02))
        assert await close_code(connection) == 1008
        pinging.cancel()


async def repeat(act: Callable[[], Awaitable[object]], every: float) -> None:
    with suppress(ConnectionClosed):
        while True:
            await act()
            await asyncio.sleep(every)


async def test_sockets_that_are_reset_leave_nothing(target: Target) -> None:
    for request in (b"", upgrade()[:40], upgrade(), upgrade() + frame(1, start().encode())):
        _, writer = await asyncio.open_connection("127.0.0.1", target.port)
        writer.write(request)
        await asyncio.sleep(0.02)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()


async def test_a_call_whose_line_is_cut_is_a_failed_call(target: Target) -> None:
    async with target.talk() as connection:
        connection.transport.abort()
    await record_ends(target, "failed")


async def test_a_caller_at_fifty_times_real_time_is_cut_off(target: Target) -> None:
    async with target.talk() as connection:
        began = time.monotonic()
        with suppress(ConnectionClosed):
            for number in range(1, 20_000):
                await connection.send(media())
                if number % 50 == 0:
                    await asyncio.sleep(max(0.0, began + number / 2500 - time.monotonic()))
        assert await close_code(connection) == 1008
        assert number < 10_000
    await record_ends(target, "failed")


async def test_twenty_seconds_of_audio_held_up_on_the_way_are_no_flood(target: Target) -> None:
    async with target.talk() as connection:
        for _ in range(1000):
            await connection.send(media())
        await connection.send(stop())
        assert await close_code(connection) == 1000
    await record_ends(target, "completed")


async def test_thousands_of_tiny_frames_are_cut_off(target: Target) -> None:
    async with target.talk() as connection:
        connection.transport.write(frame(1, b"{", fin=False) + frame(0, b" ", fin=False) * 5000)
        assert await close_code(connection) == 1008
    await record_ends(target, "failed")


async def test_a_flood_before_the_start_is_cut_off(target: Target) -> None:
    async with target.dial() as connection:
        connected = b'{"event":"connected"}'
        connection.transport.write(frame(1, connected) * 5000)
        assert await close_code(connection) == 1008


async def test_one_who_pings_and_never_reads_is_cut_off(target: Target) -> None:
    async with target.talk() as connection:
        connection.transport.pause_reading()
        flood = frame(9, b"x" * 125) * 1000
        with suppress(ConnectionClosed, ConnectionError):
            for _ in range(40):
                connection.transport.write(flood)
                await asyncio.sleep(0)
                if connection.transport.is_closing():
                    break
        connection.transport.resume_reading()
        assert await close_code(connection) in (1006, 1008)
    await record_ends(target, "failed")


async def test_one_who_never_reads_what_the_agent_says_holds_up_nobody(target: Target) -> None:
    async with target.talk() as deaf:
        deaf.transport.pause_reading()
        await target.holds_a_normal_call()
        deaf.transport.resume_reading()
        await deaf.send(stop())
        assert await close_code(deaf) == 1000


async def test_text_and_sound_in_turns_are_not_taken(target: Target) -> None:
    async with target.talk() as connection:
        await connection.send(media())
        await connection.send(b"\xff" * 160)
        assert await close_code(connection) == 1003


async def test_a_subprotocol_nobody_speaks_is_not_agreed_to(target: Target) -> None:
    target.ring()
    async with target.dial(subprotocols=[Subprotocol("mqtt")]) as connection:
        assert connection.subprotocol is None
        await connection.send(start())
        await heard(connection, "media")


async def test_more_streams_than_lines_are_told_to_try_later(target: Target, settings: Settings) -> None:
    opened = [target.dial() for _ in range(settings.max_sessions + 1)]
    connections = [await each.__aenter__() for each in opened]
    assert await close_code(connections[-1]) == 1013
    for each in opened:
        await each.__aexit__(None, None, None)


async def test_a_hundred_forged_upgrades_at_once_are_all_refused(target: Target) -> None:
    async def forge() -> int | None:
        return await target.answers(upgrade(X_Twilio_Signature="Zm9yZ2Vk"))

    assert set(await asyncio.gather(*(forge() for _ in range(100)))) == {403}


async def test_a_hundred_silent_sockets_keep_no_caller_waiting(target: Target) -> None:
    silent = [await asyncio.open_connection("127.0.0.1", target.port) for _ in range(100)]
    await target.holds_a_normal_call()
    for _, writer in silent:
        writer.close()


async def test_memory_stays_flat_under_many_attacks(target: Target) -> None:
    async def attack() -> None:
        with suppress(ConnectionClosed, ConnectionError, InvalidStatus, InvalidMessage, TimeoutError):
            async with target.dial() as connection:
                await connection.send("x" * 60_000)
                await close_code(connection)

    for _ in range(20):
        await attack()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(200):
        await attack()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    # 200 messages of 60 kB, if they were kept, would be 12 MB.
    assert grown < 6 * 1024, f"{grown} kB more"
