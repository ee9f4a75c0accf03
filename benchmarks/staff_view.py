"""Books, moves and cancels through a storm of faults, and compares what staff see with the book."""

from __future__ import annotations

import argparse
import importlib
import os
import random
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import islice, zip_longest
from typing import Any

import structlog
from msgspec import Struct

from benchmarks.staff_differences import Differences, call_of, email_of, name_of, phone_of
from clinic.booking.alternatives import MOST
from clinic.booking.holds import Seen
from clinic.booking.refusals import NotAvailable
from clinic.booking.request import alternatives_to, free_slot, read_request
from clinic.booking.schedule import Slot, slots_of_day
from clinic.contracts import tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.events import CallEnded
from clinic.contracts.function_table import load_function_table
from clinic.contracts.tool_call import ToolCall
from clinic.directory import Clinic, load_clinic
from clinic.settings import Settings, load_settings
from functions.dispatch import answer_tool_call, react
from functions.needs import Needs
from functions.staff_time import taken_as_known
from functions.told import tell
from rehearsal.google_workspace.workspace import Workspace
from rehearsal.rehearsed_workspace import rehearsed_workspace, settings_for

WATCHED = ("send_confirmation", "send_appointment_email", "sync_calendar", "update_register", "finish_call")
OPENED = ("appointments", "calendar", "mailer", "register", "ledger", "calls", "patients", "reacted")
MOST_DELIVERIES = 25
WORKERS = 8
_PLACES_APART = 4
EVENTS_A_DAY = 200
ASKED = 500


class Report(Struct, frozen=True):
    """What a storm came to."""

    standing: int
    """Appointments that stand in the book."""
    moved: int
    cancelled: int
    faults: dict[str, int]
    deliveries: int
    undelivered: int
    wrong: list[str]
    """Each difference between the book and what staff see; none is the aim."""
    seconds: float


def main() -> int:
    """Print the storm's figures and the price of an answer within the cache."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.staff_view", description=__doc__)
    parser.add_argument("--appointments", type=int, default=1000)
    parser.add_argument("--faults", type=float, default=0.2, help="probability, 0 to 1 (default 0.2)")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder:
        report = storm(folder, options.appointments, options.faults)
    sys.stdout.write(
        f"staff's view: {options.appointments} booked, {report.moved} moved, {report.cancelled} cancelled in"
        f" {report.seconds:.0f} s; {sum(report.faults.values())} faults {report.faults};"
        f" {report.deliveries} deliveries, {report.undelivered} given up\n"
        f"staff's view: {report.standing} stand; differences from the book: {len(report.wrong)}\n"
    )
    for line in report.wrong[:20]:
        sys.stdout.write(f"  {line}\n")
    with tempfile.TemporaryDirectory() as folder:
        blocked, whole = cached_answer(folder)
    sys.stdout.write(
        f"staff's view: on a day with {EVENTS_A_DAY} events, remembered, the calendar costs an answer"
        f" {blocked * 1000:.3f} ms of CPU; the whole answer with {MOST} alternatives"
        f" {whole * 1000:.3f} ms (medians of {ASKED})\n"
    )
    return 0


def storm(folder: str, appointments: int, probability: float, seed: int = 20) -> Report:
    """Book that many, move a third and cancel a third, while each request fails with a probability."""
    clinic, began = load_clinic(), time.perf_counter()
    with rehearsed_workspace(clinic).serve_in_thread() as server:
        settings = load_settings(
            {"MAIL": "gmail", "SHEETS": "google", "CALENDAR": "google", "LOCAL_DATA": folder}
            | settings_for(server)
        )
        world = _World(settings, clinic, server.workspace)
        server.workspace.faults.at_random(probability, seed)
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(world.live_through, range(appointments), _plans(appointments, seed)))
        server.workspace.faults.clear()
        wrong = world.differences(appointments)
        counts = Counter(plan for plan in _plans(appointments, seed))
        return Report(
            standing=appointments - counts["cancel"],
            moved=counts["move"],
            cancelled=counts["cancel"],
            faults=dict(server.workspace.faults.happened),
            deliveries=world.deliveries,
            undelivered=world.undelivered,
            wrong=wrong,
            seconds=time.perf_counter() - began,
        )


def _plans(appointments: int, seed: int) -> list[str]:
    return random.Random(seed).choices(("keep", "move", "cancel"), k=appointments)  # noqa: S311


class _Facts:
    """A bus that keeps each call's facts for whoever delivers them."""

    def __init__(self) -> None:
        self.of_thread = threading.local()

    def publish(self, topic: str, data: bytes, _: Mapping[str, str], __: str = "") -> None:
        """Keep a message."""
        self.of_thread.facts = [*getattr(self.of_thread, "facts", []), (topic, data)]

    def take(self) -> list[tuple[str, bytes]]:
        """Return what this thread has published since."""
        facts = getattr(self.of_thread, "facts", [])
        self.of_thread.facts = []
        return facts


