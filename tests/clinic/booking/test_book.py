"""Booking, cancelling, moving: which cells are taken and freed, and what stands in the book then."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.booking.appointment import Appointment, Patient
from clinic.booking.book import book, cancel, reschedule
from clinic.booking.change import CELL, Cell, Change, TakenCell, cell_id
from clinic.booking.holds import Seen
from clinic.booking.refusals import NotAvailable
from clinic.booking.schedule import Slot, slot
from clinic.contracts.tool_call import ToolCall
from clinic.directory import Clinic, Doctor, load_clinic

AT_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
A_CLINIC = load_clinic()
NOW = datetime(2026, 12, 28, 6, tzinfo=UTC)
START = datetime(2027, 1, 1, 5, tzinfo=UTC)
ASHA = Patient(id="asha", name="Asha Rao", email="asha@example.com", phone="+919812345678")


def a_call(tool_call_id: str) -> ToolCall[object]:
    return ToolCall(
        id=tool_call_id,
        call_id="call-1",
        tool="book_appointment",
        arguments={},
        requested_at=NOW,
        expires_at=NOW,
        language="te",
    )


def a_book(cells: Iterable[Cell]) -> dict[str, TakenCell]:
    return {cell.id: TakenCell(cell, f"version of {cell.id}") for cell in cells}


def seen_for(wanted: Slot, entries: dict[str, TakenCell], holder: str = "call-1") -> Seen:
    """What a decision about a slot has read of a book."""
    seen = Seen(lambda *_: entries, NOW, [holder])
    seen.taken([wanted.doctor_id], wanted.starts_at, wanted.busy_until)
    return seen


def booked(
    clinic: Clinic, wanted: Slot, tool_call_id: str = "call-1-1", held: Iterable[Cell] = ()
) -> tuple[Appointment, Change]:
    """Book a slot for call-1, which holds these cells."""
    department = clinic.department(clinic.doctor(wanted.doctor_id).departments[0])
    entries = a_book(held)
    call = a_call(tool_call_id)
    return book(clinic, wanted, department, ASHA, call, seen_for(wanted, entries), entries)


def held_cells(doctor: str, *quarters: int) -> list[Cell]:
    until = NOW + timedelta(minutes=3)
    return [Cell(doctor, START + CELL * quarter, "held", "call-1", until) for quarter in quarters]


def test_an_appointment_says_who_sees_whom_when(small: Clinic) -> None:
    appointment, change = booked(small, slot(small.doctor("rao"), START))
    assert (appointment.patient_id, appointment.patient_name) == (ASHA.id, ASHA.name)
    assert (appointment.email, appointment.phone) == (ASHA.email, ASHA.phone)
    assert (appointment.doctor_id, appointment.department_id) == ("rao", "hearts")
    assert (appointment.starts_at, appointment.ends_at) == (START, START + timedelta(minutes=30))
    assert (appointment.status, appointment.language, appointment.call_id) == ("booked", "te", "call-1")
    assert (change.appointment, change.patient) == (appointment, ASHA)


def test_the_notes_of_the_call_say_who_was_booked_with_whom(small: Clinic) -> None:
    _, change = booked(small, slot(small.doctor("rao"), START))
    notes = change.call_notes
    assert notes is not None
    assert (notes.call_id, notes.customer_name, notes.customer_email) == ("call-1", "Asha Rao", ASHA.email)
    assert (notes.department_enquired, notes.doctor_enquired) == ("Hearts", "Dr. Kavita Rao")


@AT_ANY_PACE
@given(st.sampled_from(A_CLINIC.doctors), st.integers(0, 200), st.none() | st.integers(1, 240))
def test_the_cells_cover_exactly_the_appointment_and_its_buffer(
    doctor: Doctor, quarter: int, minutes: int | None
) -> None:
    wanted = slot(doctor, START + CELL * quarter, minutes)
    starts = [cell.starts_at for cell in booked(A_CLINIC, wanted)[1].takes]
    assert starts[0] == wanted.starts_at
    assert starts[-1] < wanted.busy_until <= starts[-1] + CELL
    assert starts == [starts[0] + CELL * number for number in range(len(starts))]


def test_every_cell_names_its_doctor_and_its_appointment(small: Clinic) -> None:
    appointment, change = booked(small, slot(small.doctor("rao"), START))
    named = {(cell.doctor_id, cell.holder, cell.state, cell.until) for cell in change.takes}
    assert named == {("rao", appointment.id, "booked", None)}
    assert (len(change.takes), change.over, change.frees) == (3, {}, {})


@pytest.mark.parametrize(("other", "same"), [("call-1-1", True), ("call-1-2", False)])
def test_the_appointments_id_is_the_tool_calls(small: Clinic, other: str, same: bool) -> None:
    wanted = slot(small.doctor("rao"), START)
    assert (booked(small, wanted)[0].id == booked(small, wanted, other)[0].id) is same


def test_what_was_held_for_the_caller_is_taken_over_or_given_back(small: Clinic) -> None:
    held = held_cells("rao", 0, 1, 2, 3, 4, 5)
    _, change = booked(small, slot(small.doctor("rao"), START), held=held)
    versions = {cell.id: f"version of {cell.id}" for cell in held}
    assert set(change.over) == {cell.id for cell in held[:3]} == {cell.id for cell in change.takes}
    assert set(change.frees) == {cell.id for cell in held[3:]}
    assert {**change.over, **change.frees} == versions


def test_cancelling_frees_the_appointments_own_cells_and_no_other(small: Clinic) -> None:
    appointment, change = booked(small, slot(small.doctor("rao"), START))
    entries = a_book([*change.takes, Cell("rao", START + CELL * 3, "booked", "another")])
    cancelled = cancel(appointment, entries, NOW)
    assert set(cancelled.frees) == {cell.id for cell in change.takes}
    assert cancelled.takes == ()
    assert cancelled.appointment == msgspec.structs.replace(appointment, status="cancelled", sequence=1)


def test_moving_takes_the_new_cells_and_frees_the_old_in_one_change(small: Clinic) -> None:
    appointment, change = booked(small, slot(small.doctor("rao"), START))
    entries = a_book(change.takes)
    later = slot(small.doctor("mehta"), START + timedelta(hours=1))
    moved, move = reschedule(appointment, later, seen_for(later, entries), entries, NOW)
    assert {cell.id for cell in move.takes} == {cell_id("mehta", start) for start in later.cells}
    assert set(move.frees) == {cell.id for cell in change.takes}
    assert (moved.id, moved.doctor_id, moved.starts_at) == (appointment.id, "mehta", later.starts_at)
    assert (moved.ends_at, move.appointment, move.over) == (later.ends_at, moved, {})


def test_moving_by_a_quarter_keeps_what_old_and_new_share(small: Clinic) -> None:
    appointment, change = booked(small, slot(small.doctor("rao"), START))
    entries = a_book(change.takes)
    later = slot(small.doctor("rao"), START + CELL)
    _, move = reschedule(appointment, later, seen_for(later, entries), entries, NOW)
    assert set(move.over) == {cell.id for cell in change.takes[1:]}
    assert set(move.frees) == {change.takes[0].id}
    assert not set(move.frees) & {cell.id for cell in move.takes}


@pytest.mark.parametrize(
    ("status", "now", "reason"),
    [
        ("cancelled", NOW, "already_cancelled"),
        ("booked", START, "in_the_past"),
        ("booked", START + timedelta(days=1), "in_the_past"),
    ],
)
def test_a_cancelled_or_past_appointment_is_neither_cancelled_nor_moved(
    small: Clinic, status: str, now: datetime, reason: str
) -> None:
    appointment, change = booked(small, slot(small.doctor("rao"), START))
    appointment = msgspec.structs.replace(appointment, status=status)
    entries, later = a_book(change.takes), slot(small.doctor("rao"), START + timedelta(hours=1))
    with pytest.raises(NotAvailable, match=reason):
        cancel(appointment, entries, now)
    with pytest.raises(NotAvailable, match=reason):
        reschedule(appointment, later, seen_for(later, entries), entries, now)


def test_an_appointment_whose_cells_are_gone_has_just_been_changed(small: Clinic) -> None:
    appointment, _ = booked(small, slot(small.doctor("rao"), START))
    with pytest.raises(NotAvailable, match="already_changed"):
        cancel(appointment, a_book([Cell("rao", START, "booked", "another")]), NOW)
