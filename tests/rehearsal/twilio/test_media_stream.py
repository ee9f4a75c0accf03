"""Tests of the media stream, against a service that the test plays; 20 ms of it take half a millisecond."""

from __future__ import annotations

import asyncio
import json
import socket
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from twilio.request_validator import RequestValidator
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from rehearsal.twilio.dictionary import TwilioError
from rehearsal.twilio.media_stream import Ending, MediaStream, Talk
from rehearsal.twilio.twiml import Connect
from rehearsal.twilio.webhook import Webhooks

TOKEN = "12345"
FAST = 0.0005
ServeStream = Callable[[Callable[[ServerConnection], Awaitable[None]]], Awaitable[str]]


class Service:
    """Keeps what Twilio sent; `plays` is what the service does once the stream has started."""

    def __init__(self, plays: Callable[[Service], Awaitable[None]] | None = None) -> None:
        self.messages: list[dict[str, Any]] = []
        self.signature = ""
        self._plays = plays
        self._socket: ServerConnection

    async def __call__(self, connection: ServerConnection) -> None:
        self._socket = connection
        self.signature = connection.request.headers["X-Twilio-Signature"] if connection.request else ""
        await self.until("start")
        if self._plays:
            await self._plays(self)
        async for message in connection:
            self.messages.append(json.loads(message))

    @property
    def stream_sid(self) -> str:
        return str(self.of("start")[0]["streamSid"])

    def of(self, event: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["event"] == event]

    async def until(self, event: str, times: int = 1) -> None:
        """Receive until that many of an event have come from now on."""
        while times:
            self.messages.append(json.loads(await self._socket.recv()))
            times -= self.messages[-1]["event"] == event

    async def send(self, event: str, **content: object) -> None:
        await self._socket.send(json.dumps({"event": event, "streamSid": self.stream_sid, **content}))

    async def audio(self, milliseconds: int) -> None:
        await self.send("media", media={"payload": b64encode(b"\x10" * 8 * milliseconds).decode()})

    async def send_raw(self, message: str | bytes) -> None:
        await self._socket.send(message)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._socket.close(code, reason)

    def lose(self) -> None:
        self._socket.transport.abort()


async def _run(url: str, talk: Talk) -> tuple[MediaStream, Ending]:
    stream = MediaStream(Connect(url, {"call_id": "c1"}), "CA1", "AC1", frame_seconds=FAST)
    await stream.open(Webhooks(TOKEN).signature(url, {}))
    return stream, await stream.run(talk)


async def _listen(stream: MediaStream) -> None:
    await stream.wait(60_000)


def _waits(milliseconds: int) -> Talk:
    async def talk(stream: MediaStream) -> None:
        await stream.wait(milliseconds)

    return talk


