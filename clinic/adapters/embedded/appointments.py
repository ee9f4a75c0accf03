"""The appointment book in SQLite: a row per taken cell, so that two appointments can't share one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from clinic.adapters.embedded.clinic_database import clinic_database
from clinic.adapters.embedded.database import Database
from clinic.booking.appointment import Appointment, Waiting
from clinic.booking.change import Cell, Change, TakenCell
from clinic.ports import SlotTaken
from clinic.settings import Settings


class EmbeddedAppointments:
    """Implements `Appointments`. A cell's version is its content: what reads the same is the same."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def taken(self, doctor_ids: Sequence[str], first: datetime, last: datetime) -> dict[str, TakenCell]:
        """Return the cells taken in [first, last), by id."""
        marks = ",".join("?" * len(doctor_ids))
        query = (
            f"SELECT id, body FROM cells WHERE doctor_id IN ({marks}) AND starts_at >= ? AND starts_at < ?"
        )
        return _cells(self._database.rows(query, (*doctor_ids, _sortable(first), _sortable(last))))

    def held_by(self, holder: str) -> dict[str, TakenCell]:
        """Return the cells held for a call or a waiting patient, by id."""
        found = _cells(self._database.rows("SELECT id, body FROM cells WHERE holder = ?", (holder,)))
        return {cell_id: entry for cell_id, entry in found.items() if entry.cell.state == "held"}

    def get(self, appointment_id: str) -> Appointment | None:
        """Return an appointment."""
        rows = self._database.rows("SELECT body FROM appointments WHERE id = ?", (appointment_id,))
        return msgspec.json.decode(rows[0][0], type=Appointment) if rows else None

    def of_call(self, call_id: str) -> list[Appointment]:
        """Return the appointments made in a call."""
        rows = self._database.rows("SELECT body FROM appointments WHERE call_id = ? ORDER BY id", (call_id,))
        return [msgspec.json.decode(row[0], type=Appointment) for row in rows]

    def of_patients(self, patient_ids: Sequence[str], after: datetime) -> list[Appointment]:
        """Return the patients' appointments that stand and begin after an instant, in order."""
        marks = ",".join("?" * len(patient_ids))
        of_patients = f"SELECT body FROM appointments WHERE patient_id IN ({marks})"
        query = f"{of_patients} AND starts_at > ? ORDER BY starts_at"
        return _standing(self._database.rows(query, (*patient_ids, _sortable(after))))

    def coming(self, after: datetime) -> list[Appointment]:
        """Return all appointments that stand and begin after an instant, in order."""
        query = "SELECT body FROM appointments WHERE starts_at > ? ORDER BY starts_at, id"
        return _standing(self._database.rows(query, (_sortable(after),)))

    def waiting(self) -> list[Waiting]:
        """Return who waits for a slot or has been offered one, the longest waiting first."""
        query = "SELECT body FROM waiting WHERE status IN ('waiting', 'offered') ORDER BY since, id"
        return [msgspec.json.decode(row[0], type=Waiting) for row in self._database.rows(query)]

    def apply(self, change: Change) -> None:
        """Write a change that no tool call asked for."""
        with self._database.transaction() as connection:
            write(connection, change)


def write(connection: sqlite3.Connection, change: Change) -> None:
    """Write a change's part of the book inside a transaction, which SlotTaken rolls back."""
    for cell_id, version in change.frees.items():
        _check_one(connection.execute("DELETE FROM cells WHERE id = ? AND body = ?", (cell_id, version)))
    for cell in change.takes:
        _take(connection, cell, change.over.get(cell.id))
    if change.appointment:
        appointment = change.appointment
        connection.execute(
            "INSERT OR REPLACE INTO appointments VALUES (?, ?, ?, ?, ?)",
            (
                appointment.id,
                appointment.call_id,
                appointment.patient_id,
                _sortable(appointment.starts_at),
                _json(appointment),
            ),
        )
    for waiting in change.waiting:
        connection.execute(
            "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?)",
            (waiting.id, waiting.status, waiting.since.astimezone(UTC).isoformat(), _json(waiting)),
        )


def open_port(settings: Settings) -> EmbeddedAppointments:
    """Open the book."""
    return EmbeddedAppointments(clinic_database(settings))


def _take(connection: sqlite3.Connection, cell: Cell, over: str | None) -> None:
    if over is not None:
        replaced = "UPDATE cells SET holder = ?, body = ? WHERE id = ? AND body = ?"
        _check_one(connection.execute(replaced, (cell.holder, _json(cell), cell.id, over)))
        return
    row = (cell.id, cell.doctor_id, _sortable(cell.starts_at), cell.holder, _json(cell))
    try:
        connection.execute("INSERT INTO cells VALUES (?, ?, ?, ?, ?)", row)
    except sqlite3.IntegrityError as error:
        raise SlotTaken(cell.id) from error


def _check_one(changed: sqlite3.Cursor) -> None:
    if changed.rowcount != 1:
        raise SlotTaken


def _cells(rows: list[tuple[str, str]]) -> dict[str, TakenCell]:
    return {cell_id: TakenCell(msgspec.json.decode(body, type=Cell), body) for cell_id, body in rows}


def _standing(rows: list[tuple[str]]) -> list[Appointment]:
    found = [msgspec.json.decode(row[0], type=Appointment) for row in rows]
    return [appointment for appointment in found if appointment.status == "booked"]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _sortable(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
