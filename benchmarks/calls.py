"""Measures what the service adds to a call: many calls at once, the service alone on one core of its own.

`python -m benchmarks.calls`. Callers and model run in this process, on the other cores. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import socket
import ssl
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles

import msgspec
import structlog
from msgspec import Struct
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.paced_model import CHUNK_MS, Line, PacedModel, Spoken
from clinic.adapters.embedded import calls as call_log
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import load_function_table
from clinic.contracts.ticket import digest
from clinic.directory import load_clinic
from clinic.settings import Settings
from realtime_service.__main__ import realtime_service
from realtime_service.live.gemini import GeminiLive
from rehearsal.twilio.messages import Outgoing

FRAME_SECONDS = 0.02
_SILENCE = b"\xff" * 160


class Heard(Struct):
    """What one caller received: media as (second, milliseconds), clears, and what a close cut off."""

    media: list[tuple[float, float]]
    clears: list[float]
    cut_off_ms: float = 0.0


class Caller:
    """A phone line that plays what it gets, in real time, and brings marks back when they are due."""

    def __init__(self, call_sid: str) -> None:
        self.heard = Heard([], [])
        self.closed = asyncio.Event()
        self._stream_sid = "MZ" + uuid.uuid4().hex
        self._outgoing = Outgoing(self._stream_sid, call_sid, "AC" + "0" * 32)
        self._plays_until = 0.0
        self._marks: list[asyncio.TimerHandle] = []
        self._now_ms = 0
        self._socket: ClientConnection

    async def dial(self, url: str, signature: str, token: str) -> None:
        """Open the stream."""
        headers = {"X-Twilio-Signature": signature}
        self._socket = await connect(url, additional_headers=headers, compression=None, proxy=None)
        await self._socket.send(self._outgoing.connected())
        await self._socket.send(self._outgoing.start({"token": token}))
        self._receiving = asyncio.create_task(self._receive())

    async def frame(self) -> None:
        """Send 20 ms of silence."""
        with suppress(ConnectionClosed):
            await self._socket.send(self._outgoing.media(_SILENCE, self._now_ms))
            self._now_ms += 20

    async def _receive(self) -> None:
        async for message in self._socket:
            now = time.monotonic()
            event = msgspec.json.decode(message)
            if event["event"] == "media":
                milliseconds = len(event["media"]["payload"]) * 3 // 4 / 8
                self.heard.media.append((now, milliseconds))
                self._plays_until = max(self._plays_until, now) + milliseconds / 1000
            elif event["event"] == "clear":
                self.heard.clears.append(now)
                self._plays_until = now
            else:
                self._bring_back(event["mark"]["name"], max(0.0, self._plays_until - now))
        self.heard.cut_off_ms = max(0.0, self._plays_until - time.monotonic()) * 1000
        self.closed.set()

    def _bring_back(self, name: str, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._marks.append(loop.call_later(seconds, lambda: loop.create_task(self._mark(name))))

    async def _mark(self, name: str) -> None:
        with suppress(ConnectionClosed):
            await self._socket.send(self._outgoing.mark(name))


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calls", description=__doc__)
    parser.add_argument("--calls", type=int, default=50, help="at a time (default 50)")
    parser.add_argument("--rounds", type=int, default=4, help="utterances in each call (default 4)")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        for speed in (4.0, 1.0):
            asyncio.run(_measure(options.calls, options.rounds, speed, cores, folder))
    return 0


async def _measure(number: int, rounds: int, speed: float, cores: list[int], folder: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = Settings(local_data=f"{folder}/{speed}", port=port, max_sessions=number)
    os.sched_setaffinity(0, cores[:-1] or cores)
    async with PacedModel() as model:
        with _process(_serve, settings, model.base_url, model.certificate.authority_pem, cores[-1]) as pid:
            await _until_open(port)
            pairs = [await _begin(settings, model, each) for each in range(number)]
            used, own, began = _cpu_seconds(pid), time.process_time(), time.monotonic()
            with _idler(cores[-1]) as lateness:
                await _hold_all(pairs, rounds, speed)
            seconds = time.monotonic() - began
            load, busy = (_cpu_seconds(pid) - used) / seconds, (time.process_time() - own) / seconds
    say = sys.stdout.write
    say(
        f"{number} calls, model {speed:g} x real time; service {load:.0%} of its core, this side {busy:.0%}\n"
    )
    _report(pairs)
    say(f"  a process that does nothing there   {_figures(lateness)} late\n")
    sys.stdout.flush()


async def _hold_all(pairs: list[tuple[Caller, Line]], rounds: int, speed: float) -> None:
    async with asyncio.TaskGroup() as group:
        frames = group.create_task(_send_frames([caller for caller, _ in pairs]))
        await asyncio.gather(*(_talk(caller, line, rounds, speed) for caller, line in pairs))
        frames.cancel()


@contextmanager
def _process(run: Callable[..., None], *arguments: object) -> Iterator[int]:
    process = multiprocessing.get_context("spawn").Process(target=run, args=arguments)
    process.start()
    try:
        yield process.pid or 0
    finally:
        process.terminate()
        process.join(5)


@contextmanager
def _idler(core: int) -> Iterator[list[float]]:
    """Let a process sleep beside the service: how late it wakes, ms, is the machine's doing and not ours."""
    lateness: list[float] = []
    ours, its = multiprocessing.Pipe()
    with _process(_sleep, core, its):
        yield lateness
        ours.send("stop")
        lateness += ours.recv()


