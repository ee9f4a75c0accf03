"""The embedded store for the service: SQLite in threads, so that no write holds up a caller's audio."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clinic.adapters.embedded import bus, calls, ledger, patients
from clinic.booking.appointment import Patient
from clinic.contracts.call_record import CallNotes, CallRecord, Status, Turn
from clinic.contracts.tool_call import Result, ToolCall
from clinic.ports import Bus, Calls, Ledger, Patients
from clinic.settings import Settings
from realtime_service.ports import Ports

_LOOK_EVERY_SECONDS = 0.01
"""An indexed read of one row takes about 20 µs, so a waiting call costs 0.2 % of a core."""


class EmbeddedCallLog:
    """Implements `CallLog`."""

    def __init__(self, calls: Calls, patients: Patients) -> None:
        self._calls, self._patients = calls, patients

    async def admit(self, ticket: str, session_id: str, now: datetime) -> CallRecord | None:
        """Use a ticket up."""
        return await asyncio.to_thread(self._calls.admit, ticket, session_id, now)

    async def patients_with_phone(self, phone: str) -> list[Patient]:
        """Return whom the clinic knows under a number."""
        return await asyncio.to_thread(self._patients.with_phone, phone)

    async def note(self, notes: CallNotes) -> None:
        """Add what was found out about the caller."""
        await asyncio.to_thread(self._calls.note, notes)

    async def add_turn(self, call_id: str, turn: Turn) -> None:
        """Append one side's words."""
        await asyncio.to_thread(self._calls.add_turn, call_id, turn)

    async def alive(self, call_id: str, at: datetime) -> None:
        """Note that this service still holds the call."""
        await asyncio.to_thread(self._calls.alive, call_id, at)

    async def end(self, call_id: str, status: Status, at: datetime) -> None:
        """Note how and when the conversation ended."""
        await asyncio.to_thread(self._calls.end, call_id, status, at)


class EmbeddedToolCallLedger:
    """Implements `ToolCallLedger`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def request(self, call: ToolCall[Any]) -> None:
        """Note that the model asked."""
        await asyncio.to_thread(self._ledger.request, call)

    async def answer(self, tool_call_id: str) -> Result:
        """Look for the answer until it is there."""
        while (result := self._ledger.answer(tool_call_id)) is None:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        return result

    async def delivered(self, tool_call_id: str, at: datetime) -> None:
        """Note that the model has been given the answer."""
        await asyncio.to_thread(self._ledger.delivered, tool_call_id, at)


class EmbeddedPublisher:
    """Implements `Publisher`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def publish(
        self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = ""
    ) -> None:
        """Put a message on the bus."""
        await asyncio.to_thread(self._bus.publish, topic, data, attributes, ordering_key)


def open_ports(settings: Settings) -> Ports:
    """Open the store under LOCAL_DATA."""
    return Ports(
        EmbeddedCallLog(calls.open_port(settings), patients.open_port(settings)),
        EmbeddedToolCallLedger(ledger.open_port(settings)),
        EmbeddedPublisher(bus.open_port(settings)),
    )
