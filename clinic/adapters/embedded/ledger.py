"""The ledger of tool calls in SQLite: answer, effect and facts are one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec

from clinic.adapters.embedded.change import write_change
from clinic.adapters.embedded.clinic_database import clinic_database
from clinic.adapters.embedded.database import Database
from clinic.booking.change import Change
from clinic.contracts import events
from clinic.contracts.tool_call import LoggedToolCall, Outcome, Result, ToolCall
from clinic.ports import AlreadyAnswered, AskedBefore
from clinic.settings import Settings

_NOTHING = Change()


class EmbeddedLedger:
    """Implements `Ledger`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def request(self, call: ToolCall[Any]) -> None:
        """Note that the model asked."""
        with self._database.transaction() as connection:
            _insert_request(connection, call)

    def answer(self, call_id: str) -> Result | None:
        """Return the answer of a tool call, once it has one."""
        rows = self._database.rows("SELECT result FROM answers WHERE tool_call_id = ?", (call_id,))
        return msgspec.json.decode(rows[0][0], type=Result) if rows else None

    def commit(
        self,
        call: ToolCall[Any],
        outcome: Outcome,
        result: Result,
        change: Change = _NOTHING,
        facts: Sequence[events.Fact] = (),
        meaning: str = "",
    ) -> None:
        """Write change, answer and facts, all or nothing."""
        with self._database.transaction() as connection:
            _insert_request(connection, call)
            answer = (call.id, outcome, datetime.now(UTC).isoformat(), msgspec.json.encode(result))
            with _raising(AlreadyAnswered):
                connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", answer)
            if meaning:
                with _raising(AskedBefore):
                    connection.execute("INSERT INTO meanings VALUES (?, ?)", (meaning, call.id))
            write_change(connection, change)
            connection.executemany(
                "INSERT INTO unpublished_facts (tool_call_id, body) VALUES (?, ?)",
                [(call.id, events.encode(fact)) for fact in facts],
            )

    def answer_to(self, meaning: str) -> Result | None:
        """Return the answer that was committed with this meaning."""
        rows = self._database.rows("SELECT tool_call_id FROM meanings WHERE meaning = ?", (meaning,))
        return self.answer(rows[0][0]) if rows else None

    def unpublished(self, tool_call_id: str) -> list[bytes]:
        """Return the facts that nobody has published yet."""
        query = "SELECT body FROM unpublished_facts WHERE tool_call_id = ? ORDER BY number"
        return [row[0] for row in self._database.rows(query, (tool_call_id,))]

    def published(self, tool_call_id: str) -> None:
        """Note that the facts of an answer are on the bus."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM unpublished_facts WHERE tool_call_id = ?", (tool_call_id,))

    def delivered(self, tool_call_id: str, at: datetime) -> None:
        """Note that the model has been given the answer."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE tool_calls SET delivered_at = ? WHERE id = ? AND delivered_at IS NULL",
                (at.isoformat(), tool_call_id),
            )

    def of_call(self, call_id: str) -> list[LoggedToolCall]:
        """Return a call's tool calls in the order they were asked."""
        rows = self._database.rows(
            "SELECT body, outcome, result, answered_at, delivered_at FROM tool_calls"
            " LEFT JOIN answers ON tool_call_id = id WHERE call_id = ? ORDER BY number",
            (call_id,),
        )
        return [_logged(*row) for row in rows]


def open_port(settings: Settings) -> EmbeddedLedger:
    """Open the ledger."""
    return EmbeddedLedger(clinic_database(settings))


@contextmanager
def _raising(refusal: type[Exception]) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise refusal from error


def _insert_request(connection: sqlite3.Connection, call: ToolCall[Any]) -> None:
    connection.execute(
        "INSERT INTO tool_calls (id, call_id, body) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (call.id, call.call_id, msgspec.json.encode(call)),
    )


def _logged(
    body: bytes,
    outcome: Outcome | None,
    result: bytes | None,
    answered_at: str | None,
    delivered_at: str | None,
) -> LoggedToolCall:
    call = msgspec.json.decode(body, type=ToolCall[dict[str, Any]])
    return LoggedToolCall(
        id=call.id,
        tool=call.tool,
        requested_at=call.requested_at,
        outcome=outcome,
        message=str(msgspec.json.decode(result).get("message", "")) if result else "",
        answered_at=datetime.fromisoformat(answered_at) if answered_at else None,
        delivered_at=datetime.fromisoformat(delivered_at) if delivered_at else None,
    )
