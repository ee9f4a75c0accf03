"""Spans and metrics to any collector that speaks OTLP over HTTP.

Where it is, and everything else about it, the standard variables say
(opentelemetry.io/docs/specs/otel/protocol/exporter): OTEL_EXPORTER_OTLP_ENDPOINT,
http://localhost:4318 where it is unset, OTEL_EXPORTER_OTLP_HEADERS and so on.
"""

from __future__ import annotations

import os

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from requests import Session

from clinic.settings import Settings
from clinic.telemetry import Exporters

_TIMEOUT_SECONDS = 2.0
"""A function waits for it after each message, so a lost collector must not hold it up for the usual 10 s."""


def open_exporters(_: Settings) -> Exporters:
    """Send where the environment says."""
    return to(None, None, {})


def to(base: str | None, session: Session | None, resource: dict[str, str]) -> Exporters:
    """Send to an endpoint, such as https://telemetry.googleapis.com, or to where the environment says."""
    timeout = None if os.environ.get("OTEL_EXPORTER_OTLP_TIMEOUT") else _TIMEOUT_SECONDS
    spans, metrics = (base and f"{base}/v1/{signal}" for signal in ("traces", "metrics"))
    return Exporters(
        OTLPSpanExporter(endpoint=spans, session=session, timeout=timeout),
        OTLPMetricExporter(endpoint=metrics, session=session, timeout=timeout),
        resource,
    )
