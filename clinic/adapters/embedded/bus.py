"""Pub/Sub on one machine: messages are bytes in SQLite, a row per subscription, until acknowledged."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from clinic.adapters.embedded.database import Database
from clinic.contracts.function_table import DEAD_LETTERS, FunctionTable, load_function_table
from clinic.contracts.subscriptions import Delivery, Subscription, subscriptions, topics
from clinic.settings import Settings

FIRST_BACKOFF_SECONDS = 0.2
_SETTLING_SECONDS = 5

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, topic TEXT NOT NULL, function TEXT NOT NULL,
    data BLOB NOT NULL, attributes BLOB NOT NULL, published_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at REAL NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS messages_due ON messages (state, due_at);
CREATE TABLE IF NOT EXISTS in_order (
    number INTEGER PRIMARY KEY, topic TEXT NOT NULL, function TEXT NOT NULL, ordering_key TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS in_order_by_key ON in_order (ordering_key, topic, function, number)
"""
_NOT_ITS_TURN = """
EXISTS (SELECT 1 FROM in_order AS mine JOIN in_order AS earlier USING (topic, function, ordering_key)
WHERE mine.number = messages.number AND earlier.number < mine.number)
"""
_COLUMNS = "number, id, topic, function, data, attributes, published_at, attempts, reason"


class Message(Struct, frozen=True):
    """A message on its way to one function."""

    number: int
    id: str
    topic: str
    function: str
    data: bytes
    attributes: dict[str, str]
    published_at: float
    """Seconds since 1970."""
    attempts: int
    reason: str
    """Why the last attempt failed."""


class EmbeddedBus:
    """Implements `Bus`, and what a deliverer needs of it."""

    def __init__(self, database: Database, table: FunctionTable) -> None:
        self._database = database
        self._table = table
        self._topics = frozenset(topics(table))
        self._subscriptions: dict[str, list[Subscription]] = {}
        self._deliveries: dict[str, Delivery] = {}
        for each in subscriptions(table):
            self._subscriptions.setdefault(each.topic, []).append(each)
            self._deliveries[each.function] = each.delivery

    def publish(self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = "") -> None:
        """Accept a message; it is on the disk when this returns."""
        if not data:
            raise ValueError("an empty message is refused by every push subscriber")
        if topic not in self._topics:
            raise LookupError(f"there is no topic {topic}")
        message_id, now, encoded = uuid.uuid4().hex, time.time(), msgspec.json.encode(dict(attributes))
        with self._database.transaction() as connection:
            for each in self._subscriptions.get(topic, ()):
                row = (message_id, topic, each.function, data, encoded, now, now)
                inserted = connection.execute(
                    "INSERT INTO messages (id, topic, function, data, attributes, published_at, due_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
                if ordering_key and each.delivery.ordered:
                    mine = (inserted.lastrowid, topic, each.function, ordering_key)
                    connection.execute("INSERT INTO in_order VALUES (?, ?, ?, ?)", mine)

    def recover(self) -> None:
        """Make what a killed deliverer had in its hands due at once, not only when its lease ends."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE messages SET due_at = min(due_at, ?)", (time.time(),))

    def take_due(self, most: int) -> list[Message]:
        """Lease messages whose time has come: they are due again should they never be settled."""
        due = f"FROM messages WHERE state = 'waiting' AND due_at <= ? AND NOT {_NOT_ITS_TURN}"
        if not self._database.rows(f"SELECT 1 {due} LIMIT 1", (time.time(),)):
            return []
        with self._database.transaction() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} {due} ORDER BY due_at LIMIT ?", (time.time(), most)
            ).fetchall()
            messages = [_message(row) for row in rows]
            connection.executemany(
                "UPDATE messages SET due_at = ?, attempts = attempts + 1 WHERE number = ?",
                [(time.time() + self._lease(message), message.number) for message in messages],
            )
        return [msgspec.structs.replace(message, attempts=message.attempts + 1) for message in messages]

    def acknowledge(self, message: Message) -> None:
        """Forget a message that was dealt with."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM messages WHERE number = ?", (message.number,))
            _let_the_next_come(connection, message)

    def fail(self, message: Message, reason: str) -> None:
        """Put a message back for later, or among the dead letters after the last attempt."""
        delivery = self._deliveries[message.function]
        if message.attempts >= delivery.most_attempts:
            self._bury(message, reason)
            return
        backoff = FIRST_BACKOFF_SECONDS * 2 ** (message.attempts - 1)
        due_at = time.time() + min(backoff, delivery.maximum_backoff_seconds)
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE messages SET due_at = ?, reason = ? WHERE number = ?",
                (due_at, reason, message.number),
            )

    def dead_letters(self) -> list[Message]:
        """Return what could not be delivered, the oldest first."""
        query = f"SELECT {_COLUMNS} FROM messages WHERE state = 'dead' ORDER BY number"
        return [_message(row) for row in self._database.rows(query)]

    def replay(self, number: int) -> bool:
        """Make a dead letter due again, with all its attempts; False if there is none of that number."""
        with self._database.transaction() as connection:
            changed = connection.execute(
                "UPDATE messages SET state = 'waiting', attempts = 0, due_at = ?"
                " WHERE number = ? AND state = 'dead'",
                (time.time(), number),
            )
            return changed.rowcount == 1

    def is_idle(self) -> bool:
        """Tell whether nothing waits and nothing is being delivered."""
        return not self._database.rows("SELECT 1 FROM messages WHERE state <> 'dead' LIMIT 1")

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _lease(self, message: Message) -> float:
        return self._table[message.function].deploy.timeout_seconds + _SETTLING_SECONDS

    def _bury(self, message: Message, reason: str) -> None:
        # Forwarded first: killed in between, it is forwarded twice rather than never.
        if message.topic != DEAD_LETTERS:
            # The names that Pub/Sub gives the attributes of a forwarded dead letter.
            source = {
                "CloudPubSubDeadLetterSourceSubscription": message.function,
                "CloudPubSubDeadLetterSourceDeliveryCount": str(message.attempts),
                "CloudPubSubDeadLetterSourceTopic": message.topic,
            }
            self.publish(DEAD_LETTERS, message.data, {**message.attributes, **source})
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE messages SET state = 'dead', reason = ? WHERE number = ?", (reason, message.number)
            )
            _let_the_next_come(connection, message)


def open_port(settings: Settings, table: FunctionTable | None = None) -> EmbeddedBus:
    """Open the bus, `bus.sqlite` in the local data folder, for the subscribers of a table: ours, if none."""
    database = Database(Path(settings.local_data) / "bus.sqlite", _SCHEMA)
    return EmbeddedBus(database, table or load_function_table())


def _let_the_next_come(connection: sqlite3.Connection, message: Message) -> None:
    connection.execute("DELETE FROM in_order WHERE number = ?", (message.number,))


def _message(row: tuple[Any, ...]) -> Message:
    fields = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Message(**{**fields, "attributes": msgspec.json.decode(fields["attributes"], type=dict[str, str])})
