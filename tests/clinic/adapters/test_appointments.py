"""The contract of `Appointments`: the book, as the rules read it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from clinic.booking.appointment import Appointment, Patient, Waiting
from clinic.booking.change import CELL, Cell, Change, cell_id
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.ports import Appointments, Ledger

Make = Callable[..., ToolCall[dict[str, Any]]]
Take = Callable[..., None]

TEN = datetime(2027, 1, 1, 10, tzinfo=UTC)


def an_appointment(number: int, call_id: str = "call-1", name: str = "Asha Rao") -> Appointment:
    return Appointment(
        id=f"appointment{number}",
        call_id=call_id,
        patient_id="asha",
        patient_name=name,
        email="asha@example.com",
        phone="",
        doctor_id="mehta",
        department_id="hearts",
        starts_at=TEN,
        ends_at=TEN + CELL * 2,
        language="te",
    )


@pytest.fixture
def commit(ledger: Ledger, tool_call: Make) -> Callable[[Change], None]:
    """Commit a change, each time as the effect of another tool call."""
    numbers = iter(range(1, 1000))

    def change_book(change: Change) -> None:
        ledger.commit(tool_call(next(numbers)), "succeeded", succeeded("Done."), change)

    return change_book


@pytest.fixture
def take(commit: Callable[[Change], None]) -> Take:
    """Take cells of a doctor, given in minutes from ten o'clock."""

    def take_cells(*minutes: int, doctor: str = "mehta") -> None:
        commit(Change(takes=tuple(Cell(doctor, TEN + timedelta(minutes=each)) for each in minutes)))

    return take_cells


def test_an_empty_book_holds_nothing(appointments: Appointments) -> None:
    assert (
        set(appointments.taken(["mehta", "rao"], TEN - timedelta(days=99), TEN + timedelta(days=99))) == set()
    )
    assert appointments.get("appointment1") is None
    assert appointments.of_call("call-1") == []


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (timedelta(0), timedelta(minutes=45), [0, 15, 30]),
        (timedelta(0), timedelta(minutes=30), [0, 15]),
        (timedelta(0), timedelta(minutes=30, seconds=1), [0, 15, 30]),
        (timedelta(minutes=15), timedelta(minutes=30), [15]),
        (timedelta(minutes=15, microseconds=1), timedelta(minutes=30, microseconds=1), [30]),
        (timedelta(days=-40), timedelta(days=40), [0, 15, 30]),
        (timedelta(minutes=45), timedelta(days=40), []),
        (timedelta(days=-40), timedelta(0), []),
        (timedelta(0), timedelta(0), []),
    ],
)
def test_the_taken_cells_are_those_that_begin_within_the_time(
    appointments: Appointments, take: Take, first: timedelta, last: timedelta, found: list[int]
) -> None:
    take(0, 15, 30)
    expected = {cell_id("mehta", TEN + timedelta(minutes=each)) for each in found}
    assert set(appointments.taken(["mehta"], TEN + first, TEN + last)) == expected


def test_a_time_on_any_clock_finds_the_same_cells(appointments: Appointments, take: Take) -> None:
    take(0, 15)
    local = TEN.astimezone(ZoneInfo("Asia/Kolkata"))
    assert len(appointments.taken(["mehta"], local, local + CELL)) == 1


def test_only_the_doctors_asked_for_are_looked_at(appointments: Appointments, take: Take) -> None:
    take(0)
    take(0, 15, doctor="rao")
    take(0, doctor="mehta-2")
    window = TEN, TEN + timedelta(hours=1)
    assert set(appointments.taken(["mehta"], *window)) == {cell_id("mehta", TEN)}
    assert len(appointments.taken(["mehta", "rao"], *window)) == 3
    assert set(appointments.taken([], *window)) == set()
    assert set(appointments.taken(["me", "nobody"], *window)) == set()


def test_a_blocked_cell_is_as_taken_as_a_booked_one(
    appointments: Appointments, commit: Callable[[Change], None]
) -> None:
    commit(Change(takes=(Cell("mehta", TEN, "blocked"),)))
    assert set(appointments.taken(["mehta"], TEN, TEN + CELL)) == {cell_id("mehta", TEN)}


