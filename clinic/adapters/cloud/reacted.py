"""Which facts a reaction has dealt with, in Firestore."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.cloud.firestore import Client, DocumentReference

from clinic.adapters.cloud import firestore
from clinic.settings import Settings

_REMEMBERED_FOR = timedelta(days=31)
"""Pub/Sub keeps a message no longer than that, so no fact comes again later."""


class CloudReacted:
    """Implements `Reacted`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def once(self, reaction: str, fact_id: str) -> bool:
        """Tell whether this fact is still to be dealt with."""
        return not firestore.get(self._entry(reaction, fact_id)).exists

    def done(self, reaction: str, fact_id: str) -> None:
        """Note that it is dealt with."""
        expire_at = datetime.now(UTC) + _REMEMBERED_FOR
        firestore.create(
            self._entry(reaction, fact_id),
            {"reaction": reaction, "fact_id": fact_id, "expire_at": expire_at},
        )

    def _entry(self, reaction: str, fact_id: str) -> DocumentReference:
        return firestore.document(self._client, "reacted", f"{reaction} {fact_id}")


def open_port(settings: Settings) -> CloudReacted:
    """Open the memory of reactions."""
    return CloudReacted(firestore.client(settings))
