"""How far something has come that must be done once, in SQLite."""

from __future__ import annotations

from clinic.adapters.embedded.clinic_database import clinic_database
from clinic.adapters.embedded.database import Database
from clinic.settings import Settings


class EmbeddedAttempts:
    """Implements `Attempts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, key: str, state: str) -> str:
        """Note how far it is, unless that is noted already; return what is noted then."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO attempts VALUES (?, ?)", (key, state))
        return self.state(key)

    def state(self, key: str) -> str:
        """Return how far it is; empty where nothing is noted."""
        rows = self._database.rows("SELECT state FROM attempts WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else ""

    def advance(self, key: str, state: str) -> None:
        """Note how far it has come."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO attempts VALUES (?, ?)", (key, state))


def open_port(settings: Settings) -> EmbeddedAttempts:
    """Open the memory of attempts."""
    return EmbeddedAttempts(clinic_database(settings))