def _sleep(core: int, pipe: Connection) -> None:
    os.sched_setaffinity(0, {core})
    lateness = []
    while not pipe.poll():
        began = time.monotonic()
        time.sleep(0.01)
        lateness.append((time.monotonic() - began - 0.01) * 1000)
    pipe.send(lateness)


def _serve(settings: Settings, base_url: str, authority: bytes, core: int) -> None:
    os.sched_setaffinity(0, {core})
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    context = ssl.create_default_context(cadata=authority.decode())
    live = GeminiLive(api_key="any", base_url=base_url, ssl_context=context)
    asyncio.run(_hold(settings, live))


async def _hold(settings: Settings, live: GeminiLive) -> None:
    service = realtime_service(settings, load_clinic(), load_function_table(), live)
    await service.start(socket.create_server(("127.0.0.1", settings.port)))
    await asyncio.Event().wait()


async def _until_open(port: int) -> None:
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)


async def _begin(settings: Settings, model: PacedModel, number: int) -> tuple[Caller, Line]:
    """Ring, and return both ends of the call: one by one, for the model does not know whom it has."""
    call_sid, token, now = f"CA{number:032d}", uuid.uuid4().hex, datetime.now(UTC)
    record = CallRecord(call_id=f"call-{number}", session_id=call_sid, channel="phone", timestamp=now)
    call_log.open_port(settings).ring(record, digest(token), now + timedelta(minutes=1), number + 1)
    url = f"{settings.public_realtime_url}/twilio"
    caller, known = Caller(call_sid), len(model.lines)
    await caller.dial(url, RequestValidator(settings.signing_token).compute_signature(url, {}), token)
    while len(model.lines) == known:
        await asyncio.sleep(0.005)
    await model.lines[-1].begun.wait()
    return caller, model.lines[-1]


async def _send_frames(callers: list[Caller]) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        for caller in callers:
            await caller.frame()
        due += FRAME_SECONDS
        await asyncio.sleep(max(0.0, due - loop.time()))


async def _talk(caller: Caller, line: Line, rounds: int, speed: float) -> None:
    """Let the model speak, be interrupted every other time, and say goodbye."""
    for number in range(rounds):
        interrupted = number % 2 == 1
        await line.speak(2.0, speed, interrupt_after=0.4 if interrupted else 0.0)
        await asyncio.sleep(2.5)
    await line.speak(1.5, speed)
    await line.end_call()
    async with asyncio.timeout(30):
        await caller.closed.wait()


def _report(pairs: list[tuple[Caller, Line]]) -> None:
    first: list[float] = []
    cleared: list[float] = []
    gaps: list[float] = []
    unheard = 0
    for caller, line in pairs:
        for spoken in line.spoken:
            media = _media_of(caller.heard, spoken, line.spoken)
            if not media:
                unheard += 1
                continue
            first.append((media[0][0] - spoken.sent[0]) * 1000)
            gaps.append(max(0.0, _longest_gap(media) - _longest_gap((at, CHUNK_MS) for at in spoken.sent)))
            cleared += _clears(caller.heard, spoken)
    late = sum(gap > 20 for gap in gaps)
    cut = sum(caller.heard.cut_off_ms > 1 for caller, _ in pairs)
    sys.stdout.write(
        f"""  first audio after the model's       {_figures(first)} (goal 40)
  clear after the model's interrupted {_figures(cleared)} (goal 20)
  gaps that the model did not make    {_figures(gaps)}; over 20 ms: {late} of {len(gaps)} utterances
  utterances not heard at all         {unheard}
  goodbyes cut off                    {cut} of {len(pairs)}
"""
    )


def _clears(heard: Heard, spoken: Spoken) -> list[float]:
    """Return how long the caller waited for the clear of an interrupted utterance, ms."""
    if not spoken.interrupted_at:
        return []
    return [min(at - spoken.interrupted_at for at in heard.clears if at >= spoken.interrupted_at) * 1000]


def _media_of(heard: Heard, spoken: Spoken, everything: list[Spoken]) -> list[tuple[float, float]]:
    later = [other.sent[0] for other in everything if other.sent[0] > spoken.sent[0]]
    return [each for each in heard.media if spoken.sent[0] <= each[0] < min(later, default=1e12)]


def _longest_gap(media: Iterable[tuple[float, float]]) -> float:
    """Return the longest silence, ms, of a listener who plays everything as it comes."""
    plays_until, longest = 0.0, 0.0
    for at, milliseconds in media:
        if plays_until:
            longest = max(longest, at - plays_until)
        plays_until = max(plays_until, at) + milliseconds / 1000
    return longest * 1000


def _figures(values: list[float]) -> str:
    p99 = quantiles(values, n=100)[98] if len(values) > 1 else values[0]
    return f"p50 {median(values):5.1f}  p99 {p99:5.1f}  max {max(values):5.1f} ms"


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
