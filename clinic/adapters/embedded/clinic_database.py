"""The tables of the clinic's own file: book, patients, ledger, call log."""

from __future__ import annotations

from pathlib import Path

from clinic.adapters.embedded.database import Database
from clinic.settings import Settings

_SCHEMA = """
CREATE TABLE IF NOT EXISTS cells (
    id TEXT PRIMARY KEY, doctor_id TEXT NOT NULL, starts_at TEXT NOT NULL, holder TEXT NOT NULL,
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS cells_by_doctor ON cells (doctor_id, starts_at);
CREATE INDEX IF NOT EXISTS cells_by_holder ON cells (holder);
CREATE TABLE IF NOT EXISTS appointments (
    id TEXT PRIMARY KEY, call_id TEXT NOT NULL, patient_id TEXT NOT NULL, starts_at TEXT NOT NULL,
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS appointments_by_call ON appointments (call_id);
CREATE INDEX IF NOT EXISTS appointments_by_patient ON appointments (patient_id, starts_at);
CREATE TABLE IF NOT EXISTS waiting (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, since TEXT NOT NULL, body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS waiting_by_status ON waiting (status, since);
CREATE TABLE IF NOT EXISTS patients (
    id TEXT PRIMARY KEY, phone TEXT NOT NULL, email TEXT NOT NULL, seen INTEGER NOT NULL, body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS patients_by_phone ON patients (phone);
CREATE INDEX IF NOT EXISTS patients_by_email ON patients (email);
CREATE TABLE IF NOT EXISTS tool_calls (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, call_id TEXT NOT NULL, body BLOB NOT NULL,
    delivered_at TEXT
);
CREATE INDEX IF NOT EXISTS tool_calls_by_call ON tool_calls (call_id);
CREATE TABLE IF NOT EXISTS answers (
    tool_call_id TEXT PRIMARY KEY, outcome TEXT NOT NULL, answered_at TEXT NOT NULL, result BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meanings (
    meaning TEXT PRIMARY KEY, tool_call_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unpublished_facts (
    number INTEGER PRIMARY KEY, tool_call_id TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS unpublished_by_tool_call ON unpublished_facts (tool_call_id);
CREATE TABLE IF NOT EXISTS calls (
    call_id TEXT PRIMARY KEY, session_id TEXT NOT NULL UNIQUE, status TEXT NOT NULL, since TEXT NOT NULL,
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS calls_by_status ON calls (status, since);
CREATE TABLE IF NOT EXISTS tickets (
    ticket TEXT PRIMARY KEY, call_id TEXT NOT NULL, session_id TEXT NOT NULL, admit_until TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS turns (
    call_id TEXT NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (call_id, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notices (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, call_id TEXT NOT NULL, body BLOB NOT NULL,
    UNIQUE (call_id, id)
);
CREATE TABLE IF NOT EXISTS counts (
    key TEXT NOT NULL, minute INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (key, minute)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempts (
    key TEXT PRIMARY KEY, state TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS patient_calls (
    errand TEXT PRIMARY KEY, state TEXT NOT NULL, attempts INTEGER NOT NULL, since TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reacted (
    reaction TEXT NOT NULL, fact_id TEXT NOT NULL, PRIMARY KEY (reaction, fact_id)
) WITHOUT ROWID
"""


def clinic_database(settings: Settings) -> Database:
    """Open the clinic's file, `clinic.sqlite` in the local data folder."""
    return Database(Path(settings.local_data) / "clinic.sqlite", _SCHEMA)
