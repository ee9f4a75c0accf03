"""What is traced, what a trace carries, and that it costs nothing while it is off."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from clinic import telemetry
from clinic.adapters.embedded import bus
from clinic.contracts.subscriptions import load_pubsub
from clinic.settings import Settings
from clinic.telemetry import Exporters
from clinic.telemetry.ports import traced

ROOT = Path(__file__).parents[3]
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
"""The example of W3C Trace Context, §3.2.4."""

DOOR_WHILE_OFF = """
import os, sys
os.environ["FUNCTION_TARGET"] = "book_appointment"
import functions.main
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""


class Spans:
    """The spans of this process."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()

    def __call__(self) -> dict[str, ReadableSpan]:
        telemetry.flush()
        return {span.name: span for span in self.exporter.get_finished_spans()}


@pytest.fixture
def spans(tmp_path: Path) -> Iterator[Spans]:
    kept = Spans()
    with (tmp_path / "metrics").open("w") as nowhere:
        telemetry.start(
            Exporters(
                kept.exporter, ConsoleMetricExporter(nowhere, lambda data: f"{data.to_json(indent=None)}\n")
            ),
            "test",
        )
        yield kept
        telemetry.stop()


def above(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None


def number(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


def test_a_function_imports_nothing_of_it_while_it_is_off(tmp_path: Path) -> None:
    environment = {"PATH": "", "PYTHONPATH": str(ROOT), "LOCAL_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", DOOR_WHILE_OFF],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_while_it_is_off_ports_and_attributes_are_left_as_they_are() -> None:
    port = object()
    assert traced("ledger", port) is port
    with telemetry.sending("book_appointment", {"tool": "book_appointment"}) as attributes:
        assert attributes == {"tool": "book_appointment"}
    assert telemetry.log_fields() == {}


def test_a_message_is_processed_in_the_trace_that_it_carries(spans: Spans) -> None:
    with telemetry.processing("send_confirmation", "m-1", {"traceparent": PARENT, "ce-type": "x.y"}):
        pass
    (span,) = spans().values()
    assert span.name == "process send_confirmation"
    assert (f"{span.context.trace_id:032x}", f"{above(span):016x}") == tuple(PARENT.split("-")[1:3])


@pytest.mark.parametrize("parent", [{}, {"traceparent": "nonsense"}, {"traceparent": ""}])
def test_a_message_that_carries_none_begins_one(spans: Spans, parent: dict[str, str]) -> None:
    with telemetry.processing("send_confirmation", "m-1", parent):
        pass
    assert above(spans()["process send_confirmation"]) is None


def test_a_trace_goes_on_through_the_bus(spans: Spans, tmp_path: Path) -> None:
    queue = traced("bus", bus.open_port(Settings(local_data=str(tmp_path))))
    with telemetry.span("execute_tool book_appointment", {}):
        queue.publish("book_appointment", b"{}", {"tool": "book_appointment"})
    (message,) = queue.take_due(1)
    with telemetry.processing(message.function, message.id, message.attributes):
        pass
    found = spans()
    assert above(found["process book_appointment"]) == number(found["send book_appointment"])
    assert above(found["send book_appointment"]) == number(found["execute_tool book_appointment"])
    assert message.attributes["tool"] == "book_appointment"


def test_a_dead_letter_is_still_of_its_trace(spans: Spans, tmp_path: Path) -> None:
    queue = traced("bus", bus.open_port(Settings(local_data=str(tmp_path))))
    queue.publish("book_appointment", b"{}", {})
    for _ in range(load_pubsub().deliveries["tool"].most_attempts):
        (message,) = queue.take_due(1)
        queue.fail(message, "HTTP 500")
        queue.recover()
    (letter,) = queue.take_due(1)
    sent = spans()["send book_appointment"]
    assert letter.function == "answer_dead_letter"
    assert letter.attributes["traceparent"].split("-")[1:3] == [
        f"{sent.context.trace_id:032x}",
        f"{number(sent):016x}",
    ]


def test_a_call_of_a_port_is_a_step_without_what_it_was_called_with(spans: Spans) -> None:
    class Mailer:
        def send(self, message: str, key: str) -> str:
            return f"{message} {key}"

    with telemetry.span("process send_confirmation", {}):
        assert traced("mailer", Mailer()).send("Dear Asha Rao", key="confirmation-1") == (
            "Dear Asha Rao confirmation-1"
        )
    step = spans()["mailer.send"]
    assert above(step) == number(spans()["process send_confirmation"])
    assert dict(step.attributes or {}) == {}


def test_a_step_outside_of_any_trace_begins_none(spans: Spans) -> None:
    with telemetry.step("call_log.add_turn"):
        pass
    assert spans() == {}


def test_of_a_fault_the_type_is_kept_and_not_the_words(spans: Spans) -> None:
    def fail() -> None:
        raise ValueError("Asha Rao has no such appointment")

    with pytest.raises(ValueError, match="Asha"), telemetry.span("ledger.commit", {}):
        fail()
    (span,) = spans().values()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    assert dict(span.attributes or {}) == {"error.type": "ValueError"}
    assert not span.events


def test_it_is_counted_what_goes_on_and_what_is_over(spans: Spans, tmp_path: Path) -> None:
    with telemetry.counted(telemetry.SESSIONS, {"channel": "phone"}):
        pass
    telemetry.record(telemetry.TOOL_SECONDS, 0.3, {"gen_ai.tool.name": "book_appointment"})
    telemetry.add(telemetry.DEAD_LETTERS, 1, {"faas.name": "book_appointment"})
    telemetry.flush()
    telemetry.stop()
    measured: dict[str, Any] = {}
    for line in (tmp_path / "metrics").read_text().splitlines():
        for scope in json.loads(line)["resource_metrics"][0]["scope_metrics"]:
            measured |= {each["name"]: each["data"]["data_points"][0] for each in scope["metrics"]}
    assert measured["clinic.sessions"]["value"] == 0
    assert measured["clinic.dead_letters"]["value"] == 1
    assert (measured["clinic.tool.duration"]["count"], measured["clinic.tool.duration"]["sum"]) == (1, 0.3)
