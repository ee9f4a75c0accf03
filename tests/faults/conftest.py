"""A clinic on Google's emulators whose parts can be broken: functions in their processes, a service here."""

import asyncio
import os
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from google.api_core.exceptions import GoogleAPICallError

from clinic.adapters.cloud import appointments, calls, ledger
from clinic.booking.appointment import Appointment
from clinic.contracts import events, tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import FunctionTable, load_function_table
from clinic.contracts.subscriptions import Subscription, load_pubsub
from clinic.contracts.tool_call import LoggedToolCall, Result, ToolCall
from clinic.directory import load_clinic
from clinic.settings import Settings
from realtime_service.adapters.cloud import open_ports
from realtime_service.live.events import FunctionCalled
from realtime_service.tool_calls import ToolCalls
from rehearsal.emulated_cloud import EmulatedCloud
from rehearsal.emulators import Emulator, NoEmulator, emulators, environment

FRAGILE_DOOR = Path(__file__).parent / "fragile_door.py"
FUNCTIONS = ("book_appointment", "answer_dead_letter")
WATCHED = "watched"
"""Fetches the facts of bookings, as a reaction would get them."""
MACHINE_BUSY_SECONDS = 3.0
"""By so much our own clockwork may be late where others want the processor too."""


def free_friday() -> str:
    clinic = load_clinic()
    day = datetime.now(clinic.zone).date() + timedelta(days=7)
    while day.weekday() != 4 or clinic.closure(day, "mehta"):
        day += timedelta(days=1)
    return day.isoformat()


def wish(number: int = 0, name: str = "Asha Rao") -> dict[str, str]:
    """Return what a caller wants: each number another slot of Dr. Mehta's on one day."""
    at = datetime(2000, 1, 1, 10, tzinfo=UTC) + timedelta(minutes=30 * number)
    return {
        "patient_name": name,
        "email": "asha.rao@example.com",
        "appointment_date": free_friday(),
        "appointment_time": f"{at:%I:%M %p}",
        "doctor_name": "Dr. Anil Mehta",
        "department": "Cardiology",
    }


