"""The staff's sheets as CSV files, kept in SQLite so that a half-written file is never the truth."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import msgspec

from clinic.adapters.embedded.database import Database
from clinic.contracts.sheets import Sheet, as_csv, is_same, read_csv
from clinic.settings import Settings

_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    number INTEGER PRIMARY KEY, sheet TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,
    UNIQUE (sheet, key)
);
CREATE TABLE IF NOT EXISTS written (
    sheet TEXT PRIMARY KEY, header BLOB NOT NULL, digest TEXT NOT NULL
)
"""


class CsvRegister:
    """Implements `Register`. A file that staff have saved since counts for every row that is in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._database = Database(folder / "register.sqlite", _SCHEMA)

    def put(self, sheet: Sheet, row: Mapping[str, str]) -> None:
        """Write the cells that `row` names, and `<sheet>.csv` anew."""
        with self._database.transaction() as connection:
            header = self._take_in(connection, sheet)
            _merge(connection, sheet, row)
            self._write(connection, sheet, header)

    def rows(self, sheet: Sheet) -> list[dict[str, str]]:
        """Return all rows, top down."""
        with self._database.transaction() as connection:
            header = self._take_in(connection, sheet)
            return [{name: row.get(name, "") for name in header} for row in _rows(connection, sheet)]

    def find(self, sheet: Sheet, column: str, value: str) -> list[dict[str, str]]:
        """Return the rows with that value in a column."""
        return [row for row in self.rows(sheet) if is_same(row.get(column, ""), value)]

    def _take_in(self, connection: sqlite3.Connection, sheet: Sheet) -> tuple[str, ...]:
        """Take in what staff have typed into the file since it was written; return its first row."""
        file = self._file(sheet)
        data = file.read_bytes() if file.exists() else b""
        query = "SELECT header FROM written WHERE sheet = ? AND digest = ?"
        unchanged = connection.execute(query, (sheet.name, _digest(data))).fetchone()
        if unchanged:
            return sheet.header(msgspec.json.decode(unchanged[0], type=list[str]))
        found, rows = read_csv(data)
        header = sheet.header(found)
        for row in rows:
            _merge(connection, sheet, row)
        return header

    def _write(self, connection: sqlite3.Connection, sheet: Sheet, header: tuple[str, ...]) -> None:
        data = as_csv(header, _rows(connection, sheet))
        half = self._folder / f".{sheet.name}.part"
        half.write_bytes(data)
        os.replace(half, self._file(sheet))
        connection.execute(
            "INSERT OR REPLACE INTO written VALUES (?, ?, ?)",
            (sheet.name, msgspec.json.encode(header), _digest(data)),
        )

    def _file(self, sheet: Sheet) -> Path:
        return self._folder / f"{sheet.name}.csv"


def open_port(settings: Settings) -> CsvRegister:
    """Open the register, `register/` in the local data folder."""
    return CsvRegister(Path(settings.local_data) / "register")


def _rows(connection: sqlite3.Connection, sheet: Sheet) -> list[dict[str, str]]:
    bodies = connection.execute("SELECT body FROM rows WHERE sheet = ? ORDER BY number", (sheet.name,))
    return [msgspec.json.decode(body, type=dict[str, str]) for (body,) in bodies]


def _merge(connection: sqlite3.Connection, sheet: Sheet, row: Mapping[str, str]) -> None:
    key = msgspec.json.encode(sheet.key_of(row)).decode()
    query = "SELECT body FROM rows WHERE sheet = ? AND key = ?"
    found = connection.execute(query, (sheet.name, key)).fetchone()
    old = msgspec.json.decode(found[0], type=dict[str, str]) if found else {}
    connection.execute(
        "INSERT INTO rows (sheet, key, body) VALUES (?, ?, ?)"
        " ON CONFLICT (sheet, key) DO UPDATE SET body = excluded.body",
        (sheet.name, key, msgspec.json.encode({**old, **row})),
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
