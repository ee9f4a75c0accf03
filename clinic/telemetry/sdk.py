"""OpenTelemetry's SDK, put together for one process. Imported only where something is traced.

The providers are ours, not the process's: libraries that trace by themselves find
none, so that nothing gets into a span but what we put there.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Mapping

from opentelemetry import trace
from opentelemetry.metrics import Counter, UpDownCounter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from clinic.telemetry.names import DEAD_LETTERS, SESSIONS, TOOL_SECONDS, Exporters

_NAME = "clinic-voice-agent"
_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0)
"""Bounds of the histogram's buckets; the longest deadline of a tool is 8 s."""
_FLUSH_MILLISECONDS = 2000


class Running:
    """The providers of one process, and how they are used."""

    def __init__(self, exporters: Exporters, service: str) -> None:
        self._project = exporters.resource.get("gcp.project_id", "")
        instance = {"service.name": service, "service.instance.id": uuid.uuid4().hex}
        resource = Resource.create({**instance, **exporters.resource})
        self._tracing = TracerProvider(resource=resource)
        self._tracing.add_span_processor(BatchSpanProcessor(exporters.spans))
        self._tracer = self._tracing.get_tracer(_NAME)
        reader = PeriodicExportingMetricReader(exporters.metrics)
        self._measuring = MeterProvider([reader], resource=resource)
        self._propagator = TraceContextTextMapPropagator()
        meter = self._measuring.get_meter(_NAME)
        self._counters: dict[str, Counter | UpDownCounter] = {
            SESSIONS: meter.create_up_down_counter(SESSIONS, "{session}", "Conversations going on"),
            DEAD_LETTERS: meter.create_counter(DEAD_LETTERS, "{message}", "Messages nobody could deal with"),
        }
        self._histograms = {
            TOOL_SECONDS: meter.create_histogram(
                TOOL_SECONDS,
                "s",
                "From a function call of the model to its answer",
                explicit_bucket_boundaries_advisory=_SECONDS,
            )
        }

    @contextlib.contextmanager
    def span(
        self, name: str, attributes: Mapping[str, str], kind: str, carried: Mapping[str, str] | None
    ) -> Iterator[None]:
        """Trace a step. Of a fault the type is kept, and not the words: they may be a caller's."""
        above = None if carried is None else self._propagator.extract(carried)
        with self._tracer.start_as_current_span(
            name,
            above,
            SpanKind[kind.upper()],
            attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as going_on:
            try:
                yield
            except BaseException as fault:
                going_on.set_attribute("error.type", type(fault).__qualname__)
                going_on.set_status(Status(StatusCode.ERROR))
                raise

    def is_tracing(self) -> bool:
        """Tell whether a span is going on here."""
        return trace.get_current_span().get_span_context().is_valid

    def carried(self) -> dict[str, str]:
        """Return the context of the span going on, as message attributes."""
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier

    def add(self, metric: str, number: int, labels: Mapping[str, str]) -> None:
        """Add to a counter."""
        self._counters[metric].add(number, labels)

    def record(self, metric: str, value: float, labels: Mapping[str, str]) -> None:
        """Record a measurement."""
        self._histograms[metric].record(value, labels)

    def log_fields(self) -> dict[str, str]:
        """Return the trace and span going on, in the words of Cloud Logging."""
        context = trace.get_current_span().get_span_context()
        if not context.is_valid:
            return {}
        trace_id = trace.format_trace_id(context.trace_id)
        return {
            "logging.googleapis.com/trace": f"projects/{self._project}/traces/{trace_id}"
            if self._project
            else trace_id,
            "logging.googleapis.com/spanId": trace.format_span_id(context.span_id),
        }

    def flush(self) -> None:
        """Send what was recorded."""
        self._tracing.force_flush(_FLUSH_MILLISECONDS)
        self._measuring.force_flush(_FLUSH_MILLISECONDS)

    def end(self) -> None:
        """Send what was recorded, and end the threads that send."""
        self._tracing.shutdown()
        self._measuring.shutdown(_FLUSH_MILLISECONDS)
