"""One SQLite file, written by several threads and processes at once."""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WAIT_FOR_WRITER_SECONDS = 5.0
_SWITCH_AGAIN_SECONDS = 0.01


class Database:
    """A connection that threads share; each transaction is one thread's."""

    def __init__(self, file: Path, schema: str) -> None:
        """Open the file, making it and its tables if need be.

        Raises OSError or sqlite3.OperationalError where that can't be done.
        """
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            file, timeout=_WAIT_FOR_WRITER_SECONDS, isolation_level=None, check_same_thread=False
        )
        # Its users are opened by need and closed by nobody: the file closes with the last of them.
        weakref.finalize(self, self._connection.close)
        # WAL lets readers go on while one writes; FULL keeps what was accepted through a power cut.
        self._switch_to_wal()
        self._connection.execute("PRAGMA synchronous = FULL")
        with self.transaction() as connection:
            for statement in schema.split(";"):
                connection.execute(statement)

    def _switch_to_wal(self) -> None:
        for attempt in range(int(_WAIT_FOR_WRITER_SECONDS / _SWITCH_AGAIN_SECONDS), -1, -1):
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                # Two that open a new file at once: SQLite does not wait for the other's switch by itself.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not attempt:
                    raise
                time.sleep(_SWITCH_AGAIN_SECONDS)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing; the file's write lock is taken at once, so that reads inside are current."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk has ended the transaction already (sqlite.org/lang_transaction.html, 3.1).
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
