"""Whom the clinic knows, in SQLite."""

from __future__ import annotations

import sqlite3

import msgspec

from clinic.adapters.embedded.clinic_database import clinic_database
from clinic.adapters.embedded.database import Database
from clinic.booking.appointment import Patient
from clinic.settings import Settings


class EmbeddedPatients:
    """Implements `Patients`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def with_phone(self, phone: str) -> list[Patient]:
        """Return the patients of a number, the latest first."""
        rows = self._database.rows(
            "SELECT body FROM patients WHERE phone = ? AND phone <> '' ORDER BY seen DESC", (phone,)
        )
        return [msgspec.json.decode(row[0], type=Patient) for row in rows]


def write(connection: sqlite3.Connection, patient: Patient) -> None:
    """Write a patient inside a transaction; an older entry of the same id gives way."""
    connection.execute(
        "INSERT INTO patients SELECT ?, ?, 1 + coalesce(max(seen), 0), ? FROM patients WHERE true"
        " ON CONFLICT (id) DO UPDATE SET phone = excluded.phone, seen = excluded.seen, body = excluded.body",
        (patient.id, patient.phone, msgspec.json.encode(patient)),
    )


def open_port(settings: Settings) -> EmbeddedPatients:
    """Open the patients."""
    return EmbeddedPatients(clinic_database(settings))
