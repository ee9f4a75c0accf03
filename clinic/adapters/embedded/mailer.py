"""An outbox folder: each mail a file that any mail program opens."""

from __future__ import annotations

import os
import uuid
from email.message import EmailMessage
from pathlib import Path

from clinic.settings import Settings


class OutboxMailer:
    """Implements `Mailer`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage, key: str) -> None:
        """Write `<key>.eml`; the same key again writes the same file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # Renamed into place, so that nobody opens half a mail; two may send the same one at once.
        half = self._folder / f".{key}.{uuid.uuid4().hex}.part"
        half.write_bytes(message.as_bytes())
        os.replace(half, self._folder / f"{key}.eml")


def open_port(settings: Settings) -> OutboxMailer:
    """Open the outbox, `outbox/` in the local data folder."""
    return OutboxMailer(Path(settings.local_data) / "outbox")
