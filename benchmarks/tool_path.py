"""What it costs that a tool call is an event: against two direct POSTs; and 1,000 calls at once.

`same` posts the event to the same function and waits until it is acknowledged: the tool has run, its
answer is committed and its fact told. `bare` posts to a function that runs the tool and returns its
result, and keeps nothing. Ours is asked, committed, told and heard by a listen; Pub/Sub's delivery is
left out: the push is made at once.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from benchmarks.http_post import Poster, PushingPublisher, push_body
from clinic.adapters.cloud import appointments, calls, ledger
from clinic.contracts import tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import FunctionTable, load_function_table
from clinic.contracts.tool_call import ToolCall
from clinic.settings import Settings
from realtime_service.adapters.cloud import open_ports
from realtime_service.live.events import FunctionCalled
from realtime_service.ports import Ports
from realtime_service.tool_calls import ToolCalls
from rehearsal.emulated_cloud import EmulatedCloud

TOOL = "log_call_information"
"""It decides nothing and reads nothing: all that is measured is the way there and back."""
ARGUMENTS = {"call_type": "enquiry"}
SEQUENTIAL, AT_ONCE, ROUNDS = 300, 20, 15
SESSIONS, CALLS_EACH = 50, 20
_DIRECT_DOOR = Path(__file__).with_name("direct_door.py")

Asking = Callable[[int], Awaitable[object]]


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tool_path", description=__doc__)
    parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    names = ("FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST")
    if any(name not in os.environ for name in names):
        sys.stdout.write("tool path: the emulators are not here, so it was not measured\n")
        return 0
    google = {name: os.environ[name] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_overhead(google, Path(folder) / "overhead"))
        asyncio.run(_thousand(google, Path(folder) / "thousand"))
    return 0


async def _overhead(google: dict[str, str], data: Path) -> None:
    table = load_function_table()
    project = f"bench-{uuid.uuid4().hex[:12]}"
    with EmulatedCloud(table, google, project, data) as cloud:
        cloud.host([TOOL], THREADS="24")
        ours = cloud.functions.pop(TOOL)
        cloud.functions["ours"] = ours
        cloud.host([TOOL], door=_DIRECT_DOOR, THREADS="24")
        bare, same = Poster(cloud.functions[TOOL].port), Poster(ours.port)
        settings = Settings(store="cloud", google_cloud_project=project)
        opened = open_ports(settings)
        ports = Ports(opened.call_log, opened.ledger, PushingPublisher({TOOL: Poster(ours.port)}))
        services = [ToolCalls(_ring(settings, number), table, ports) for number in range(AT_ONCE)]

        async def ask_ours(number: int) -> None:
            called = FunctionCalled(uuid.uuid4().hex, TOOL, ARGUMENTS)
            result = await services[number].answer(called)
            if not result["success"]:
                raise RuntimeError(str(result))

        async def ask_bare(number: int) -> None:
            await bare.post(tool_call.encode(_call(number)))

        async def ask_same(number: int) -> None:
            await same.post(push_body(TOOL, tool_call.encode(_call(number)), {}))

        ways: dict[str, Asking] = {"bare": ask_bare, "same": ask_same, "ours": ask_ours}
        for asking in ways.values():
            await _at_once(asking)
        alone = await _in_turn(ways, SEQUENTIAL, lambda asking: _all([_timed(asking, 0)]))
        together = await _in_turn(ways, ROUNDS, _at_once)
    _print("1 at once", alone)
    _print(f"{AT_ONCE} at once", together)


async def _thousand(google: dict[str, str], data: Path) -> None:
    table = load_function_table()
    project = f"bench-{uuid.uuid4().hex[:12]}"
    with EmulatedCloud(table, google, project, data) as cloud:
        cloud.host([TOOL, "book_appointment", "answer_dead_letter"])
        settings = Settings(store="cloud", google_cloud_project=project)
        ports = open_ports(settings)
        records = [_ring(settings, number) for number in range(SESSIONS)]
        began = time.perf_counter()
        told = await asyncio.gather(*(_session(record, table, ports) for record in records))
        seconds = time.perf_counter() - began
        outcomes = Counter(outcome for each in told for outcome in each)
        book, entries = appointments.open_port(settings), ledger.open_port(settings)
        logged = [entry for record in records for entry in entries.of_call(record.call_id)]
        made = sum(len(book.of_call(record.call_id)) for record in records)
    asked = SESSIONS * CALLS_EACH
    unanswered = sum(entry.outcome is None for entry in logged)
    sys.stdout.write(
        f"tool path: {asked} tool calls of {SESSIONS} sessions through Pub/Sub in {seconds:.0f} s:"
        f" {dict(outcomes)}; in the ledger {len(logged)}, {unanswered} of them unanswered;"
        f" {outcomes['booked']} told booked, {made} booked\n"
    )
    sys.stdout.flush()


async def _session(record: CallRecord, table: FunctionTable, ports: Ports) -> list[str]:
    """Book once and note the rest; return what the caller was told."""
    service, told = ToolCalls(record, table, ports), []
    for number in range(CALLS_EACH):
        tool, arguments = (TOOL, ARGUMENTS) if number else ("book_appointment", _wish(record))
        result = await service.answer(FunctionCalled(f"fc-{number}", tool, arguments))
        said = "booked" if tool != TOOL else "noted"
        told.append(said if result["success"] else str(result["reason_code"]))
    return told


def _wish(record: CallRecord) -> dict[str, str]:
    """Return a wish for a slot of its own: half hours of Dr. Mehta's mornings."""
    number = int(record.call_id.removeprefix("call-"))
    day = datetime.now(UTC).date() + timedelta(days=7)
    days = [day + timedelta(days=ahead) for ahead in range(30)]
    week = [each for each in days if each.weekday() < 5][number // 7]
    at = datetime(2000, 1, 1, 9, tzinfo=UTC) + timedelta(minutes=30 * (number % 7))
    return {
        "patient_name": f"Patient {number}",
        "email": f"patient{number}@example.com",
        "appointment_date": week.isoformat(),
        "appointment_time": f"{at:%I:%M %p}",
        "doctor_name": "Dr. Anil Mehta",
        "department": "Cardiology",
    }


async def _in_turn(
    ways: dict[str, Asking], times: int, ask: Callable[[Asking], Awaitable[list[float]]]
) -> dict[str, list[float]]:
    """Go each way once, then each again, so that what else this machine does falls on all."""
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(times):
        for way, asking in ways.items():
            taken[way] += await ask(asking)
    return taken


async def _at_once(asking: Asking) -> list[float]:
    return await _all([_timed(asking, number) for number in range(AT_ONCE)])


async def _all(timed: list[Coroutine[Any, Any, float]]) -> list[float]:
    return list(await asyncio.gather(*timed))


async def _timed(asking: Asking, number: int) -> float:
    began = time.perf_counter()
    await asking(number)
    return (time.perf_counter() - began) * 1000


def _ring(settings: Settings, number: int) -> CallRecord:
    now = datetime.now(UTC)
    record = CallRecord(call_id=f"call-{number}", session_id=uuid.uuid4().hex, channel="phone", timestamp=now)
    until = now + timedelta(minutes=1)
    return calls.open_port(settings).ring(record, uuid.uuid4().hex, until, SESSIONS)


def _call(number: int) -> ToolCall[dict[str, str]]:
    now = datetime.now(UTC)
    return ToolCall(
        id=uuid.uuid4().hex,
        call_id=f"call-{number}",
        tool=TOOL,
        arguments=ARGUMENTS,
        requested_at=now,
        expires_at=now + timedelta(seconds=8),
    )


def _print(what: str, taken: dict[str, list[float]]) -> None:
    found = {way: _quantiles(milliseconds) for way, milliseconds in taken.items()}
    ours = found["ours"]
    for way, (half, most) in found.items():
        sys.stdout.write(
            f"tool path, {what}: {way:<5} p50 {half:6.1f} p99 {most:6.1f} ms;"
            f" ours is {ours[0] / half:.2f} and {ours[1] / most:.2f} times that\n"
        )


def _quantiles(taken: Sequence[float]) -> tuple[float, float]:
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


if __name__ == "__main__":
    sys.exit(main())
