"""The door: what Pub/Sub pushes and what HTTP asks reaches the function that FUNCTION_TARGET names."""

import base64
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import functions_framework
import msgspec
import pytest
from functions_framework import _function_registry
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from clinic import telemetry
from clinic.adapters.embedded.bus import EmbeddedBus
from clinic.contracts import tool_call
from clinic.contracts.function_table import load_function_table
from clinic.contracts.subscriptions import load_pubsub
from clinic.contracts.tool_call import ToolCall
from functions.needs import Needs

Ask = Callable[..., ToolCall[dict[str, Any]]]
DOOR = Path(__file__).parents[2] / "functions" / "main.py"


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Open a function's door and return a client of it."""
    monkeypatch.setenv("LOCAL_DATA", str(tmp_path))
    before = set(sys.path)

    def open_door(name: str) -> Any:
        monkeypatch.setenv("FUNCTION_TARGET", name)
        monkeypatch.delenv("FUNCTION_SIGNATURE_TYPE", raising=False)
        return functions_framework.create_app(name, str(DOOR)).test_client()

    yield open_door
    sys.path[:] = [path for path in sys.path if path in before]
    sys.modules.pop("main", None)
    _function_registry.REGISTRY_MAP.clear()


def push(client: Any, data: bytes) -> Any:
    message = {"data": base64.b64encode(data).decode(), "attributes": {}, "messageId": "1"}
    return client.post("/", json={"message": message, "subscription": "projects/local/subscriptions/test"})


def test_a_pushed_tool_call_is_answered_in_the_ledger(
    door: Callable[[str], Any], needs: Needs, ask: Ask, free_day: str
) -> None:
    call = ask(
        "check_appointment_availability",
        appointment_date=free_day,
        appointment_time="10:30 AM",
        doctor_name="Mehta",
    )
    response = push(door(call.tool), tool_call.encode(call))
    assert response.status_code == 200
    assert needs.open("ledger").answer(call.id)["available"] is True


def test_a_push_that_is_no_tool_call_is_not_acknowledged(door: Callable[[str], Any]) -> None:
    assert push(door("book_appointment"), b'{"half": ').status_code == 500


def test_what_a_function_raised_is_noted_for_the_dead_letters(
    door: Callable[[str], Any], needs: Needs
) -> None:
    push(door("book_appointment"), b'{"half": ')
    bus: EmbeddedBus = needs.open("bus")
    bus.publish("book_appointment", b'{"half": ', {})
    (message,) = bus.take_due(9)
    bus.fail(
        msgspec.structs.replace(message, attempts=load_pubsub().deliveries["tool"].most_attempts), "HTTP 500"
    )
    (letter,) = needs.open("dead_letters").all()
    assert letter.reason == "DecodeError"


def test_an_unsigned_webhook_gets_403(door: Callable[[str], Any]) -> None:
    assert door("twilio_voice").post("/", data={"CallSid": "CA" + "a" * 32}).status_code == 403


def test_who_is_not_authorised_has_nobody_rung(door: Callable[[str], Any]) -> None:
    assert door("call_patient").post("/", json={"reason": "reminder", "id": "1"}).status_code == 401


def test_a_target_that_is_in_no_row_does_not_open(door: Callable[[str], Any]) -> None:
    with pytest.raises(KeyError, match="no_such_function"):
        door("no_such_function")


def test_every_row_opens_its_door(door: Callable[[str], Any]) -> None:
    rows = load_function_table().deployed
    assert len(rows) > 10
    assert all(door(row.name) for row in rows)


@pytest.fixture
def spans(tmp_path: Path) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    with (tmp_path / "metrics").open("w") as metrics:
        telemetry.start(telemetry.Exporters(exporter, ConsoleMetricExporter(metrics)), "test")
        yield exporter
        telemetry.stop()


def test_a_message_is_one_span_that_is_sent_before_the_message_is_acknowledged(
    door: Callable[[str], Any], spans: InMemorySpanExporter, ask: Ask
) -> None:
    client = door("find_appointments")
    call = ask("find_appointments", patient_name="Asha Rao")
    assert push(client, tool_call.encode(call)).status_code == 200
    sent = {span.name: span for span in spans.get_finished_spans()}
    processed, committed = sent["process find_appointments"], sent["ledger.commit"]
    assert committed.parent is not None
    assert processed.context is not None
    assert committed.parent.span_id == processed.context.span_id
    assert processed.status.is_unset


def test_a_message_that_can_not_be_dealt_with_is_a_failed_span(
    door: Callable[[str], Any], spans: InMemorySpanExporter
) -> None:
    assert push(door("book_appointment"), b'{"half": ').status_code == 500
    sent = {span.name: span for span in spans.get_finished_spans()}
    assert (sent["process book_appointment"].attributes or {})["error.type"] == "DecodeError"


def test_a_webhook_that_refuses_is_no_failed_span_and_is_sent_once_it_is_answered(
    door: Callable[[str], Any], spans: InMemorySpanExporter
) -> None:
    response = door("twilio_voice").post("/", data={"CallSid": "CA" + "a" * 32})
    assert response.status_code == 403
    assert spans.get_finished_spans() == ()
    response.close()
    (span,) = spans.get_finished_spans()
    assert (span.name, span.status.is_unset) == ("POST /twilio_voice", True)
