"""One trace from a function call to its response, and what is measured, through the whole local run."""

import asyncio
import contextlib
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest
from google.auth.credentials import AnonymousCredentials
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from clinic import telemetry
from clinic.adapters.cloud import calls
from clinic.adapters.cloud import telemetry as google
from clinic.adapters.exporters import otlp
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import FunctionTable, load_function_table
from clinic.contracts.web_token import subprotocols
from clinic.settings import load_settings
from clinic.telemetry.sdk import Running
from realtime_service import traced_ports
from realtime_service.adapters.cloud import open_ports
from realtime_service.live.events import FunctionCalled
from realtime_service.measured import execute_tool
from realtime_service.tool_calls import ToolCalls
from rehearsal.gemini.scripted import Script, ScriptedModel
from rehearsal.pubsub_emulator import PubSubEmulator
from rehearsal.receptionist.actions import Call, Raw, Say

ROOT = Path(__file__).parents[1]
ORIGIN = Origin("http://localhost:8080")
Start = Callable[..., Any]


class Span:
    """A span as it came over the wire."""

    def __init__(self, span: Any, service: str) -> None:
        self.name, self.service = span.name, service
        self.trace, self.id, self.above = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
        self.attributes = {each.key: each.value.string_value for each in span.attributes}


class Collector:
    """An OTLP collector on loopback that keeps what it is sent."""

    def __init__(self) -> None:
        self.url = ""
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.spans: list[Span] = []
        self.points: list[tuple[str, dict[str, str], float]] = []
        """Name, labels, and how many or how much."""

    def take_spans(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {each.key: each.value.string_value for each in resource.resource.attributes}
            spans = [span for scope in resource.scope_spans for span in scope.spans]
            self.spans += [Span(span, named["service.name"]) for span in spans]

    def take_metrics(self, body: bytes) -> None:
        for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
            for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                for point in (*metric.sum.data_points, *metric.histogram.data_points):
                    labels = {each.key: each.value.string_value for each in point.attributes}
                    value = point.count if metric.HasField("histogram") else point.as_int
                    self.points.append((metric.name, labels, value))

    def tree(self, top: Span, depth: int = 0) -> Iterator[str]:
        """Yield the names of a trace from a span downwards, each below what it belongs to."""
        yield f"{'  ' * depth}{top.name}"
        for below in self.spans:
            if below.above == top.id:
                yield from self.tree(below, depth + 1)

    def only(self, name: str) -> Span:
        (span,) = (span for span in self.spans if span.name == name)
        return span


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.bodies.append(body)
            collector.headers.append(dict(self.headers))
            {"/v1/traces": collector.take_spans, "/v1/metrics": collector.take_metrics}[self.path](body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    collector.url = f"http://127.0.0.1:{server.server_port}"
    yield collector
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def traced_clinic(start: Start, tmp_path: Path, script: Script, **settings: str) -> Iterator[Any]:
    """Run the clinic with a model that follows a script."""
    model = ScriptedModel(script)
    with model.service.serve_in_thread():
        authority = tmp_path / "authority.pem"
        authority.write_bytes(model.service.authority_pem)
        gemini = {"GEMINI_API_KEY": "any-key", "GOOGLE_GEMINI_BASE_URL": model.service.base_url}
        quick = {"OTEL_BSP_SCHEDULE_DELAY": "50", "OTEL_METRIC_EXPORT_INTERVAL": "100"}
        run = start(ROOT, **gemini, **quick, SSL_CERT_FILE=str(authority), **settings)
        run.banner()
        yield run


@asynccontextmanager
async def visit(run: Any) -> AsyncIterator[ClientConnection]:
    base = run.address["functions"].removesuffix("/<function")
    request = Request(f"{base}/web-session", data=b"", headers={"Origin": ORIGIN})  # noqa: S310
    session = json.load(await asyncio.to_thread(urlopen, request))
    offered = [Subprotocol(name) for name in subprotocols(session["token"])]
    async with connect(session["url"], origin=ORIGIN, subprotocols=offered) as socket:
        await socket.send(json.dumps({"event": "start", "call_id": session["call_id"]}))
        yield socket
        # A page that only closes its socket could come back; one that says so has left, and its call is over.
        with contextlib.suppress(ConnectionClosed):
            await socket.send('{"event":"stop"}')
        await socket.wait_closed()


async def say_and_hear(socket: ClientConnection, words: str, answer: str) -> None:
    await socket.send(json.dumps({"event": "text", "text": words}))
    heard = ""
    async with asyncio.timeout(15):
        while answer not in heard:
            message = await socket.recv()
            event = json.loads(message) if isinstance(message, str) else {}
            heard += event["text"] if event.get("speaker") == "agent" else ""


def booking() -> dict[str, str]:
    day = datetime.now(ZoneInfo("Asia/Kolkata")).date() + timedelta(days=7)
    while day.weekday() != 4:
        day += timedelta(days=1)
    return {
        "patient_name": "Asha Rao",
        "email": "asha.rao@example.com",
        "phone": "+919812345678",
        "appointment_date": day.isoformat(),
        "appointment_time": "10:30 AM",
        "doctor_name": "Dr. Anil Mehta",
        "department": "Cardiology",
    }


UNDECLARED = {"id": "made-up", "name": "asha_raos_safe", "args": {}}
SCRIPT: Script = {
    "book me in": [Call("book_appointment", booking())],
    "book_appointment answered": [Say("booked it is")],
    "open the safe": [Raw({"toolCall": {"functionCalls": [UNDECLARED]}}), Say("no such thing")],
}


@pytest.fixture
async def traced(start: Start, tmp_path: Path, collector: Collector) -> Collector:
    """A call with a booking and a tool that nobody declared, from the greeting to the end of the process."""
    where = {"TRACES": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    with traced_clinic(start, tmp_path, SCRIPT, **where) as run:
        async with visit(run) as socket:
            await say_and_hear(socket, "book me in", "booked it is")
            await say_and_hear(socket, "open the safe", "no such thing")
        outbox = run.data / "outbox"
        async with asyncio.timeout(10):
            while not outbox.exists() or not any(outbox.iterdir()):
                await asyncio.sleep(0.05)
        await asyncio.to_thread(run.end, signal.SIGTERM)
    return collector


def assert_named_by_the_conventions(traced: Collector) -> None:
    called = traced.only("execute_tool book_appointment").attributes
    assert called["gen_ai.operation.name"] == "execute_tool"
    assert called["gen_ai.tool.name"] == "book_appointment"
    assert called["gen_ai.tool.call.id"].startswith(called["gen_ai.conversation.id"])
    processed = traced.only("process send_confirmation").attributes
    assert processed["messaging.system"] == "gcp_pubsub"
    assert processed["messaging.operation.type"] == "process"
    assert processed["messaging.destination.subscription.name"] == "send_confirmation"
    assert processed["clinic.fact"] == "appointment.booked"


async def test_a_function_call_is_one_trace_to_its_response_and_to_what_follows(traced: Collector) -> None:
    top = traced.only("execute_tool book_appointment")
    lines = list(traced.tree(top))
    assert top.above == ""
    for line in (
        "  ledger.request",
        "  send book_appointment",
        "    process book_appointment",
        "      ledger.commit",
        "      send appointment.booked",
        "        process send_confirmation",
        "          mailer.send",
        "        process update_register",
        "      send tool.succeeded",
        "  ledger.answer",
        "  send tool.requested",
        "  send_function_response",
        "  ledger.delivered",
    ):
        assert line in lines, "\n".join(lines)
    assert {span.trace for span in traced.spans if span.name == "ledger.commit"} == {top.trace}
    assert_named_by_the_conventions(traced)


async def test_sessions_and_tools_are_measured_and_nothing_personal_is_sent(traced: Collector) -> None:
    sessions = [value for name, labels, value in traced.points if name == "clinic.sessions"]
    assert (max(sessions), sessions[-1]) == (1, 0)
    tools = [(labels, value) for name, labels, value in traced.points if name == "clinic.tool.duration"]
    assert ({"gen_ai.tool.name": "book_appointment", "outcome": "succeeded"}, 1) in tools
    assert ({"gen_ai.tool.name": "undeclared", "outcome": "refused"}, 1) in tools
    sent = b"".join(traced.bodies).lower()
    assert b"book_appointment" in sent
    for personal in (b"asha", b"rao", b"9812345678", b"example.com", b"mehta", b"cardiology", b"book me in"):
        assert personal not in sent
    assert traced.only("execute_tool undeclared").attributes["gen_ai.tool.name"] == "undeclared"


async def test_a_collector_that_is_not_there_costs_the_caller_nothing(start: Start, tmp_path: Path) -> None:
    nowhere = {"TRACES": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    with traced_clinic(start, tmp_path, SCRIPT, **nowhere) as run:
        async with visit(run) as socket:
            await say_and_hear(socket, "book me in", "booked it is")
        code, seconds = await asyncio.to_thread(run.end, signal.SIGTERM)
    assert (code, seconds < 15) == (0, True)


async def test_on_the_console_each_span_is_a_line_beside_the_log_that_names_its_trace(
    start: Start, tmp_path: Path
) -> None:
    with traced_clinic(start, tmp_path, SCRIPT, TRACES="console") as run:
        async with visit(run) as socket:
            await say_and_hear(socket, "book me in", "booked it is")
        await asyncio.to_thread(run.end, signal.SIGTERM)
    lines = [json.loads(line) for line in run.log.splitlines() if line.startswith("{")]
    (top,) = [line for line in lines if line.get("name") == "execute_tool book_appointment"]
    (answered,) = [line for line in lines if line.get("message") == "? answered"]
    assert f"0x{answered['logging.googleapis.com/trace']}" == top["context"]["trace_id"]
    assert any("resource_metrics" in line for line in lines)


def test_google_is_sent_the_same_and_told_whose_it_is(collector: Collector) -> None:
    credentials = AnonymousCredentials()  # type: ignore[no-untyped-call]
    exporters = google.exporters(credentials, "a-project", collector.url)
    running = Running(exporters, "book_appointment")
    with running.span("ledger.commit", {}, "internal", None):
        trace = running.log_fields()["logging.googleapis.com/trace"]
    running.add("clinic.dead_letters", 1, {"faas.name": "book_appointment"})
    running.end()
    assert collector.only("ledger.commit").service == "book_appointment"
    assert ("clinic.dead_letters", {"faas.name": "book_appointment"}, 1) in collector.points
    assert {headers["x-goog-user-project"] for headers in collector.headers} == {"a-project"}
    assert trace == f"projects/a-project/traces/{collector.only('ledger.commit').trace}"


@contextmanager
def function_process(name: str, environment: dict[str, str]) -> Iterator[str]:
    """Run one function as Cloud Run does, in gunicorn's fork of functions-framework; give its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "functions_framework", "--source", "functions/main.py", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "FUNCTION_TARGET": name, **environment},
    )
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.emulators
async def test_between_processes_too_a_function_call_is_one_trace(collector: Collector) -> None:
    if not {"FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"} <= os.environ.keys():
        pytest.skip("no emulators here: `make test-emulators` runs this on Google's")
    tool = load_function_table()["find_appointments"]
    environment = {"STORE": "cloud", "GOOGLE_CLOUD_PROJECT": f"traces-{uuid.uuid4().hex[:16]}"}
    where = {"TRACES": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "50"}
    settings, now = load_settings(environment), datetime.now(UTC)
    record = CallRecord(call_id="call-1", session_id="CA1", channel="phone", timestamp=now)
    calls.open_port(settings).ring(record, "ticket", now + timedelta(minutes=1), 5)
    telemetry.start(otlp.to(collector.url, None, {}), "realtime_service")
    try:
        with function_process(tool.name, {**environment, **where}) as url:
            emulator = PubSubEmulator(os.environ["PUBSUB_EMULATOR_HOST"], settings.google_cloud_project)
            emulator.set_up(FunctionTable((tool,)), {tool.name: url})
            ports = traced_ports.traced(open_ports(settings))
            with execute_tool(tool.name, "call-1-1", "call-1"):
                tool_calls = ToolCalls(record, load_function_table(), ports)
                result = await tool_calls.answer(FunctionCalled("1", tool.name, {"patient_name": "Asha Rao"}))
            async with asyncio.timeout(10):
                while not any(span.name == f"process {tool.name}" for span in collector.spans):
                    await asyncio.sleep(0.05)
    finally:
        telemetry.stop()
    assert result["message"]
    top = collector.only(f"execute_tool {tool.name}")
    below = {line.strip() for line in collector.tree(top)}
    assert {f"send {tool.name}", f"process {tool.name}", "ledger.commit", "ledger.answer"} <= below
    assert (top.service, collector.only("ledger.commit").service) == ("realtime_service", tool.name)
