"""The appointment book in SQLite: a row per taken cell, so that two appointments can't share one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from clinic.adapters.embedded.clinic_database import clinic_database
from clinic.adapters.embedded.database import Database
from clinic.booking.appointment import Appointment
from clinic.booking.change import Change
from clinic.ports import SlotTaken
from clinic.settings import Settings


class EmbeddedAppointments:
    """Implements `Appointments`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def taken(self, doctor_ids: Sequence[str], first: datetime, last: datetime) -> set[str]:
        """Return the ids of the cells taken in [first, last)."""
        marks = ",".join("?" * len(doctor_ids))
        query = f"SELECT id FROM cells WHERE doctor_id IN ({marks}) AND starts_at >= ? AND starts_at < ?"
        return {
            row[0] for row in self._database.rows(query, (*doctor_ids, _sortable(first), _sortable(last)))
        }

    def get(self, appointment_id: str) -> Appointment | None:
        """Return an appointment."""
        rows = self._database.rows("SELECT body FROM appointments WHERE id = ?", (appointment_id,))
        return msgspec.json.decode(rows[0][0], type=Appointment) if rows else None

    def of_call(self, call_id: str) -> list[Appointment]:
        """Return the appointments made in a call."""
        rows = self._database.rows("SELECT body FROM appointments WHERE call_id = ? ORDER BY id", (call_id,))
        return [msgspec.json.decode(row[0], type=Appointment) for row in rows]


def write(connection: sqlite3.Connection, change: Change) -> None:
    """Write a change's cells and appointment inside a transaction; SlotTaken if a cell is there already."""
    rows = [
        (cell.id, cell.doctor_id, _sortable(cell.starts_at), msgspec.json.encode(cell))
        for cell in change.takes
    ]
    try:
        connection.executemany("INSERT INTO cells VALUES (?, ?, ?, ?)", rows)
    except sqlite3.IntegrityError as error:
        raise SlotTaken from error
    if change.appointment:
        appointment = change.appointment
        connection.execute(
            "INSERT INTO appointments VALUES (?, ?, ?)",
            (appointment.id, appointment.call_id, msgspec.json.encode(appointment)),
        )


def open_port(settings: Settings) -> EmbeddedAppointments:
    """Open the book."""
    return EmbeddedAppointments(clinic_database(settings))


def _sortable(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
