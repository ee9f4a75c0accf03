"""The appointment book in SQLite: a row per taken cell, so that two appointments can't share one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from clinic.adapters.embedded.change import sortable, write_change
from clinic.adapters.embedded.clinic_database import clinic_database
from clinic.adapters.embedded.database import Database
from clinic.booking.appointment import Appointment, Waiting
from clinic.booking.change import Cell, Change, TakenCell
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
        return _cells(self._database.rows(query, (*doctor_ids, sortable(first), sortable(last))))

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
        return _standing(self._database.rows(query, (*patient_ids, sortable(after))))

    def coming(self, after: datetime, until: datetime | None = None) -> list[Appointment]:
        """Return all appointments that stand and begin after an instant, and not after another, in order."""
        last = sortable(until) if until else "~"
        query = "SELECT body FROM appointments WHERE starts_at > ? AND starts_at <= ? ORDER BY starts_at, id"
        return _standing(self._database.rows(query, (sortable(after), last)))

    def waiting(self) -> list[Waiting]:
        """Return who waits for a slot or has been offered one, the longest waiting first."""
        query = "SELECT body FROM waiting WHERE status IN ('waiting', 'offered') ORDER BY since, id"
        return [msgspec.json.decode(row[0], type=Waiting) for row in self._database.rows(query)]

    def apply(self, change: Change) -> None:
        """Write a change that no tool call asked for."""
        with self._database.transaction() as connection:
            write_change(connection, change)


def open_port(settings: Settings) -> EmbeddedAppointments:
    """Open the book."""
    return EmbeddedAppointments(clinic_database(settings))


def _cells(rows: list[tuple[str, str]]) -> dict[str, TakenCell]:
    return {cell_id: TakenCell(msgspec.json.decode(body, type=Cell), body) for cell_id, body in rows}


def _standing(rows: list[tuple[str]]) -> list[Appointment]:
    found = [msgspec.json.decode(row[0], type=Appointment) for row in rows]
    return [appointment for appointment in found if appointment.status == "booked"]
