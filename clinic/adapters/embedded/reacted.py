"""Which facts a reaction has dealt with, in SQLite."""

from __future__ import annotations

from clinic.adapters.embedded.clinic_database import clinic_database
from clinic.adapters.embedded.database import Database
from clinic.settings import Settings


class EmbeddedReacted:
    """Implements `Reacted`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def once(self, reaction: str, fact_id: str) -> bool:
        """Tell whether this fact is still to be dealt with."""
        query = "SELECT 1 FROM reacted WHERE reaction = ? AND fact_id = ?"
        return not self._database.rows(query, (reaction, fact_id))

    def done(self, reaction: str, fact_id: str) -> None:
        """Note that it is dealt with."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO reacted VALUES (?, ?)", (reaction, fact_id))


def open_port(settings: Settings) -> EmbeddedReacted:
    """Open the memory of reactions."""
    return EmbeddedReacted(clinic_database(settings))
