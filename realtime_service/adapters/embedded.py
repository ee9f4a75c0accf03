"""The embedded store for the service: SQLite, in threads; a waiting call looks for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from clinic.adapters.embedded import bus, calls, ledger, patients
from clinic.contracts.tool_call import Result
from clinic.ports import Bus, Ledger
from clinic.settings import Settings
from realtime_service.adapters.threads import CallLogInThreads, LedgerInThreads, Threads
from realtime_service.ports import Ports

_LOOK_EVERY_SECONDS = 0.01
"""An indexed read of one row takes about 20 µs, so a waiting call costs 0.2 % of a core."""


class EmbeddedToolCallLedger(LedgerInThreads):
    """Implements `ToolCallLedger`."""

    def __init__(self, threads: Threads, ledger: Ledger, answers: Ledger) -> None:
        """`answers` is read between the calls' audio, so it has a connection of its own.

        The other's lock is held while a thread writes, which waits for the disk and for other writers;
        who reads a WAL waits for nobody (sqlite.org/wal.html, section 2.2).
        """
        super().__init__(threads, ledger)
        self._answers = answers

    async def answer(self, tool_call_id: str) -> Result:
        """Look for the answer until it is there."""
        while (result := self._answers.answer(tool_call_id)) is None:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        return result


class EmbeddedPublisher:
    """Implements `Publisher`."""

    def __init__(self, threads: Threads, bus: Bus) -> None:
        self._threads, self._bus = threads, bus

    async def publish(
        self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = ""
    ) -> None:
        """Put a message on the bus."""
        await self._threads.run(self._bus.publish, topic, data, attributes, ordering_key)


def open_ports(settings: Settings) -> Ports:
    """Open the store under LOCAL_DATA."""
    threads = Threads()
    return Ports(
        CallLogInThreads(threads, calls.open_port(settings), patients.open_port(settings)),
        EmbeddedToolCallLedger(threads, ledger.open_port(settings), ledger.open_port(settings)),
        EmbeddedPublisher(threads, bus.open_port(settings)),
    )
