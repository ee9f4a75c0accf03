"""Counts per minute, in Firestore."""

from __future__ import annotations

from datetime import datetime, timedelta

from google.cloud.firestore import Client, Increment

from clinic.adapters.cloud import firestore
from clinic.settings import Settings

_KEPT_FOR = timedelta(hours=1)


class CloudLimits:
    """Implements `Limits`. A request that is repeated because its reply was lost may count twice."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def count(self, key: str, now: datetime) -> int:
        """Count one more in this minute, and return how many that makes."""
        minute = int(now.timestamp()) // 60
        batch = self._client.batch()
        batch.set(
            firestore.document(self._client, "limits", f"{key} {minute}"),
            {"count": Increment(1), "expire_at": now + _KEPT_FOR},
            merge=True,
        )
        (written,) = firestore.commit(batch)
        # What the transform made of the field comes back with the write: no read, and no race.
        return int(written.transform_results[0].integer_value)


def open_port(settings: Settings) -> CloudLimits:
    """Open the counts."""
    return CloudLimits(firestore.client(settings))
