"""One SQLite file, written by several threads and processes at once."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WAIT_FOR_WRITER_SECONDS = 5.0


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
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        with self.transaction() as connection:
            for statement in schema.split(";"):
                connection.execute(statement)

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
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
