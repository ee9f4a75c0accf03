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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import structlog
from twilio.request_validator import RequestValidator

from benchmarks.call_figures import Pause, report
from benchmarks.paced_caller import Caller
from benchmarks.paced_model import Line, PacedModel
from clinic.adapters.embedded import calls as call_log
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import load_function_table
from clinic.contracts.ticket import digest
from clinic.directory import load_clinic
from clinic.settings import Settings
from realtime_service.__main__ import realtime_service, settle
from realtime_service.live.client import DeveloperApi
from realtime_service.live.gemini import GeminiLive

FRAME_SECONDS = 0.02
_BEGIN_WITHIN_SECONDS = 60
_PAUSE_SECONDS = 0.010
_SPREAD_SECONDS = 4.5
"""Over which the calls' first utterances are spread: as long as a round takes."""


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
    listener = socket.create_server(("127.0.0.1", 0), backlog=number)
    port = listener.getsockname()[1]
    settings = Settings(local_data=f"{folder}/{speed}", port=port, max_sessions=number)
    os.sched_setaffinity(0, cores[:-1] or cores)
    async with PacedModel() as model:
        authority = model.certificate.authority_pem
        with listener, _process(_serve, settings, listener, model.base_url, authority, cores[-1]) as pid:
            async with asyncio.timeout(_BEGIN_WITHIN_SECONDS):
                pairs = [await _begin(settings, model, each) for each in range(number)]
            used, own, began = _cpu_seconds(pid), time.process_time(), time.monotonic()
            with _idler(cores[-1]) as pauses:
                pauses += await _hold_all(pairs, rounds, speed)
            seconds = time.monotonic() - began
            load, busy = (_cpu_seconds(pid) - used) / seconds, (time.process_time() - own) / seconds
    sys.stdout.write(
        f"{number} calls, model {speed:g} x real time; the service used {load:.0%} of its core,"
        f" callers and model {busy:.0%} of another\n"
    )
    report(pairs, pauses)
    sys.stdout.flush()


async def _hold_all(pairs: list[tuple[Caller, Line]], rounds: int, speed: float) -> list[Pause]:
    """Hold the calls; return when this side itself was late."""
    pauses: list[Pause] = []
    async with asyncio.TaskGroup() as group:
        frames = group.create_task(_send_frames([caller for caller, _ in pairs], pauses))
        # One after the other, as calls are: all at the same instant would be a burst that no clinic has.
        talks = (
            _talk(caller, line, rounds, speed, _SPREAD_SECONDS * number / len(pairs))
            for number, (caller, line) in enumerate(pairs)
        )
        await asyncio.gather(*talks)
        frames.cancel()
    return pauses


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
def _idler(core: int) -> Iterator[list[Pause]]:
    """Let a process sleep beside the service: when it wakes late, the machine paused and not the service."""
    pauses: list[Pause] = []
    ours, its = multiprocessing.Pipe()
    with _process(_sleep, core, its):
        yield pauses
        ours.send("stop")
        pauses += ours.recv()


def _sleep(core: int, pipe: Connection) -> None:
    os.sched_setaffinity(0, {core})
    pauses = []
    while not pipe.poll():
        began = time.monotonic()
        time.sleep(0.005)
        if time.monotonic() - began - 0.005 > _PAUSE_SECONDS:
            pauses.append((began, time.monotonic()))
    pipe.send(pauses)


def _serve(settings: Settings, listener: socket.socket, base_url: str, authority: bytes, core: int) -> None:
    os.sched_setaffinity(0, {core})
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    context = ssl.create_default_context(cadata=authority.decode())
    live = GeminiLive(DeveloperApi("any"), base_url=base_url, ssl_context=context)
    asyncio.run(_hold(settings, listener, live))


async def _hold(settings: Settings, listener: socket.socket, live: GeminiLive) -> None:
    service = realtime_service(settings, load_clinic(), load_function_table(), live)
    await service.start(listener)
    settle()
    await asyncio.Event().wait()


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


async def _send_frames(callers: list[Caller], pauses: list[Pause]) -> None:
    loop = asyncio.get_running_loop()
    due, last = loop.time(), time.monotonic()
    while True:
        for caller in callers:
            await caller.frame()
            await asyncio.sleep(0)  # what has come is stamped now, and not after fifty frames
        due += FRAME_SECONDS
        await asyncio.sleep(max(0.0, due - loop.time()))
        now = time.monotonic()
        if now - last > FRAME_SECONDS + _PAUSE_SECONDS:
            pauses.append((last, now))
        last = now


async def _talk(caller: Caller, line: Line, rounds: int, speed: float, after: float) -> None:
    """Let the model speak, be interrupted every other time, and say goodbye."""
    await asyncio.sleep(after)
    for number in range(rounds):
        interrupted = number % 2 == 1
        await line.speak(2.0, speed, interrupt_after=0.4 if interrupted else 0.0)
        await asyncio.sleep(2.5)
    await line.speak(1.5, speed)
    await line.end_call()
    async with asyncio.timeout(30):
        await caller.closed.wait()


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
