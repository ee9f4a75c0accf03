"""Spans and metrics on standard error, a line of JSON each: to look at, on one's own machine."""

from __future__ import annotations

import sys

from opentelemetry.sdk.metrics.export import ConsoleMetricExporter
from opentelemetry.sdk.trace.export import ConsoleSpanExporter

from clinic.settings import Settings
from clinic.telemetry import Exporters


def open_exporters(_: Settings) -> Exporters:
    """Write to this process's standard error."""
    return Exporters(
        ConsoleSpanExporter(out=sys.stderr, formatter=lambda span: f"{span.to_json(indent=None)}\n"),
        ConsoleMetricExporter(out=sys.stderr, formatter=lambda data: f"{data.to_json(indent=None)}\n"),
    )
