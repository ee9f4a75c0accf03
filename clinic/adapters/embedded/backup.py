"""Copies of the staff's sheets in a folder."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path

from clinic.settings import Settings


class FolderBackup:
    """Implements `Backup`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, data: bytes) -> None:
        """Keep a file; where there is one of that name, it stays."""
        file = self._folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        # Linked into place: a copy is whole or not there, and never changed.
        half = file.with_name(f".{file.name}.{uuid.uuid4().hex}.part")
        half.write_bytes(data)
        with contextlib.suppress(FileExistsError):
            os.link(half, file)
        half.unlink()


def open_port(settings: Settings) -> FolderBackup:
    """Open the backup, `backup/` in the local data folder."""
    return FolderBackup(Path(settings.local_data) / "backup")
