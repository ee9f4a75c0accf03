"""How long a function's first tool call takes: woken while the caller was greeted, and not."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from clinic.contracts import events
from clinic.contracts.call_record import CallRecord
from clinic.contracts.events import CallStarted
from clinic.contracts.function_table import load_function_table
from clinic.settings import Settings, load_settings
from functions.needs import Needs
from rehearsal.pubsub_emulator import PubSubEmulator

ROOT = Path(__file__).parents[1]
CALL_ID = "call-1"
ARGUMENTS = {
    "patient_name": "Asha Rao",
    "email": "asha.rao@example.com",
    "appointment_date": "2027-01-01",
    "appointment_time": "10:30 AM",
    "first_date": "2027-01-01",
    "doctor_name": "Mehta",
    "department": "Cardiology",
    "call_type": "booking",
}
"""Of any tool: what one does not know it ignores."""

_IN_A_PROCESS = """
import base64, json, os, sys, time
import functions_framework
client = functions_framework.create_app(os.environ["FUNCTION_TARGET"], "functions/main.py").test_client()
def push(data, attributes):
    message = {"data": base64.b64encode(data.encode()).decode(), "attributes": attributes, "messageId": "1"}
    body = {"message": message, "subscription": "projects/p/subscriptions/s"}
    began = time.perf_counter()
    status = client.post("/", json=body).status_code
    return status, (time.perf_counter() - began) * 1000
started, first, second = json.loads(sys.argv[1])
if started:
    assert push(started, {"ce-type": "call.started"})[0] == 200
before = set(sys.modules)
answers = [push(first, {})]
loaded = sorted(set(sys.modules) - before)
answers.append(push(second, {}))
status, milliseconds = zip(*answers)
print(json.dumps({"status": status, "milliseconds": milliseconds, "loaded": loaded}))
"""


class Measured(Struct):
    """The first two tool calls of one process."""

    status: list[int]
    milliseconds: list[float]
    loaded: list[str]
    """Modules that the first of them had to load."""


def measure(tool: str, *, woken: bool, environment: Mapping[str, str]) -> Measured:
    """Start a function's process, wake it or not, and make two tool calls; their ids end in -1 and -2."""
    now = datetime.now(UTC)
    call = {
        "call_id": CALL_ID,
        "tool": tool,
        "arguments": ARGUMENTS,
        "requested_at": now.isoformat(),
        "expires_at": (now + timedelta(minutes=1)).isoformat(),
    }
    started = CallStarted(id=f"{CALL_ID}.started", call_id=CALL_ID, occurred_at=now)
    tool_calls = [json.dumps({**call, "id": f"{CALL_ID}-{tool}-{number}"}) for number in (1, 2)]
    messages = [events.encode(started).decode() if woken else "", *tool_calls]
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", _IN_A_PROCESS, json.dumps(messages)],
        cwd=ROOT,
        env={**os.environ, "FUNCTION_TARGET": tool, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    """Print the figures of every store that is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_tool_call", description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="processes of each kind (default 5)")
    parser.add_argument("--tool", default="check_appointment_availability")
    options = parser.parse_args()
    for store in _stores():
        cold: list[Measured] = []
        woken: list[Measured] = []
        for _ in range(options.times):
            for kind, wakes in ((cold, False), (woken, True)):
                with empty(store) as environment:
                    kind.append(measure(options.tool, woken=wakes, environment=environment))
        _say(store, cold, woken)
    return 0


def _stores() -> Iterator[str]:
    yield "embedded"
    if {"FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"} <= os.environ.keys():
        yield "cloud"


@contextmanager
def empty(store: str) -> Iterator[dict[str, str]]:
    """Give the environment of an empty store in which one call rings."""
    project = f"first-{uuid.uuid4().hex[:20]}"
    with tempfile.TemporaryDirectory() as folder:
        environment = {"STORE": store, "LOCAL_DATA": folder, "GOOGLE_CLOUD_PROJECT": project}
        if store == "cloud":
            PubSubEmulator(os.environ["PUBSUB_EMULATOR_HOST"], project).set_up(load_function_table())
        _ring(load_settings(environment))
        yield {**environment, "LOG_LEVEL": "ERROR"}


def _ring(settings: Settings) -> None:
    now = datetime.now(UTC)
    record = CallRecord(
        call_id=CALL_ID, session_id="CA1", channel="phone", timestamp=now, caller_phone="+919812345678"
    )
    Needs(settings).open("calls").ring(record, "ticket", now + timedelta(minutes=1), 5)


def _say(store: str, cold: list[Measured], woken: list[Measured]) -> None:
    first_cold, first, second = (
        statistics.median(each.milliseconds[number] for each in kind)
        for kind, number in ((cold, 0), (woken, 0), (woken, 1))
    )
    sys.stdout.write(
        f"first tool call of a process, {store}: {first_cold:.0f} ms cold, {first:.0f} ms woken"
        f" ({first_cold / first:.1f} times as quick); the second takes {second:.0f} ms\n"
    )


if __name__ == "__main__":
    sys.exit(main())
