"""The contract of `Appointments`, where a change takes over or frees what it has read."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic.booking.change import CELL, Cell, Change, TakenCell
from clinic.ports import Appointments, SlotTaken

TEN = datetime(2027, 1, 1, 10, tzinfo=UTC)


def hold(minutes: int, holder: str = "call-1", until: timedelta = timedelta(minutes=3)) -> Cell:
    return Cell("mehta", TEN + timedelta(minutes=minutes), "held", holder, TEN - timedelta(days=1) + until)


def entries(appointments: Appointments) -> dict[str, TakenCell]:
    return dict(appointments.taken(["mehta"], TEN - timedelta(days=1), TEN + timedelta(days=1)))


def versions(appointments: Appointments) -> dict[str, str]:
    return {cell: entry.version for cell, entry in entries(appointments).items()}


def test_a_cell_is_read_as_it_was_written(appointments: Appointments) -> None:
    cells = (
        hold(0),
        Cell("mehta", TEN + CELL, "booked", "appointment1"),
        Cell("mehta", TEN + CELL * 2, "blocked"),
    )
    appointments.apply(Change(takes=cells))
    assert {cell: entry.cell for cell, entry in entries(appointments).items()} == {
        cell.id: cell for cell in cells
    }


def test_what_somebody_holds_is_found_by_the_holder(appointments: Appointments) -> None:
    appointments.apply(
        Change(takes=(hold(0), hold(15, "call-2"), Cell("mehta", TEN + CELL * 2, "booked", "call-1")))
    )
    assert {entry.cell for entry in appointments.held_by("call-1").values()} == {hold(0)}
    assert appointments.held_by("call-3") == {}


def test_a_held_cell_is_taken_over_in_the_version_that_was_read(appointments: Appointments) -> None:
    appointments.apply(Change(takes=(hold(0),)))
    booked = Cell("mehta", TEN, "booked", "appointment1")
    appointments.apply(Change(takes=(booked,), over=versions(appointments)))
    assert [entry.cell for entry in entries(appointments).values()] == [booked]
    assert appointments.held_by("call-1") == {}


@pytest.mark.parametrize("change", ["over", "frees", "takes"])
def test_a_cell_that_changed_since_it_was_read_is_neither_taken_nor_freed(
    appointments: Appointments, change: str
) -> None:
    appointments.apply(Change(takes=(hold(0), hold(15))))
    read, (first, second) = versions(appointments), (hold(0), hold(15))
    longer = hold(15, until=timedelta(minutes=9))
    appointments.apply(Change(takes=(longer,), over={second.id: read[second.id]}))
    late = {
        "over": Change(
            takes=(hold(30), second), over={second.id: read[second.id]}, frees={first.id: read[first.id]}
        ),
        "frees": Change(takes=(hold(30),), frees=read),
        "takes": Change(takes=(hold(30), second), frees={first.id: read[first.id]}),
    }
    with pytest.raises(SlotTaken):
        appointments.apply(late[change])
    assert {entry.cell for entry in entries(appointments).values()} == {first, longer}


def test_a_cell_that_was_freed_meanwhile_is_not_taken_over(appointments: Appointments) -> None:
    appointments.apply(Change(takes=(hold(0),)))
    read = versions(appointments)
    appointments.apply(Change(frees=read))
    for change in (Change(takes=(hold(0),), over=read), Change(frees=read)):
        with pytest.raises(SlotTaken):
            appointments.apply(change)
    assert entries(appointments) == {}


def test_freeing_and_taking_is_one_change(appointments: Appointments) -> None:
    appointments.apply(Change(takes=(hold(0), hold(15))))
    first = versions(appointments)[hold(0).id]
    appointments.apply(Change(takes=(hold(30),), frees={hold(0).id: first}))
    assert {entry.cell for entry in entries(appointments).values()} == {hold(15), hold(30)}
