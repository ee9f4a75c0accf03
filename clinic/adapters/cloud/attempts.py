"""How far something has come that must be done once, in Firestore."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.cloud.firestore import Client, DocumentReference

from clinic.adapters.cloud import firestore
from clinic.settings import Settings

_REMEMBERED_FOR = timedelta(days=31)
"""Pub/Sub keeps a message no longer than that, so nothing is attempted again later."""


class CloudAttempts:
    """Implements `Attempts`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def begin(self, key: str, state: str) -> str:
        """Note how far it is, unless that is noted already; return what is noted then."""
        if firestore.create(self._entry(key), self._noted(state)):
            return state
        return self.state(key)

    def state(self, key: str) -> str:
        """Return how far it is; empty where nothing is noted."""
        snapshot = firestore.get(self._entry(key))
        return str(snapshot.get("state")) if snapshot.exists else ""

    def advance(self, key: str, state: str) -> None:
        """Note how far it has come."""
        batch = self._client.batch()
        batch.set(self._entry(key), self._noted(state))
        firestore.commit(batch)

    def _entry(self, key: str) -> DocumentReference:
        return firestore.document(self._client, "attempts", key)

    def _noted(self, state: str) -> dict[str, object]:
        return {"state": state, "expire_at": datetime.now(UTC) + _REMEMBERED_FOR}


def open_port(settings: Settings) -> CloudAttempts:
    """Open the memory of attempts."""
    return CloudAttempts(firestore.client(settings))