@pytest.mark.parametrize("name", ["Asha Rao", "ఆశా రావు 😀", "O'Neill; DROP TABLE appointments --", '"quoted"'])
def test_an_appointment_is_read_as_it_was_written(
    appointments: Appointments, commit: Callable[[Change], None], name: str
) -> None:
    appointment = an_appointment(1, name=name)
    commit(Change(appointment=appointment))
    assert appointments.get("appointment1") == appointment


def test_a_calls_appointments_are_its_own(
    appointments: Appointments, commit: Callable[[Change], None]
) -> None:
    for number, call_id in ((1, "call-1"), (2, "call-2"), (3, "call-1")):
        commit(Change(appointment=an_appointment(number, call_id)))
    assert [each.id for each in appointments.of_call("call-1")] == ["appointment1", "appointment3"]
    assert appointments.of_call("call-3") == []


def test_reading_thirty_doctors_at_once_is_possible(appointments: Appointments, take: Take) -> None:
    for number in range(30):
        take(0, doctor=f"doctor-{number}")
    doctors = [f"doctor-{number}" for number in range(31)]
    assert len(appointments.taken(doctors, TEN, TEN + CELL)) == 30


def test_an_appointment_is_written_over_its_older_self(appointments: Appointments) -> None:
    older = an_appointment(1)
    newer = msgspec.structs.replace(older, status="cancelled", starts_at=TEN + CELL)
    for appointment in (older, newer):
        appointments.apply(Change(appointment=appointment))
    assert appointments.get("appointment1") == newer
    assert appointments.of_call("call-1") == [newer]


def test_patients_appointments_are_those_that_stand_and_are_to_come_in_order(
    appointments: Appointments,
) -> None:
    for number, minutes, patient, status in (
        (1, 60, "asha", "booked"),
        (2, 30, "asha", "booked"),
        (3, 45, "ravi", "booked"),
        (4, 15, "asha", "cancelled"),
        (5, 0, "asha", "booked"),
        (6, 90, "meera", "booked"),
    ):
        changes = {"patient_id": patient, "status": status, "starts_at": TEN + timedelta(minutes=minutes)}
        appointments.apply(Change(appointment=msgspec.structs.replace(an_appointment(number), **changes)))
    found = appointments.of_patients(["asha", "ravi"], TEN)
    assert [each.id for each in found] == ["appointment2", "appointment3", "appointment1"]
    assert appointments.of_patients([], TEN) == []


def test_who_waits_longest_comes_first_and_who_is_served_waits_no_more(appointments: Appointments) -> None:
    def waiting(number: int, status: str) -> Waiting:
        asha = Patient(id="asha", name="Asha Rao", email="asha@example.com")
        since = TEN - timedelta(hours=number)
        fields = {
            "id": f"w{number}",
            "patient": asha,
            "department_id": "hearts",
            "doctor_id": "",
            "since": since,
        }
        return Waiting(**fields, first=TEN.date(), last=TEN.date(), status=status)  # type: ignore[arg-type]

    statuses = ("waiting", "offered", "passed", "booked", "waiting")
    appointments.apply(Change(waiting=tuple(waiting(*each) for each in enumerate(statuses))))
    assert [each.id for each in appointments.waiting()] == ["w4", "w1", "w0"]
    appointments.apply(Change(waiting=(waiting(4, "booked"),)))
    assert appointments.waiting() == [waiting(1, "offered"), waiting(0, "waiting")]


def test_what_comes_is_what_begins_after_one_instant_and_not_after_another(
    appointments: Appointments, commit: Callable[[Change], None]
) -> None:
    first = an_appointment(1)
    second = msgspec.structs.replace(an_appointment(2), starts_at=TEN + CELL, ends_at=TEN + CELL * 3)
    for each in (second, first):
        commit(Change(appointment=each))
    assert appointments.coming(TEN - CELL) == [first, second]
    assert appointments.coming(TEN - CELL, TEN) == [first]
    assert appointments.coming(TEN, TEN + CELL) == [second]
    assert appointments.coming(TEN, TEN) == []
