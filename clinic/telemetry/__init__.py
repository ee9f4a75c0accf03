"""Traces and metrics, as OpenTelemetry: one trace from a function call of the model to its response.

Off, as by default, nothing of OpenTelemetry is imported and each call here costs a microsecond.
Spans and metrics hold ids and names of our own, never what people said or are called:
the only attributes are those given here, and of a fault its type alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from clinic.telemetry.names import DEAD_LETTERS, SESSIONS, TOOL_SECONDS, Exporters

if TYPE_CHECKING:
    from clinic.telemetry.sdk import Running

Kind = Literal["internal", "producer", "consumer", "server"]
Attributes = Mapping[str, str]

__all__ = ["DEAD_LETTERS", "SESSIONS", "TOOL_SECONDS", "Exporters"]

_SYSTEM = {"messaging.system": "gcp_pubsub"}
_running: Running | None = None


def start(exporters: Exporters, service: str) -> None:
    """Begin to trace and measure. A process has one service name: that of the first start."""
    global _running
    if _running is None:
        # At first use: it costs some 60 ms of a cold start.
        from clinic.telemetry.sdk import Running

        _running = Running(exporters, service)


def stop() -> None:
    """Send what was recorded, and end."""
    global _running
    if _running is not None:
        ending, _running = _running, None
        ending.end()


def is_on() -> bool:
    """Tell whether anything is traced and measured."""
    return _running is not None


def flush() -> None:
    """Send what was recorded, before an instance is put to sleep after its answer."""
    if _running is not None:
        _running.flush()


@contextlib.contextmanager
def span(
    name: str, attributes: Attributes, kind: Kind = "internal", carried: Attributes | None = None
) -> Iterator[None]:
    """Trace a step; below the step going on, or below the one whose context was `carried` here."""
    if _running is None:
        yield
        return
    with _running.span(name, attributes, kind, carried):
        yield


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Trace a step of what is traced already; what is called outside of any trace begins none."""
    if _running is None or not _running.is_tracing():
        yield
        return
    with _running.span(name, {}, "internal", None):
        yield


@contextlib.contextmanager
def sending(topic: str, attributes: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Trace the sending of a message; gives its attributes with the trace's context added.

    Sources: OpenTelemetry's conventions for messaging spans; W3C Trace Context's `traceparent`.
    """
    if _running is None:
        yield attributes
        return
    about = {**_SYSTEM, "messaging.operation.type": "send", "messaging.destination.name": topic}
    with _running.span(f"send {topic}", about, "producer", None):
        yield {**attributes, **_running.carried()}


@contextlib.contextmanager
def processing(function: str, message_id: str, attributes: Mapping[str, str]) -> Iterator[None]:
    """Trace what a function does with a message, in the trace that its attributes carry."""
    about = {
        **_SYSTEM,
        "messaging.operation.type": "process",
        "messaging.destination.subscription.name": function,
        "messaging.message.id": message_id,
        "faas.name": function,
        "faas.trigger": "pubsub",
        **({"clinic.fact": attributes["ce-type"]} if "ce-type" in attributes else {}),
    }
    with span(f"process {function}", about, "consumer", attributes):
        yield


@contextlib.contextmanager
def counted(metric: str, labels: Attributes) -> Iterator[None]:
    """Count one more as long as this lasts."""
    add(metric, 1, labels)
    try:
        yield
    finally:
        add(metric, -1, labels)


def add(metric: str, number: int, labels: Attributes) -> None:
    """Add to SESSIONS or DEAD_LETTERS."""
    if _running is not None:
        _running.add(metric, number, labels)


def record(metric: str, value: float, labels: Attributes) -> None:
    """Record one measurement of TOOL_SECONDS."""
    if _running is not None:
        _running.record(metric, value, labels)


def log_fields() -> dict[str, str]:
    """Return the fields by which Cloud Logging ties a log line to its trace."""
    return {} if _running is None else _running.log_fields()
