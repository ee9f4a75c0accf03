"""From a process's start to its first event answered: ours, against a hello-world that imports Firestore.

Ours is answered when the service hears it, and acknowledged when its facts are told as well; the
hello-world answers by acknowledging.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Coroutine, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import structlog

from benchmarks.http_post import Poster
from clinic.adapters.cloud import calls
from clinic.contracts import tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import load_function_table
from clinic.contracts.tool_call import ToolCall
from clinic.settings import Settings
from realtime_service.adapters.cloud import open_ports
from rehearsal.processes import free_port
from rehearsal.pubsub_emulator import PubSubEmulator

ROOT = Path(__file__).parents[1]
HELLO, DOOR = ROOT / "benchmarks" / "hello_door.py", ROOT / "functions" / "main.py"
TOOLS = ("check_appointment_availability", "book_appointment")
ARGUMENTS = {
    "patient_name": "Asha Rao",
    "email": "asha.rao@example.com",
    "appointment_time": "10:30 AM",
    "doctor_name": "Mehta",
    "department": "Cardiology",
}
_LOOK_EVERY_SECONDS = 0.004


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start", description=__doc__)
    parser.add_argument("--times", type=int, default=9, help="starts of each (default 9)")
    times = parser.parse_args().times
    if "FIRESTORE_EMULATOR_HOST" not in os.environ or "PUBSUB_EMULATOR_HOST" not in os.environ:
        sys.stdout.write("cold start: the emulators are not here, so it was not measured\n")
        return 0
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    settings = Settings(store="cloud", google_cloud_project=f"bench-{uuid.uuid4().hex[:12]}")
    PubSubEmulator(os.environ["PUBSUB_EMULATOR_HOST"], settings.google_cloud_project).set_up(
        load_function_table(), {}
    )
    _ring(settings)
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        # In turn, so that what else this machine does falls on all.
        for _ in range(times):
            for name in ("hello", *TOOLS):
                for what, milliseconds in asyncio.run(_start(name, settings, folder)).items():
                    taken.setdefault(f"{name} {what}", []).append(milliseconds)
    hello = statistics.median(taken["hello acknowledged"])
    for what, figures in taken.items():
        middle = statistics.median(figures)
        sys.stdout.write(
            f"cold start: {what} after {middle:.0f} ms ({min(figures):.0f} to {max(figures):.0f}):"
            f" {middle / hello:.2f} times hello-world\n"
        )
    return 0


async def _start(name: str, settings: Settings, folder: str) -> dict[str, float]:
    port, door = free_port(), HELLO if name == "hello" else DOOR
    environment = {
        "FUNCTION_TARGET": name,
        "STORE": "cloud",
        "GOOGLE_CLOUD_PROJECT": settings.google_cloud_project,
        "LOCAL_DATA": folder,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "functions_framework", "--source", str(door), "--target", name]
    ports, tool_call_id = open_ports(settings), uuid.uuid4().hex
    await ports.warm()
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  the project's own doors
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    reached: dict[str, Coroutine[Any, Any, object]] = {
        "acknowledged": _acknowledged(port, _push(name, tool_call_id))
    }
    if name != "hello":
        reached["answered"] = ports.ledger.answer(tool_call_id)
    try:
        async with asyncio.timeout(60):
            times = await asyncio.gather(*(_when(each) for each in reached.values()))
        return {what: (at - began) * 1000 for what, at in zip(reached, times, strict=True)}
    finally:
        process.terminate()
        process.wait()


async def _when(reached: Awaitable[object]) -> float:
    await reached
    return time.perf_counter()


async def _acknowledged(port: int, body: bytes) -> None:
    poster = Poster(port)
    while True:
        with suppress(OSError):
            await poster.post(body)
            return
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


def _push(name: str, tool_call_id: str) -> bytes:
    now = datetime.now(UTC)
    day = (now + timedelta(days=7)).date().isoformat()
    arguments: Mapping[str, str] = {**ARGUMENTS, "appointment_date": day}
    call: ToolCall[Mapping[str, str]] = ToolCall(
        id=tool_call_id,
        call_id="call-1",
        tool=name,
        arguments=arguments,
        requested_at=now,
        expires_at=now + timedelta(seconds=60),
    )
    message = {"data": base64.b64encode(tool_call.encode(call)).decode(), "messageId": "1"}
    return msgspec.json.encode({"message": message, "subscription": "projects/p/subscriptions/s"})


def _ring(settings: Settings) -> None:
    now = datetime.now(UTC)
    record = CallRecord(call_id="call-1", session_id="CA1", channel="phone", timestamp=now)
    calls.open_port(settings).ring(record, "ticket", now + timedelta(minutes=1), 9)


if __name__ == "__main__":
    sys.exit(main())