class _World:
    def __init__(self, settings: Settings, clinic: Clinic, workspace: Workspace) -> None:
        self._facts = _Facts()
        self._needs = Needs(settings, {"bus": self._facts})
        for name in OPENED:
            self._needs.open(name)
        self._clinic, self._workspace, self._table = clinic, workspace, load_function_table()
        self._slots = _spread_slots(clinic)
        self._count = threading.Lock()
        self.deliveries = self.undelivered = 0

    def live_through(self, number: int, plan: str) -> None:
        """Book an appointment in a call of its own, and move or cancel it."""
        now = datetime.now(UTC)
        record = CallRecord(
            call_id=call_of(number), session_id=uuid.uuid4().hex, channel="phone", timestamp=now,
            caller_phone=phone_of(number),
        )  # fmt: skip
        self._needs.open("calls").ring(record, uuid.uuid4().hex, now + timedelta(minutes=1), 1_000_000)
        patient = {"patient_name": name_of(number), "email": email_of(number)}
        result = self._use(record, "book_appointment", {**patient, **self._at(2 * number)})
        appointment = {"appointment_id": result["appointment_id"]}
        if plan == "move":
            when = self._at(2 * number + 1)
            self._use(record, "reschedule_appointment", {**appointment, **when}, "department")
        elif plan == "cancel":
            self._use(record, "cancel_appointment", appointment)
        self._hang_up(record)

    def differences(self, appointments: int) -> list[str]:
        """Return how what staff see differs from the book."""
        return Differences(self._needs, self._clinic, self._workspace, appointments).all()

    def _use(self, record: CallRecord, tool: str, arguments: dict[str, str], without: str = "") -> Any:
        now = datetime.now(UTC)
        given = {name: value for name, value in arguments.items() if name != without}
        call: ToolCall[dict[str, str]] = ToolCall(
            id=f"{record.call_id}-{tool}", call_id=record.call_id, tool=tool, arguments=given,
            requested_at=now, expires_at=now + timedelta(seconds=600),
        )  # fmt: skip
        function = getattr(importlib.import_module(f"functions.tools.{tool}"), tool)
        answer_tool_call(self._table[tool], function, self._needs, tool_call.encode(call))
        self._settle()
        result = self._needs.open("ledger").answer(call.id)
        if not result["success"]:
            raise RuntimeError(f"{tool} was refused: {result['reason_code']}")
        return result

    def _hang_up(self, record: CallRecord) -> None:
        now = datetime.now(UTC)
        self._needs.open("calls").end(record.call_id, "completed", now)
        tell(self._facts, CallEnded(id=f"{record.call_id}.ended", call_id=record.call_id, occurred_at=now))
        self._settle()

    def _settle(self) -> None:
        """Deliver what this thread has told, and what follows from it."""
        while facts := self._facts.take():
            for topic, data in facts:
                for row in self._table.subscribers(topic):
                    if row.name in WATCHED:
                        self._deliver(row.name, topic, data)

    def _deliver(self, name: str, topic: str, data: bytes) -> None:
        """Deliver a fact as the bus does: again, until its reaction is done with it."""
        reaction = getattr(importlib.import_module(f"functions.reactions.{name}"), name)
        for _ in range(MOST_DELIVERIES):
            with self._count:
                self.deliveries += 1
            try:
                react(self._table[name], reaction, self._needs, DeadLetter(data, {}), topic)
            except Exception as fault:  # noqa: BLE001
                sys.stderr.write(f"{name} once more: {type(fault).__name__}\n")
            else:
                return
        self.undelivered += 1

    def _at(self, number: int) -> dict[str, str]:
        slot = self._slots[number]
        local = slot.starts_at.astimezone(self._clinic.zone)
        doctor = self._clinic.doctor(slot.doctor_id)
        return {
            "appointment_date": local.date().isoformat(),
            "appointment_time": f"{local:%I:%M %p}",
            "doctor_name": doctor.name,
            "department": self._clinic.department(doctor.departments[0]).name,
        }


def _spread_slots(clinic: Clinic) -> list[Slot]:
    first = datetime.now(clinic.zone).date() + timedelta(days=2)
    days = [first + timedelta(days=ahead) for ahead in range(clinic.booking_horizon_days - 4)]
    by_day = [list(slots_of_day(clinic, doctor, day)) for day in days for doctor in clinic.doctors]
    # An hour apart: what is moved to another doctor stays as long as it was.
    places = islice(zip_longest(*by_day), 0, None, _PLACES_APART)
    return [slot for same_place in places for slot in same_place if slot is not None]


def cached_answer(folder: str) -> tuple[float, float]:
    """Return the median CPU seconds of an answer on a day with 200 events, all remembered.

    First that of what the calendars add to it, then that of the whole answer with its alternatives.
    """
    clinic = load_clinic()
    with rehearsed_workspace(clinic).serve_in_thread() as server:
        settings = load_settings({"CALENDAR": "google", "LOCAL_DATA": folder} | settings_for(server))
        day = _full_day(clinic, server.workspace)
        needs = Needs(settings)
        calendar, appointments = needs.open("calendar"), needs.open("appointments")
        request = read_request(clinic, "Anil Mehta", "", day.isoformat(), "10:30 AM")
        window = (request.starts_at, request.starts_at + timedelta(minutes=30))

        def answer() -> list[Slot]:
            now = datetime.now(UTC)
            seen = Seen(taken_as_known(appointments, calendar), now, ())
            with suppress(NotAvailable):
                return [free_slot(clinic, request, now, seen.taken)]
            return alternatives_to(clinic, request, now, seen.taken)

        if len(answer()) != MOST or len(calendar.blocked(["mehta"], *window)) != 2:
            raise RuntimeError("the day is not as full as it should be")
        asked = sum(server.workspace.asked.values())
        blocked = [_cpu(lambda: calendar.blocked(["mehta"], *window)) for _ in range(ASKED)]
        whole = [_cpu(answer) for _ in range(ASKED)]
        if sum(server.workspace.asked.values()) != asked:
            raise RuntimeError("Calendar was asked again")
        return statistics.median(blocked), statistics.median(whole)


def _full_day(clinic: Clinic, workspace: Workspace) -> date:
    day = datetime.now(clinic.zone).date() + timedelta(days=3)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for number in range(EVENTS_A_DAY):
        start = midnight + timedelta(minutes=7 * number)
        end = start + timedelta(minutes=5)
        workspace.calendars.enter(clinic.doctor("mehta").calendar_id, f"event{number}", start, end)
    return day


def _cpu(work: Any) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


if __name__ == "__main__":
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    sys.exit(main())
