"""The dead letters of the embedded bus, which keeps them itself, with what their functions raised."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from clinic.adapters.embedded import bus
from clinic.adapters.embedded.bus import EmbeddedBus
from clinic.adapters.embedded.database import Database
from clinic.contracts.dead_letter import DeadLetter, KeptLetter, letter_key
from clinic.settings import Settings

_SCHEMA = "CREATE TABLE IF NOT EXISTS faults (key TEXT PRIMARY KEY, fault TEXT NOT NULL) WITHOUT ROWID"


class EmbeddedDeadLetters:
    """Implements `DeadLetters`."""

    def __init__(self, database: Database, bus: EmbeddedBus) -> None:
        self._database, self._bus = database, bus

    def note_fault(self, function: str, data: bytes, fault: str) -> None:
        """Note what a function raised on a message."""
        with self._database.transaction() as connection:
            row = (letter_key(function, data), fault)
            connection.execute("INSERT OR REPLACE INTO faults VALUES (?, ?)", row)

    def keep(self, letter: DeadLetter, at: datetime) -> None:
        """Do nothing: the bus has kept it since its last attempt."""

    def all(self) -> list[KeptLetter]:
        """Return the list, the oldest first."""
        faults = dict(self._database.rows("SELECT key, fault FROM faults"))
        return [
            KeptLetter(
                id=str(letter.number),
                topic=letter.topic,
                function=letter.function,
                data=letter.data,
                published_at=datetime.fromtimestamp(letter.published_at, UTC),
                attempts=letter.attempts,
                reason=faults.get(letter_key(letter.function, letter.data), letter.reason),
            )
            for letter in self._bus.dead_letters()
        ]

    def replay(self, letter_id: str) -> bool:
        """Make one due again."""
        return letter_id.isdecimal() and self._bus.replay(int(letter_id))


def open_port(settings: Settings) -> EmbeddedDeadLetters:
    """Open the list, in the bus's own file."""
    file = Path(settings.local_data) / "bus.sqlite"
    return EmbeddedDeadLetters(Database(file, _SCHEMA), bus.open_port(settings))
