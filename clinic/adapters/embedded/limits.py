"""Counts per minute, in SQLite."""

from __future__ import annotations

from datetime import datetime

from clinic.adapters.embedded.clinic_database import clinic_database
from clinic.adapters.embedded.database import Database
from clinic.settings import Settings


class EmbeddedLimits:
    """Implements `Limits`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, key: str, now: datetime) -> int:
        """Count one more in this minute, and return how many that makes."""
        minute = int(now.timestamp()) // 60
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM counts WHERE minute < ?", (minute,))
            row = connection.execute(
                "INSERT INTO counts VALUES (?, ?, 1)"
                " ON CONFLICT (key, minute) DO UPDATE SET count = count + 1 RETURNING count",
                (key, minute),
            ).fetchone()
        return int(row[0])


def open_port(settings: Settings) -> EmbeddedLimits:
    """Open the counts."""
    return EmbeddedLimits(clinic_database(settings))
