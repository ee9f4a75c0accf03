"""Keeps what a rehearsed Workspace holds in a file, so that a restart loses no mail and no event."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from rehearsal.google_workspace.grids import Grid
from rehearsal.google_workspace.mailboxes import Mail
from rehearsal.google_workspace.workspace import Workspace


class _Kept(Struct, frozen=True):
    events: dict[str, dict[str, dict[str, Any]]] = {}
    changes: int = 0
    sent: list[Mail] = []
    drafts: dict[str, Mail] = {}
    sheets: dict[str, list[Grid]] = {}


def keep_in(file: Path, workspace: Workspace) -> None:
    """Take up what the file holds, and write it anew after every change."""
    if file.exists():
        _take_up(msgspec.json.decode(file.read_bytes(), type=_Kept), workspace)
    workspace.after_change = lambda: _write(file, workspace)


def _take_up(kept: _Kept, workspace: Workspace) -> None:
    for calendar_id in workspace.calendars.events:
        workspace.calendars.events[calendar_id] = kept.events.get(calendar_id, {})
    workspace.calendars.changes = kept.changes
    workspace.mailbox.sent, workspace.mailbox.drafts = list(kept.sent), dict(kept.drafts)
    workspace.spreadsheets.sheets.update(kept.sheets)


def _write(file: Path, workspace: Workspace) -> None:
    kept = _Kept(
        workspace.calendars.events,
        workspace.calendars.changes,
        workspace.mailbox.sent,
        workspace.mailbox.drafts,
        workspace.spreadsheets.sheets,
    )
    half = file.with_suffix(".part")
    half.write_bytes(msgspec.json.encode(kept))
    os.replace(half, file)
