"""Cloud Scheduler on one machine: puts a message on each job's topic every so many minutes."""

from __future__ import annotations

import threading
import time

from clinic.contracts.function_table import FunctionRow, FunctionTable
from clinic.ports import Bus


class Scheduler:
    """Ticks in a thread of its own until closed."""

    def __init__(self, bus: Bus, table: FunctionTable, minute_seconds: float = 60.0) -> None:
        self._bus, self._minute = bus, minute_seconds
        self._jobs = [row for row in table if row.kind == "job"]
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler")

    def start(self) -> None:
        """Run every job once now: what fell due while nothing ran is done first."""
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        due = {row.name: time.monotonic() for row in self._jobs}
        while not self._closing.wait(self._minute / 60):
            for row in self._jobs:
                if due[row.name] <= time.monotonic():
                    due[row.name] += row.every_minutes * self._minute
                    self._publish(row)

    def _publish(self, row: FunctionRow) -> None:
        self._bus.publish(row.name, b"{}", {"job": row.name})
