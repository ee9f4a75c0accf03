"""The doctors' calendars in SQLite: our events beside the staff's own, and what staff do by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from clinic.adapters.embedded.database import Database
from clinic.booking.change import TakenCell
from clinic.booking.mirror import CalendarEvent, Mirrored, Place, blocked_cells
from clinic.ports import Overtaken
from clinic.settings import Settings

_SCHEMA = """
CREATE TABLE IF NOT EXISTS ours (
    doctor_id TEXT NOT NULL, appointment_id TEXT NOT NULL, ends_at TEXT NOT NULL, version INTEGER NOT NULL,
    deleted INTEGER NOT NULL, place BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY (doctor_id, appointment_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS staffs (
    number INTEGER PRIMARY KEY, doctor_id TEXT NOT NULL, starts_at TEXT NOT NULL, ends_at TEXT NOT NULL,
    title TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS staffs_by_doctor ON staffs (doctor_id, starts_at)
"""
_NEXT = "(SELECT 1 + coalesce(max(version), 0) FROM ours)"


class EmbeddedCalendar:
    """Implements `Calendar`. Every doctor has one, and it can always be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, event: CalendarEvent, over: str = "") -> None:
        """Make an appointment's event be what `event` says."""
        place, ends_at = msgspec.json.encode(event.place), _sortable(event.place.ends_at)
        key = (event.place.doctor_id, event.appointment_id)
        with self._database.transaction() as connection:
            query = "SELECT version FROM ours WHERE doctor_id = ? AND appointment_id = ?"
            found = connection.execute(query, key).fetchone()
            if over and (found is None or str(found[0]) != over):
                raise Overtaken(event.appointment_id)
            connection.execute(
                f"INSERT OR REPLACE INTO ours VALUES (?, ?, ?, {_NEXT}, 0, ?, ?)",
                (*key, ends_at, place, msgspec.json.encode(event)),
            )

    def remove(self, doctor_id: str, appointment_id: str) -> None:
        """Make an appointment's event be gone from a doctor's calendar."""
        self._change(doctor_id, appointment_id, "deleted = 1")

    def mirrored(self, doctor_id: str, after: datetime) -> list[Mirrored]:
        """Return the events of ours that end after an instant, deleted ones too."""
        query = "SELECT place, body, version, deleted FROM ours WHERE doctor_id = ? AND ends_at > ?"
        rows = self._database.rows(f"{query} ORDER BY ends_at", (doctor_id, _sortable(after)))
        return [_mirrored(*row) for row in rows]

    def blocked(self, doctor_ids: Sequence[str], first: datetime, last: datetime) -> dict[str, TakenCell]:
        """Return the cells in [first, last) that are busy in the doctors' calendars."""
        found: dict[str, TakenCell] = {}
        for doctor_id in doctor_ids:
            found.update(self.blocked_now(doctor_id, first, last))
        return found

    def blocked_now(self, doctor_id: str, first: datetime, last: datetime) -> dict[str, TakenCell]:
        """Return the cells in [first, last) that staff's own events touch."""
        query = "SELECT starts_at, ends_at FROM staffs WHERE doctor_id = ? AND starts_at < ? AND ends_at > ?"
        rows = self._database.rows(query, (doctor_id, _sortable(last), _sortable(first)))
        spans = [(datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in rows]
        return blocked_cells(doctor_id, spans, first, last)

    def add_by_hand(self, place: Place, title: str) -> None:
        """Enter an event of the staff's own."""
        times = (_sortable(place.starts_at), _sortable(place.ends_at))
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO staffs (doctor_id, starts_at, ends_at, title) VALUES (?, ?, ?, ?)",
                (place.doctor_id, *times, title),
            )

    def move_by_hand(self, doctor_id: str, appointment_id: str, to: Place) -> None:
        """Move an event of ours as staff do; LookupError where it is not there."""
        with self._database.transaction() as connection:
            changed = connection.execute(
                f"UPDATE ours SET doctor_id = ?, ends_at = ?, place = ?, version = {_NEXT}"
                " WHERE doctor_id = ? AND appointment_id = ? AND NOT deleted",
                (to.doctor_id, _sortable(to.ends_at), msgspec.json.encode(to), doctor_id, appointment_id),
            )
            if changed.rowcount != 1:
                raise LookupError(appointment_id)

    def _change(self, doctor_id: str, appointment_id: str, what: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                f"UPDATE ours SET {what}, version = {_NEXT} WHERE doctor_id = ? AND appointment_id = ?",
                (doctor_id, appointment_id),
            )


def open_port(settings: Settings) -> EmbeddedCalendar:
    """Open the calendars, `calendar.sqlite` in the local data folder."""
    return EmbeddedCalendar(Database(Path(settings.local_data) / "calendar.sqlite", _SCHEMA))


def _mirrored(place: bytes, body: bytes, version: int, deleted: int) -> Mirrored:
    event = msgspec.json.decode(body, type=CalendarEvent)
    return Mirrored(
        appointment_id=event.appointment_id,
        place=msgspec.json.decode(place, type=Place),
        written=event.place,
        version=str(version),
        deleted=bool(deleted),
    )


def _sortable(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
