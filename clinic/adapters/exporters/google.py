"""Spans to Cloud Trace and metrics to Cloud Monitoring."""

from __future__ import annotations

from clinic.adapters.cloud import telemetry
from clinic.settings import Settings
from clinic.telemetry import Exporters


def open_exporters(settings: Settings) -> Exporters:
    """Send with the instance's own credentials."""
    return telemetry.open_exporters(settings.google_cloud_project)
