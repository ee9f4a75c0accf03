"""An outbox folder: each mail a file that any mail program opens."""

from __future__ import annotations

import os
import uuid
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path
from urllib.parse import quote

from clinic.ports import AddressRefused
from clinic.settings import Settings

_NOWHERE = ".invalid"
"""A name that never exists (RFC 2606, section 2): the outbox refuses it, as a mail server would."""


class OutboxMailer:
    """Implements `Mailer`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage, key: str) -> None:
        """Write `<key>.eml`; the same key again writes the same file."""
        recipients = [address for _, address in getaddresses([str(message["To"])])]
        if any(address.endswith(_NOWHERE) for address in recipients):
            raise AddressRefused("the domain does not exist")
        self._folder.mkdir(parents=True, exist_ok=True)
        name = quote(key, safe="")
        # Renamed into place, so that nobody opens half a mail; two may send the same one at once.
        half = self._folder / f".{uuid.uuid4().hex}.part"
        half.write_bytes(message.as_bytes())
        os.replace(half, self._folder / f"{name}.eml")


def open_port(settings: Settings) -> OutboxMailer:
    """Open the outbox, `outbox/` in the local data folder."""
    return OutboxMailer(Path(settings.local_data) / "outbox")
