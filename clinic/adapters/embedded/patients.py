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
        return self._with("phone", phone)

    def with_email(self, email: str) -> list[Patient]:
        """Return the patients of an e-mail address, the latest first."""
        return self._with("email", email)

    def _with(self, column: str, value: str) -> list[Patient]:
        query = f"SELECT body FROM patients WHERE {column} = ? AND {column} <> '' ORDER BY seen DESC"
        return [msgspec.json.decode(row[0], type=Patient) for row in self._database.rows(query, (value,))]


def write(connection: sqlite3.Connection, patient: Patient) -> None:
    """Write a patient inside a transaction; an older entry of the same id gives way."""
    connection.execute(
        "INSERT OR REPLACE INTO patients SELECT ?, ?, ?, 1 + coalesce(max(seen), 0), ? FROM patients",
        (patient.id, patient.phone, patient.email, msgspec.json.encode(patient)),
    )


def open_port(settings: Settings) -> EmbeddedPatients:
    """Open the patients."""
    return EmbeddedPatients(clinic_database(settings))
