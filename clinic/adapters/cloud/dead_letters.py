"""The dead letters in Firestore: Pub/Sub forwards them to a topic, and forgets them after a month at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.cloud.firestore import Client

from clinic.adapters.cloud import bus, firestore
from clinic.adapters.cloud.firestore import Snapshot
from clinic.contracts.dead_letter import REPLAYED_FOR, DeadLetter, KeptLetter, letter_key
from clinic.ports import Bus
from clinic.settings import Settings

_NOTED_FOR = timedelta(days=31)
"""Longer than a message lives in Pub/Sub."""
_KEPT_FOR = timedelta(days=90)


class CloudDeadLetters:
    """Implements `DeadLetters`. A replay is published anew, for the function that failed alone."""

    def __init__(self, client: Client, bus: Bus) -> None:
        self._client, self._bus = client, bus

    def note_fault(self, function: str, data: bytes, fault: str) -> None:
        """Note what a function raised on a message."""
        batch = self._client.batch()
        noted = firestore.document(self._client, "faults", letter_key(function, data))
        batch.set(noted, {"fault": fault, "expire_at": datetime.now(UTC) + _NOTED_FOR})
        firestore.commit(batch)

    def keep(self, letter: DeadLetter, at: datetime) -> None:
        """Put a letter on the list."""
        key = letter_key(letter.function, letter.data)
        noted = firestore.get(firestore.document(self._client, "faults", key))
        fields = {
            "topic": letter.topic,
            "function": letter.function,
            "data": letter.data,
            "attributes": letter.original_attributes,
            "published_at": at,
            "attempts": letter.attempts,
            "reason": noted.get("fault") if noted.exists else "no answer",
            "expire_at": datetime.now(UTC) + _KEPT_FOR,
        }
        firestore.create(firestore.document(self._client, "dead_letters", key), fields)

    def all(self) -> list[KeptLetter]:
        """Return the list, the oldest first."""
        letters = map(_kept, firestore.find(self._client, "dead_letters"))
        return sorted(letters, key=lambda letter: (letter.published_at, letter.id))

    def replay(self, letter_id: str) -> bool:
        """Publish one again, and strike it off."""
        reference = firestore.document(self._client, "dead_letters", letter_id)
        letter = firestore.get(reference)
        if not letter.exists:
            return False
        attributes = {**letter.get("attributes"), REPLAYED_FOR: letter.get("function")}
        self._bus.publish(letter.get("topic"), letter.get("data"), attributes)
        batch = self._client.batch()
        batch.delete(reference)
        firestore.commit(batch)
        return True


def open_port(settings: Settings) -> CloudDeadLetters:
    """Open the list."""
    return CloudDeadLetters(firestore.client(settings), bus.open_port(settings))


def _kept(snapshot: Snapshot) -> KeptLetter:
    names = ("topic", "function", "data", "published_at", "attempts", "reason")
    return KeptLetter(id=snapshot.id, **{name: snapshot.get(name) for name in names})
