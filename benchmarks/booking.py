"""Fifty callers race for one slot, and a year of a half full clinic is asked for a free one."""

from __future__ import annotations

import argparse
import importlib
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import Any

import msgspec
import structlog

from clinic.booking.change import Cell, Change, TakenCell
from clinic.booking.holds import Read, Seen
from clinic.booking.refusals import NotAvailable
from clinic.booking.request import alternatives_to, free_slot, read_request
from clinic.booking.schedule import slots_of_day
from clinic.contracts import tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import FunctionRow, load_function_table
from clinic.contracts.subscriptions import load_pubsub
from clinic.contracts.tool_call import Result, ToolCall
from clinic.directory import Clinic, load_clinic
from clinic.ports import Appointments
from clinic.settings import Settings
from functions.dispatch import answer_tool_call
from functions.needs import Needs
from functions.tools.book_appointment import book_appointment

CALLERS = 50
ROUNDS_A_CALL = 10
YEAR_DAYS = 365
ASKED = 200


def main() -> int:
    """Print the figures of every store that is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.booking", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000, help="races for a slot (default 1000)")
    parser.add_argument("--store", choices=("embedded", "cloud"), help="only this one")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    for empty in _stores():
        if options.store in (None, empty().store):
            _race(empty, options.rounds)
            _availability(empty())
    return 0


def _stores() -> Iterator[Callable[[], Settings]]:
    """Yield what makes an empty store: the emulator scans all it has for each query, and slows down by it."""
    with tempfile.TemporaryDirectory() as folder:
        yield lambda: Settings(local_data=f"{folder}/{uuid.uuid4().hex}")
    if os.environ.get("FIRESTORE_EMULATOR_HOST"):
        yield lambda: Settings(store="cloud", google_cloud_project=f"bench-{uuid.uuid4().hex[:8]}")
    else:
        sys.stdout.write("cloud: FIRESTORE_EMULATOR_HOST is not set, so Firestore was not measured\n")


class _NoBus:
    """Takes the facts of the races, which nobody reacts to: the book alone is measured."""

    def publish(self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = "") -> None:
        """Forget the message."""


def _race(empty: Callable[[], Settings], rounds: int) -> None:
    store = empty().store
    outcomes: Counter[str] = Counter()
    began = time.perf_counter()
    needs = Needs(empty())
    with ThreadPoolExecutor(CALLERS) as pool:
        for number, (day, moment, doctor) in enumerate(_slots(load_clinic(), rounds)):
            if number % ROUNDS_A_CALL == 0:
                needs = Needs(empty(), {"bus": _NoBus()})
                _ring(needs, number)
            book = _booker(needs, number, day, moment, doctor, outcomes)
            results = list(pool.map(book, range(CALLERS)))
            outcomes.update(map(_outcome, results))
            outcomes[f"{sum(result['success'] for result in results)} booked in a round"] += 1
            if number % 50 == 49:
                booked = outcomes["booked"]
                sys.stderr.write(f"\r{store}: {number + 1} of {rounds} rounds, {booked} booked")
    seconds = time.perf_counter() - began
    sys.stderr.write("\n")
    sys.stdout.write(f"{store}: {CALLERS} callers, {rounds} rounds, {seconds:.0f} s\n")
    for outcome, count in sorted(outcomes.items()):
        sys.stdout.write(f"{store}:   {outcome}: {count}\n")
    sys.stdout.flush()


def _ring(needs: Needs, number: int) -> None:
    """Let fifty callers ring: a call asks for a few things, not for a thousand."""
    now = datetime.now(UTC)
    for caller in range(CALLERS):
        record = CallRecord(
            call_id=_call_id(number, caller), session_id=uuid.uuid4().hex, channel="phone", timestamp=now
        )
        needs.open("calls").ring(record, uuid.uuid4().hex, now + timedelta(minutes=1), CALLERS)


def _call_id(number: int, caller: int) -> str:
    return f"race-{number // ROUNDS_A_CALL}-{caller}"


def _slots(clinic: Clinic, rounds: int) -> list[tuple[str, str, str]]:
    """Return days, times and doctors of slots nobody has, one for each round, spread over the horizon."""
    first = datetime.now(clinic.zone).date() + timedelta(days=1)
    days = [first + timedelta(days=ahead) for ahead in range(clinic.booking_horizon_days - 1)]
    by_day = [list(slots_of_day(clinic, doctor, day)) for day in days for doctor in clinic.doctors]
    spread = [slot for same_place in zip_longest(*by_day) for slot in same_place if slot is not None]
    local = [(slot, slot.starts_at.astimezone(clinic.zone)) for slot in spread[:rounds]]
    return [
        (at.date().isoformat(), f"{at:%I:%M %p}", clinic.doctor(slot.doctor_id).name) for slot, at in local
    ]


def _booker(
    needs: Needs, number: int, day: str, moment: str, doctor: str, outcomes: Counter[str]
) -> Callable[[int], Result]:
    row = load_function_table()["book_appointment"]

    def book(caller: int) -> Result:
        now = datetime.now(UTC)
        call: ToolCall[dict[str, str]] = ToolCall(
            id=f"race-{caller}-{number}",
            call_id=_call_id(number, caller),
            tool=row.name,
            arguments={
                "patient_name": f"Patient {caller} A",
                "email": f"patient{caller}@example.com",
                "appointment_date": day,
                "appointment_time": moment,
                "doctor_name": doctor,
                "department": "",
            },
            requested_at=now,
            expires_at=now + timedelta(seconds=600),
        )
        outcomes["delivered again"] += _deliver(needs, row, tool_call.encode(call))
        answered: Result | None = needs.open("ledger").answer(call.id)
        return answered or {"success": False, "lost": True}

    return book


def _deliver(needs: Needs, row: FunctionRow, data: bytes) -> int:
    """Deliver a tool call as the bus does, as often as it would; return how often it failed."""
    most = load_pubsub().deliveries[row.kind].most_attempts
    for failed in range(most):
        try:
            answer_tool_call(row, book_appointment, needs, data)
        except Exception as fault:  # noqa: BLE001
            sys.stderr.write(f"\n{type(fault).__name__}\n")
        else:
            return failed
    return most


def _outcome(result: Result) -> str:
    if result["success"]:
        return "booked"
    return "lost" if "lost" in result else f"refused with {len(result['alternatives'])} alternatives"


def _availability(settings: Settings) -> None:
    with _far_horizon() as clinic:
        appointments: Appointments = importlib.import_module(
            f"clinic.adapters.{settings.store}.appointments"
        ).open_port(settings)
        _fill_half_a_year(clinic, appointments)
        asked, bare = [], []
        for _ in range(ASKED):
            day, moment, doctor = _a_slot(clinic)
            cells: list[tuple[Sequence[str], datetime, datetime]] = []

            def read(
                doctor_ids: Sequence[str], first: datetime, last: datetime, cells: list[Any] = cells
            ) -> dict[str, TakenCell]:
                cells.append((doctor_ids, first, last))
                return appointments.taken(doctor_ids, first, last)

            asked.append(_timed(lambda: _ask(clinic, read, day, moment, doctor)))  # noqa: B023
            bare.append(_timed(lambda: _read(appointments, cells)))  # noqa: B023
    ratio = statistics.median(asked) / statistics.median(bare)
    sys.stdout.write(
        f"{settings.store}: availability with alternatives {statistics.median(asked) * 1000:.2f} ms,"
        f" the bare query {statistics.median(bare) * 1000:.2f} ms: {ratio:.2f} times\n"
    )


@contextmanager
def _far_horizon() -> Iterator[Clinic]:
    yield msgspec.structs.replace(load_clinic(), booking_horizon_days=YEAR_DAYS)


def _fill_half_a_year(clinic: Clinic, appointments: Appointments) -> None:
    chance = random.Random(7)  # noqa: S311
    first = datetime.now(clinic.zone).date() + timedelta(days=1)
    for ahead in range(YEAR_DAYS):
        day = first + timedelta(days=ahead)
        cells = [
            Cell(doctor.id, start, "booked", f"filled-{ahead}")
            for doctor in clinic.doctors
            for slot in slots_of_day(clinic, doctor, day)
            if chance.random() < 0.5
            for start in slot.cells
        ]
        for at in range(0, len(cells), 400):
            appointments.apply(Change(takes=tuple(cells[at : at + 400])))


_CHANCE = random.Random(11)  # noqa: S311


def _a_slot(clinic: Clinic) -> tuple[str, str, str]:
    doctor = _CHANCE.choice(clinic.doctors)
    day = datetime.now(clinic.zone).date() + timedelta(days=_CHANCE.randrange(2, YEAR_DAYS - 30))
    return day.isoformat(), _CHANCE.choice(["09:30 AM", "11:00 AM", "02:30 PM", "04:00 PM"]), doctor.name


def _ask(clinic: Clinic, read: Read, day: str, moment: str, doctor: str) -> None:
    now = datetime.now(UTC)
    seen = Seen(read, now, ())
    request = read_request(clinic, doctor, "", day, moment)
    with suppress(NotAvailable):
        free_slot(clinic, request, now, seen.taken)
    alternatives_to(clinic, request, now, seen.taken)


def _read(appointments: Appointments, cells: list[tuple[Sequence[str], datetime, datetime]]) -> None:
    """Read what the answer has read, in one bare query."""
    doctors = sorted({doctor_id for doctor_ids, _, _ in cells for doctor_id in doctor_ids})
    appointments.taken(doctors, min(first for _, first, _ in cells), max(last for _, _, last in cells))


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