class Broken:
    """The clinic: what is asked of it, and what has come of that."""

    def __init__(self, cloud: EmulatedCloud) -> None:
        self.cloud = cloud
        self._facts: set[str] = set()
        self.settings = Settings(
            store="cloud", google_cloud_project=cloud.project, local_data=str(cloud.data)
        )
        self._records = calls.open_port(self.settings)
        self._ledger = ledger.open_port(self.settings)
        self._book = appointments.open_port(self.settings)

    def host(self, fault: str = "", functions: tuple[str, ...] = FUNCTIONS, seconds: str = "0") -> None:
        """Start functions, those that book as breakable as the fault says."""
        watched = Subscription(WATCHED, "appointment.booked", WATCHED, load_pubsub().deliveries["tool"], "")
        others = [name for name in functions if name != "book_appointment" or not fault]
        self.cloud.host(others)
        if fault:
            self.cloud.host(["book_appointment"], door=FRAGILE_DOOR, FAULT=fault, SECONDS=seconds)
        self.cloud.pubsub.subscribe(watched)

    def ring(self, number: int = 1) -> CallRecord:
        """Let a call come in."""
        now = datetime.now(UTC)
        record = CallRecord(
            call_id=f"call-{number}", session_id=f"CA{number:032d}", channel="phone", timestamp=now
        )
        return self._records.ring(record, f"ticket-{number}", now + timedelta(minutes=1), 99)

    def service(self, record: CallRecord, deadline: float = 8.0) -> ToolCalls:
        """Return what answers the model in that call: an instance of the service of its own."""
        rows = (msgspec.structs.replace(row, deadline_seconds=deadline) for row in load_function_table())
        return ToolCalls(record, FunctionTable(tuple(rows)), open_ports(self.settings))

    async def answered(
        self, service: ToolCalls, function_call: str = "fc-1", deadline: float = 8.0, **changes: str
    ) -> Result:
        """Ask for a booking as the model would, and assert that it hears words within the deadline."""
        called = FunctionCalled(function_call, "book_appointment", {**wish(), **changes})
        result = await asyncio.wait_for(service.answer(called), deadline + MACHINE_BUSY_SECONDS)
        assert result["message"]
        return result

    async def ask(self, deadline: float = 8.0, **changes: str) -> Result:
        """Let a call come in and ask for a booking in it."""
        record = await asyncio.to_thread(self.ring)
        return await self.answered(self.service(record, deadline), deadline=deadline, **changes)

    def wish(self, number: int) -> dict[str, str]:
        """Return what a caller wants."""
        return wish(number)

    def record(self, call_id: str) -> CallRecord:
        """Return a call's record."""
        record = self._records.get(call_id)
        assert record is not None
        return record

    def asked(self, call_id: str) -> list[LoggedToolCall]:
        """Return a call's tool calls."""
        return self._ledger.of_call(call_id)

    def booked_in(self, call_id: str) -> list[Appointment]:
        """Return what was booked in a call."""
        return self._book.of_call(call_id)

    def of_call(self, number: int = 1) -> LoggedToolCall:
        """Return the one tool call of a call."""
        (logged,) = self._ledger.of_call(f"call-{number}")
        return logged

    def booked(self, number: int = 1) -> list[Appointment]:
        """Return what was booked in a call."""
        return self._book.of_call(f"call-{number}")

    def cells(self) -> Counter[str]:
        """Return how many quarters of an hour each holder has."""
        now = datetime.now(UTC)
        taken = self._book.taken(["mehta"], now, now + timedelta(days=30))
        return Counter(entry.cell.holder for entry in taken.values())

    def facts(self) -> set[str]:
        """Fetch the facts of bookings, and return the ids of all so far."""
        self._facts |= {events.decode(each.data).id for each in self.cloud.pubsub.fetch(WATCHED)}
        return self._facts

    async def committing(self) -> None:
        """Wait until the function that is `slow` is about to commit."""
        log = self.cloud.functions["book_appointment"].log
        await self.until(lambda: "? committing" in log.read_text())

    async def until(self, is_so: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(seconds):
            while not await asyncio.to_thread(is_so):
                await asyncio.sleep(0.05)

    def message(self, number: int, name: str = "Asha Rao", slot: int | None = None) -> bytes:
        """Return a tool call as the bus carries it."""
        now = datetime.now(UTC)
        call: ToolCall[Any] = ToolCall(
            id=f"call-{number}-fc",
            call_id=f"call-{number}",
            tool="book_appointment",
            arguments=wish(number if slot is None else slot, name),
            requested_at=now,
            expires_at=now + timedelta(seconds=60),
        )
        return tool_call.encode(call)


@pytest.fixture
def google() -> dict[str, str]:
    """The emulators that run for all tests."""
    names = ("FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST")
    if any(name not in os.environ for name in names):
        pytest.skip("no emulators here: `make test-emulators` runs this on Google's")
    return {name: os.environ[name] for name in names}


def in_project(google: dict[str, str], tmp_path: Path) -> EmulatedCloud:
    project = f"fault-{uuid.uuid4().hex[:20]}"
    return EmulatedCloud(load_function_table(), google, project, tmp_path / "data")


@pytest.fixture
def clinic(google: dict[str, str], tmp_path: Path) -> Iterator[Broken]:
    with in_project(google, tmp_path) as cloud:
        yield Broken(cloud)


@pytest.fixture
def own_emulators(google: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Emulator]]:
    """Emulators of the test's own, to be stopped."""
    try:
        with emulators() as running:
            for name, address in environment(running).items():
                monkeypatch.setenv(name, address)
            yield running
    except NoEmulator as reason:
        pytest.skip(str(reason))


@pytest.fixture
def own_clinic(own_emulators: dict[str, Emulator], tmp_path: Path) -> Iterator[Broken]:
    with in_project(environment(own_emulators), tmp_path) as cloud:
        clinic = Broken(cloud)
        # A fresh emulator's first answer may take longer than anybody here waits.
        while True:
            try:
                clinic.booked()
                break
            except GoogleAPICallError:
                continue
        yield clinic
