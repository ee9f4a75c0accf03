"""Whatever callers do, in any order: no doctor has two appointments at once, and none is lost.

1,000 steps; with HYPOTHESIS_PROFILE=nightly, 10,000.
"""

import importlib
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from clinic.booking.change import cell_id, cells_between
from clinic.booking.holds import Seen
from clinic.contracts import tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.function_table import load_function_table
from clinic.contracts.tool_call import ToolCall
from clinic.settings import Settings
from functions.dispatch import answer_tool_call
from functions.needs import Needs

DOCTORS = ("mehta", "rao")
TABLE = load_function_table()
START = datetime(2030, 1, 4, 2, tzinfo=UTC)
DAY = "2030-01-04"
"""A Friday: half past seven at the clinic when it begins."""

times = st.sampled_from(["09:00 AM", "10:15 AM", "10:30 AM", "10:45 AM", "11:00 AM", "12:30 PM", "02:00 PM"])
doctors = st.sampled_from(["Anil Mehta", "Kavita Rao"])
callers = st.integers(0, 4)


class Clock(Needs):
    """The world of the functions, at a time that the test sets."""

    now = START

    def open(self, name: str) -> Any:
        return self.now if name == "now" else super().open(name)


class Book(RuleBasedStateMachine):
    """Five callers and one appointment book."""

    booked = Bundle("booked")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        self.needs = Clock(Settings(local_data=self.folder))
        self.delivered: list[ToolCall[dict[str, Any]]] = []
        self.standing: dict[str, int] = {}
        for caller in range(5):
            record = CallRecord(
                call_id=f"call-{caller}",
                session_id=f"CA{caller:032d}",
                channel="phone",
                timestamp=START,
                caller_phone=f"+91981234567{caller}",
            )
            self.needs.open("calls").ring(record, f"ticket-{caller}", START + timedelta(minutes=1), 99)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def use(self, caller: int, tool: str, **arguments: Any) -> dict[str, Any]:
        call = ToolCall(
            id=f"call-{caller}-{len(self.delivered)}",
            call_id=f"call-{caller}",
            tool=tool,
            arguments=arguments,
            requested_at=self.needs.now,
            expires_at=self.needs.now + timedelta(seconds=8),
        )
        self.delivered.append(call)
        return self.deliver(call)

    def deliver(self, call: ToolCall[dict[str, Any]]) -> dict[str, Any]:
        function = getattr(importlib.import_module(f"functions.tools.{call.tool}"), call.tool)
        answer_tool_call(TABLE[call.tool], function, self.needs, tool_call.encode(call))
        result: dict[str, Any] = self.needs.open("ledger").answer(call.id)
        return result

    @rule(caller=callers, doctor=doctors, moment=times)
    def ask(self, caller: int, doctor: str, moment: str) -> None:
        result = self.use(
            caller,
            "check_appointment_availability",
            appointment_date=DAY,
            appointment_time=moment,
            doctor_name=doctor,
        )
        assert result["message"]
        assert result["available"] or result["alternatives"]

    @rule(target=booked, caller=callers, doctor=doctors, moment=times)
    def book(self, caller: int, doctor: str, moment: str) -> Any:
        result = self.use(
            caller,
            "book_appointment",
            patient_name=f"Patient {'ABCDE'[caller]}",
            email=f"patient{caller}@example.com",
            appointment_date=DAY,
            appointment_time=moment,
            doctor_name=doctor,
            department="Cardiology",
        )
        if not result["success"]:
            assert result["alternatives"]
            return multiple()
        self.standing.setdefault(result["appointment_id"], caller)
        return result["appointment_id"]

    @rule(appointment=booked)
    def cancel(self, appointment: str) -> None:
        if appointment in self.standing:
            result = self.use(self.standing[appointment], "cancel_appointment", appointment_id=appointment)
            assert result["success"]
            del self.standing[appointment]

    @rule(appointment=booked, doctor=doctors, moment=times)
    def move(self, appointment: str, doctor: str, moment: str) -> None:
        if appointment in self.standing:
            self.use(
                self.standing[appointment],
                "reschedule_appointment",
                appointment_id=appointment,
                appointment_date=DAY,
                appointment_time=moment,
                doctor_name=doctor,
            )

    @rule(minutes=st.integers(1, 4))
    def wait(self, minutes: int) -> None:
        if self.needs.now < START + timedelta(minutes=20):
            self.needs.now += timedelta(minutes=minutes)

    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        if self.delivered:
            call = data.draw(st.sampled_from(self.delivered))
            before = self.needs.open("ledger").answer(call.id)
            assert self.deliver(call) == before

    @invariant()
    def every_appointment_has_its_cells_and_no_cell_has_two(self) -> None:
        appointments = self.needs.open("appointments")
        read: Callable[..., Any] = appointments.taken
        taken = read(DOCTORS, START, START + timedelta(days=1))
        owners = {key: entry.cell.holder for key, entry in taken.items() if entry.cell.state == "booked"}
        wanted: dict[str, str] = {}
        for appointment_id in self.standing:
            stands = appointments.get(appointment_id)
            assert stands.status == "booked"
            for start in cells_between(stands.starts_at, stands.ends_at):
                key = cell_id(stands.doctor_id, start)
                assert key not in wanted, "two appointments share a quarter of an hour"
                wanted[key] = appointment_id
        assert owners == wanted

    @invariant()
    def no_hold_outlives_its_time(self) -> None:
        appointments = self.needs.open("appointments")
        seen = Seen(appointments.taken, self.needs.now, ())
        unavailable = seen.taken(DOCTORS, START, START + timedelta(days=1))
        for key, entry in appointments.taken(DOCTORS, START, START + timedelta(days=1)).items():
            if entry.cell.state == "held":
                assert (key in unavailable) == (entry.cell.until > self.needs.now)


def test_no_order_of_events_books_a_doctor_twice() -> None:
    nightly = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
    steps = settings(max_examples=200 if nightly else 20, stateful_step_count=50, deadline=None)
    run_state_machine_as_test(Book, settings=steps)