async def test_a_stream_is_connected_started_and_stopped_in_twilios_words(serve_stream: ServeStream) -> None:
    service = Service()
    url = await serve_stream(service)
    stream, ending = await _run(url, _waits(100))
    assert ending == "the caller hung up"
    assert [message["event"] for message in service.messages[:3]] == ["connected", "start", "media"]
    assert service.of("start")[0]["start"]["customParameters"] == {"call_id": "c1"}
    assert service.messages[-1]["stop"] == {"accountSid": "AC1", "callSid": "CA1"}
    numbers = [int(message["sequenceNumber"]) for message in service.messages[1:]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert stream.notices == []


async def test_the_upgrade_is_signed_over_the_address_as_named(serve_stream: ServeStream) -> None:
    service = Service()
    url = await serve_stream(service)
    await _run(url, _waits(20))
    assert service.signature == RequestValidator(TOKEN).compute_signature(url, {})


async def test_frames_of_160_bytes_go_out_every_20_ms_silence_included(serve_stream: ServeStream) -> None:
    service = Service()

    async def talk(stream: MediaStream) -> None:
        await stream.wait(40)
        stream.speak(b"\x21" * 200)
        await stream.wait(60)

    stream, _ = await _run(await serve_stream(service), talk)
    frames = [b64decode(message["media"]["payload"]) for message in service.of("media")]
    assert frames[:4] == [b"\xff" * 160, b"\xff" * 160, b"\x21" * 160, b"\x21" * 40 + b"\xff" * 120]
    assert [message["media"]["timestamp"] for message in service.of("media")[:3]] == ["0", "20", "40"]
    assert bytes(stream.recording.caller[:640]) == b"".join(frames[:4])
    assert stream.caller_spoke_ms == 80


async def test_a_mark_comes_back_after_its_audio_was_played(serve_stream: ServeStream) -> None:
    async def plays(service: Service) -> None:
        await service.audio(200)
        await service.send("mark", mark={"name": "greeting"})
        await service.until("mark")
        await service.close()

    service = Service(plays)
    stream, ending = await _run(await serve_stream(service), _listen)
    assert ending == "the clinic hung up"
    sent = [message["event"] for message in service.messages]
    assert sent[sent.index("media") : sent.index("mark")].count("media") >= 10
    assert service.of("mark")[0]["mark"] == {"name": "greeting"}
    assert stream.agent_heard_ms - stream.agent_began_ms == 200
    assert stream.cut_off_ms == 0


async def test_clear_silences_the_agent_and_returns_the_marks_at_once(serve_stream: ServeStream) -> None:
    async def plays(service: Service) -> None:
        await service.audio(60_000)
        await service.send("mark", mark={"name": "m1"})
        await service.send("mark", mark={"name": "m2"})
        await service.until("media", 5)
        await service.send("clear")
        await service.until("mark", 2)
        await service.close()

    service = Service(plays)
    stream, _ = await _run(await serve_stream(service), _listen)
    assert [message["mark"]["name"] for message in service.of("mark")] == ["m1", "m2"]
    assert stream.recording.seconds < 30
    assert stream.playback.idle


async def test_a_key_is_sent_between_two_frames(serve_stream: ServeStream) -> None:
    service = Service()

    async def talk(stream: MediaStream) -> None:
        stream.press("5")
        await stream.wait(60)

    await _run(await serve_stream(service), talk)
    assert [message["dtmf"]["digit"] for message in service.of("dtmf")] == ["5"]


async def test_wrong_messages_are_ignored_and_noted(serve_stream: ServeStream) -> None:
    async def plays(service: Service) -> None:
        await service.send_raw(b"\xff" * 160)
        await service.send_raw('{"event":"clear","stream_sid":"MZ1"}')
        await service.send("mark", mark={"name": "after"})
        await service.until("mark")
        await service.close()

    stream, ending = await _run(await serve_stream(Service(plays)), _listen)
    assert ending == "the clinic hung up"
    assert [notice.code for notice in stream.notices] == [31950, 31951]


async def test_words_cut_off_by_an_early_close_are_counted(serve_stream: ServeStream) -> None:
    async def plays(service: Service) -> None:
        await service.audio(60_000)
        await service.until("media", 3)
        await service.close()

    stream, ending = await _run(await serve_stream(Service(plays)), _listen)
    assert ending == "the clinic hung up"
    assert stream.cut_off_ms > 30_000


@pytest.mark.parametrize("accident", ["crash", "lost connection"])
async def test_a_service_that_dies_leaves_a_broken_call(serve_stream: ServeStream, accident: str) -> None:
    async def plays(service: Service) -> None:
        if accident == "crash":
            await service.close(1011, "internal error")
        else:
            service.lose()

    stream, ending = await _run(await serve_stream(Service(plays)), _listen)
    assert ending == "broken"
    assert [notice.code for notice in stream.notices] == [31903]


async def test_a_frame_that_breaks_the_protocol_is_31924(serve_stream: ServeStream) -> None:
    async def plays(service: Service) -> None:
        service._socket.transport.write(b"\xf3\x00")
        with pytest.raises(ConnectionClosed):
            await service.until("stop")

    stream, ending = await _run(await serve_stream(Service(plays)), _listen)
    assert ending == "broken"
    assert [notice.code for notice in stream.notices] == [31924]


async def test_a_service_that_does_not_read_has_the_callers_audio_discarded(
    serve_stream: ServeStream,
) -> None:
    enough = asyncio.Event()

    async def plays(service: Service) -> None:
        service._socket.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, 65536
        )
        service._socket.transport.pause_reading()
        await enough.wait()
        service._socket.transport.resume_reading()

    async def talk(stream: MediaStream) -> None:
        stream._socket.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDBUF, 65536
        )
        while not stream.notices and stream.now_ms < 60_000:
            await stream.wait(200)
        enough.set()

    service = Service(plays)
    stream, ending = await _run(await serve_stream(service), talk)
    assert ending == "the caller hung up"
    assert {notice.code for notice in stream.notices} == {31930}
    assert len(service.of("media")) < stream.now_ms / 20
    assert service.messages[-1]["event"] == "stop"


async def test_what_goes_wrong_at_the_callers_end_is_not_hidden(serve_stream: ServeStream) -> None:
    async def talk(stream: MediaStream) -> None:
        await stream.wait(40)
        raise LookupError("the caller's own mistake")

    with pytest.raises(LookupError, match="own mistake"):
        await _run(await serve_stream(Service()), talk)


async def test_quiet_counts_from_the_last_word_of_either_side(serve_stream: ServeStream) -> None:
    quiet: list[int] = []

    async def talk(stream: MediaStream) -> None:
        stream.speak(b"\x21" * 320)
        await stream.wait(20)
        quiet.append(stream.quiet_ms)
        await stream.wait(100)
        quiet.append(stream.quiet_ms)

    await _run(await serve_stream(Service()), talk)
    assert quiet == [0, 80]


async def test_a_stream_to_a_port_where_nothing_listens_is_31902() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(TwilioError, match="31902"):
            await _run(f"ws://127.0.0.1:{taken.getsockname()[1]}/media", _listen)


async def test_a_stream_to_an_address_without_websockets_is_31920(
    serve_http: Callable[[Callable[..., tuple[int, str, str]]], str],
) -> None:
    url = serve_http(lambda *_: (404, "text/plain", "no such page"))
    with pytest.raises(TwilioError, match="31920"):
        await _run(url.replace("http", "ws"), _listen)
