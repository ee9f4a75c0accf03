"""Google's Telemetry API: OTLP to Cloud Trace and Cloud Monitoring, with the instance's own credentials."""

from __future__ import annotations

import os

import google.auth
from google.auth.credentials import Credentials
from google.auth.transport.requests import AuthorizedSession

from clinic.adapters.exporters import otlp
from clinic.telemetry import Exporters

ENDPOINT = "https://telemetry.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def open_exporters(project: str) -> Exporters:
    """Send to a project, or to that of the credentials; DefaultCredentialsError where there are none."""
    credentials, own = google.auth.default([_SCOPE])
    return exporters(credentials, project or own or "")


def exporters(credentials: Credentials, project: str, endpoint: str = ENDPOINT) -> Exporters:
    """Send with these credentials; the project pays, and shows what is sent.

    Source: docs.cloud.google.com/stackdriver/docs/reference/telemetry/overview
    """
    session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
    session.headers["x-goog-user-project"] = project
    return otlp.to(endpoint, session, {"gcp.project_id": project, **_instance()})


def _instance() -> dict[str, str]:
    # Cloud Run's container contract names the service and its revision. The region, which Cloud Monitoring
    # wants too, only the metadata server knows: OTEL_RESOURCE_ATTRIBUTES=cloud.region=… says it instead.
    named = {"faas.name": os.environ.get("K_SERVICE", ""), "faas.version": os.environ.get("K_REVISION", "")}
    return {"cloud.platform": "gcp_cloud_run", **{name: value for name, value in named.items() if value}}
