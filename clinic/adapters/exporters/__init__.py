"""Where traces and metrics go: one module per value of TRACES, but for `off`."""

from __future__ import annotations

import importlib

from clinic import telemetry
from clinic.settings import Settings


def start_telemetry(settings: Settings, service: str) -> None:
    """Trace and measure as the settings say; while they say `off`, nothing is imported for it."""
    if settings.traces != "off":
        adapter = importlib.import_module(f"clinic.adapters.exporters.{settings.traces}")
        telemetry.start(adapter.open_exporters(settings), service)
