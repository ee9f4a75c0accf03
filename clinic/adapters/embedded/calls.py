"""The call log in SQLite: records, the tickets of their media streams, and the turns of both sides."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import msgspec

from clinic.adapters.embedded.clinic_database import clinic_database
from clinic.adapters.embedded.database import Database
from clinic.contracts.call_record import CallNotes, CallRecord, Status, Turn
from clinic.contracts.notice import Notice
from clinic.ports import TooManyCalls
from clinic.settings import Settings

_RINGS_FOR = timedelta(seconds=60)
"""A record that was never picked up stops counting as a call after this."""


class EmbeddedCalls:
    """Implements `Calls`."""

    def __init__(self, database: Database, longest_call: timedelta) -> None:
        self._database = database
        self._longest_call = longest_call

    def ring(self, record: CallRecord, ticket: str, admit_until: datetime, most: int) -> CallRecord:
        """Begin a record and leave a ticket for its media stream."""
        with self._database.transaction() as connection:
            known = _find(connection, "session_id", record.session_id)
            if known is None and self._going_on(connection, record.timestamp) >= most:
                raise TooManyCalls
            if known is None:
                _insert(connection, record)
            kept = known or record
            if kept.status == "ringing":
                connection.execute(
                    "INSERT OR REPLACE INTO tickets VALUES (?, ?, ?, ?)",
                    (ticket, kept.call_id, kept.session_id, admit_until.astimezone(UTC).isoformat()),
                )
            return kept

    def admit(self, ticket: str, session_id: str, now: datetime) -> CallRecord | None:
        """Use a ticket up, and every other of that call."""
        with self._database.transaction() as connection:
            found = connection.execute(
                "SELECT call_id FROM tickets WHERE ticket = ? AND session_id = ? AND admit_until >= ?",
                (ticket, session_id, now.astimezone(UTC).isoformat()),
            ).fetchone()
            known = _find(connection, "call_id", found[0]) if found else None
            if known is None or known.status != "ringing":
                return None
            connection.execute("DELETE FROM tickets WHERE call_id = ?", found)
            return _update(connection, found[0], status="in_progress", connected_at=now)

    def get(self, call_id: str) -> CallRecord | None:
        """Return a record."""
        with self._database.transaction() as connection:
            return _find(connection, "call_id", call_id)

    def of_session(self, session_id: str) -> CallRecord | None:
        """Return the record of a CallSid or web visit."""
        with self._database.transaction() as connection:
            return _find(connection, "session_id", session_id)

    def note(self, notes: CallNotes) -> None:
        """Add what a function found out."""
        with self._database.transaction() as connection:
            write_notes(connection, notes)

    def end(self, call_id: str, status: Status, at: datetime) -> None:
        """Note how and when the conversation ended."""
        with self._database.transaction() as connection:
            record = _find(connection, "call_id", call_id)
            if record is not None and record.ended_at is None:
                lasted = (at - (record.connected_at or at)).total_seconds()
                _update(connection, call_id, status=status, ended_at=at, duration_seconds=round(lasted))

    def alive(self, call_id: str, at: datetime) -> None:
        """Note that the service still holds the call."""
        with self._database.transaction() as connection:
            _update(connection, call_id, alive_at=at)

    def abandoned(self, silent_since: datetime, ringing_since: datetime) -> list[CallRecord]:
        """Return the calls that nobody holds any more."""
        query = "SELECT body FROM calls WHERE status = ? AND since < ?"
        going_on = self._records(query, "in_progress", silent_since)
        silent = [call for call in going_on if (call.alive_at or silent_since) <= silent_since]
        return [*silent, *self._records(query, "ringing", ringing_since)]

    def unlogged(self, first: datetime, last: datetime) -> list[CallRecord]:
        """Return the calls that ended in [first, last) and whose record is not finished."""
        query = "SELECT body FROM calls WHERE status = ? AND since >= ?"
        since = first - self._longest_call
        ended = [call for status in ("completed", "failed") for call in self._records(query, status, since)]
        return [
            call for call in ended if not call.logged_at and call.ended_at and first <= call.ended_at < last
        ]

    def leave_notice(self, notice: Notice) -> None:
        """Leave news for the agent of a call."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO notices (id, call_id, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (notice.id, notice.call_id, msgspec.json.encode(notice)),
            )

    def notices(self, call_id: str) -> list[Notice]:
        """Return the news left for the agent of a call, the oldest first."""
        query = "SELECT body FROM notices WHERE call_id = ? ORDER BY number"
        return [msgspec.json.decode(row[0], type=Notice) for row in self._database.rows(query, (call_id,))]

    def add_turn(self, call_id: str, turn: Turn) -> None:
        """Append one side's words."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO turns VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (call_id, turn.number, msgspec.json.encode(turn)),
            )

    def turns(self, call_id: str, after: int = 0) -> list[Turn]:
        """Return the turns with a higher number, in order."""
        query = "SELECT body FROM turns WHERE call_id = ? AND number > ? ORDER BY number"
        return [
            msgspec.json.decode(row[0], type=Turn) for row in self._database.rows(query, (call_id, after))
        ]

    def _records(self, query: str, status: Status, moment: datetime) -> list[CallRecord]:
        rows = self._database.rows(query, (status, moment.astimezone(UTC).isoformat()))
        return [msgspec.json.decode(row[0], type=CallRecord) for row in rows]

    def _going_on(self, connection: sqlite3.Connection, now: datetime) -> int:
        count = "SELECT count(*) FROM calls WHERE status = ? AND since > ?"
        since = {"ringing": now - _RINGS_FOR, "in_progress": now - self._longest_call}
        return sum(
            connection.execute(count, (status, moment.astimezone(UTC).isoformat())).fetchone()[0]
            for status, moment in since.items()
        )


def write_notes(connection: sqlite3.Connection, notes: CallNotes) -> None:
    """Merge notes into a record inside a transaction; empty fields change nothing."""
    fields = {name: value for name, value in msgspec.structs.asdict(notes).items() if value}
    _update(connection, fields.pop("call_id"), **fields)


def open_port(settings: Settings) -> EmbeddedCalls:
    """Open the call log."""
    return EmbeddedCalls(clinic_database(settings), timedelta(seconds=settings.session_timeout + 60))


def _find(connection: sqlite3.Connection, column: str, value: str) -> CallRecord | None:
    row = connection.execute(f"SELECT body FROM calls WHERE {column} = ?", (value,)).fetchone()
    return msgspec.json.decode(row[0], type=CallRecord) if row else None


def _insert(connection: sqlite3.Connection, record: CallRecord) -> None:
    connection.execute(
        "INSERT INTO calls VALUES (?, ?, ?, ?, ?)",
        (record.call_id, record.session_id, record.status, _since(record), msgspec.json.encode(record)),
    )


def _update(connection: sqlite3.Connection, call_id: str, **fields: object) -> CallRecord | None:
    record = _find(connection, "call_id", call_id)
    if record is None:
        return None
    record = msgspec.structs.replace(record, **fields)
    connection.execute(
        "UPDATE calls SET status = ?, since = ?, body = ? WHERE call_id = ?",
        (record.status, _since(record), msgspec.json.encode(record), call_id),
    )
    return record


def _since(record: CallRecord) -> str:
    return (record.connected_at or record.timestamp).astimezone(UTC).isoformat()
