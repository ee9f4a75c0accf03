"""What is measured, and where it goes."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

SESSIONS = "clinic.sessions"
"""How many conversations are going on, by channel."""
TOOL_SECONDS = "clinic.tool.duration"
"""Seconds from a function call of the model to its answer, by tool and outcome."""
DEAD_LETTERS = "clinic.dead_letters"
"""How many messages nobody could deal with, by function."""


class Exporters(Struct, frozen=True):
    """Where spans and metrics go."""

    spans: Any
    """An `opentelemetry.sdk.trace.export.SpanExporter`."""
    metrics: Any
    """An `opentelemetry.sdk.metrics.export.MetricExporter`."""
    resource: dict[str, str] = {}
    """Attributes of this process, besides its service name."""
