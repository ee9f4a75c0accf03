"""Puts the rehearsed Workspace together for one clinic: its doctors' calendars, its mailbox, its sheets."""

from __future__ import annotations

from pathlib import Path

from clinic.directory import Clinic
from rehearsal.google_workspace.kept import keep_in
from rehearsal.google_workspace.server import WorkspaceServer
from rehearsal.google_workspace.workspace import Workspace

SPREADSHEET = "staff"


def rehearsed_workspace(clinic: Clinic, port: int = 0, file: Path | None = None) -> WorkspaceServer:
    """Return a Workspace on loopback, listening; with a file, one that remembers.

    Raises OSError where the port is taken, and msgspec.DecodeError where the file holds something else.
    """
    workspace = Workspace()
    workspace.spreadsheets.add(SPREADSHEET)
    for doctor in clinic.doctors:
        if doctor.calendar_id:
            workspace.calendars.add(doctor.calendar_id, clinic.time_zone)
    if file:
        keep_in(file, workspace)
    return WorkspaceServer(workspace, port)


def settings_for(server: WorkspaceServer) -> dict[str, str]:
    """Return the settings, as environment variables, of a clinic that works with it."""
    return {
        "WORKSPACE_CREDENTIALS": server.service_account(),
        "WORKSPACE_ACCOUNT": server.workspace.mailbox.address,
        "WORKSPACE_URL": server.url,
        "REGISTER_SPREADSHEET": SPREADSHEET,
    }
