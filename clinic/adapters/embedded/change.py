"""Writes a change into the clinic's tables, inside the transaction of whoever commits it."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import msgspec

from clinic.adapters.embedded import calls, patients
from clinic.booking.appointment import Appointment, Waiting
from clinic.booking.change import Cell, Change
from clinic.ports import SlotTaken


def write_change(connection: sqlite3.Connection, change: Change) -> None:
    """Write all of a change; raises SlotTaken, which rolls the transaction back."""
    for cell_id, version in change.frees.items():
        _check_one(connection.execute("DELETE FROM cells WHERE id = ? AND body = ?", (cell_id, version)))
    for cell in change.takes:
        _take(connection, cell, change.over.get(cell.id))
    for appointment in filter(None, (change.appointment, *change.also)):
        _write_appointment(connection, appointment)
    for waiting in change.waiting:
        _write_waiting(connection, waiting)
    if change.patient:
        patients.write(connection, change.patient)
    if change.call_notes:
        calls.write_notes(connection, change.call_notes)


def sortable(instant: datetime) -> str:
    """Return an instant as text that sorts by time."""
    return instant.astimezone(UTC).isoformat()


def _take(connection: sqlite3.Connection, cell: Cell, over: str | None) -> None:
    if over is not None:
        replaced = "UPDATE cells SET holder = ?, body = ? WHERE id = ? AND body = ?"
        _check_one(connection.execute(replaced, (cell.holder, _json(cell), cell.id, over)))
        return
    row = (cell.id, cell.doctor_id, sortable(cell.starts_at), cell.holder, _json(cell))
    try:
        connection.execute("INSERT INTO cells VALUES (?, ?, ?, ?, ?)", row)
    except sqlite3.IntegrityError as error:
        raise SlotTaken(cell.id) from error


def _check_one(changed: sqlite3.Cursor) -> None:
    if changed.rowcount != 1:
        raise SlotTaken


def _write_appointment(connection: sqlite3.Connection, appointment: Appointment) -> None:
    starts_at = sortable(appointment.starts_at)
    connection.execute(
        "INSERT OR REPLACE INTO appointments VALUES (?, ?, ?, ?, ?)",
        (appointment.id, appointment.call_id, appointment.patient_id, starts_at, _json(appointment)),
    )


def _write_waiting(connection: sqlite3.Connection, waiting: Waiting) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?)",
        (waiting.id, waiting.status, sortable(waiting.since), _json(waiting)),
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
