"""The staff's sheets as CSV files, kept in SQLite so that a half-written file is never the truth."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from clinic.adapters.embedded.database import Database
from clinic.settings import Settings

_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    number INTEGER PRIMARY KEY, sheet TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,
    UNIQUE (sheet, key)
)
"""
_FORMULA = re.compile(r"[=@\t\r\n＝＋－＠]|[+-](?![0-9]+\Z)")
"""How a cell begins that a spreadsheet would run (OWASP, CSV injection); a phone number does not."""


class CsvRegister:
    """Implements `Register`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._database = Database(folder / "register.sqlite", _SCHEMA)

    def put(self, sheet: str, key: str, row: Mapping[str, str]) -> None:
        """Insert the row or replace the one of that key, and write `<sheet>.csv` anew."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO rows (sheet, key, body) VALUES (?, ?, ?)"
                " ON CONFLICT (sheet, key) DO UPDATE SET body = excluded.body",
                (sheet, key, msgspec.json.encode(dict(row))),
            )
            bodies = connection.execute("SELECT body FROM rows WHERE sheet = ? ORDER BY number", (sheet,))
            self._write(sheet, [msgspec.json.decode(body, type=dict[str, str]) for (body,) in bodies])

    def _write(self, sheet: str, rows: list[dict[str, str]]) -> None:
        half = self._folder / f".{sheet}.part"
        with half.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[-1]), extrasaction="ignore")
            writer.writeheader()
            writer.writerows({name: _plain(value) for name, value in row.items()} for row in rows)
        os.replace(half, self._folder / f"{sheet}.csv")


def open_port(settings: Settings) -> CsvRegister:
    """Open the register, `register/` in the local data folder."""
    return CsvRegister(Path(settings.local_data) / "register")


def _plain(value: str) -> str:
    return f"'{value}" if _FORMULA.match(value) else value
