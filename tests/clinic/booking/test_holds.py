"""Holding an offered slot: who may have it meanwhile, and when it is free again."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic.booking.change import CELL, Cell, TakenCell, cell_id
from clinic.booking.holds import Seen, hold, release
from clinic.booking.schedule import slot
from clinic.directory import Clinic

NOW = datetime(2026, 12, 28, 6, tzinfo=UTC)
START = datetime(2027, 1, 1, 5, tzinfo=UTC)
SOON = NOW + timedelta(minutes=3)


def a_book(*cells: Cell) -> dict[str, TakenCell]:
    return {cell.id: TakenCell(cell, f"version of {cell.id}") for cell in cells}


def seen_by(holder: str, book: dict[str, TakenCell]) -> Seen:
    return Seen(lambda *_: book, NOW, [holder])


@pytest.mark.parametrize(
    ("cell", "is_taken"),
    [
        (Cell("rao", START, "booked", "appointment1"), True),
        (Cell("rao", START, "blocked"), True),
        (Cell("rao", START, "held", "call-2", SOON), True),
        (Cell("rao", START, "held", "call-1", SOON), False),
        (Cell("rao", START, "held", "call-2", NOW), False),
        (Cell("rao", START, "held", "call-2", NOW + timedelta(microseconds=1)), True),
        (Cell("rao", START, "booked", "call-1"), False),
    ],
)
def test_a_cell_is_taken_unless_it_is_ones_own_or_its_hold_is_over(cell: Cell, is_taken: bool) -> None:
    taken = seen_by("call-1", a_book(cell)).taken(["rao"], START, START + CELL)
    assert taken == ({cell.id} if is_taken else set())


def test_what_is_taken_over_is_named_by_the_version_that_was_read() -> None:
    own, free = Cell("rao", START, "held", "call-1", SOON), Cell("rao", START + CELL, "held", "call-1", SOON)
    seen = seen_by("call-1", a_book(own))
    assert seen.over([own, free]) == {}
    seen.taken(["rao"], START, START + CELL)
    assert seen.over([own, free]) == {own.id: f"version of {own.id}"}


def test_slots_that_are_offered_are_held_whole_and_for_a_while(small: Clinic) -> None:
    slots = [slot(small.doctor("rao"), START), slot(small.doctor("mehta"), START)]
    change = hold(slots, "call-1", SOON, seen_by("call-1", {}), {})
    expected = {cell_id(each.doctor_id, start) for each in slots for start in each.cells}
    assert {cell.id for cell in change.takes} == expected
    assert {(cell.state, cell.holder, cell.until) for cell in change.takes} == {("held", "call-1", SOON)}


def test_slots_that_overlap_are_held_without_taking_a_cell_twice(small: Clinic) -> None:
    slots = [slot(small.doctor("rao"), START), slot(small.doctor("rao"), START + CELL)]
    ids = [cell.id for cell in hold(slots, "call-1", SOON, seen_by("call-1", {}), {}).takes]
    assert len(ids) == len(set(ids)) == 4


def test_another_offer_gives_back_what_was_held_before_and_keeps_what_is_offered_again(small: Clinic) -> None:
    before = [Cell("rao", START + CELL * number, "held", "call-1", NOW) for number in (0, 1, 2, 3)]
    book = a_book(*before)
    wanted = slot(small.doctor("rao"), START + CELL)
    seen = seen_by("call-1", book)
    seen.taken(["rao"], wanted.starts_at, wanted.busy_until)
    change = hold([wanted], "call-1", SOON, seen, book)
    assert set(change.frees) == {before[0].id}
    assert set(change.over) == {cell.id for cell in before[1:]} == {cell.id for cell in change.takes}


def test_releasing_frees_all_that_was_held_in_the_version_that_was_read() -> None:
    book = a_book(
        Cell("rao", START, "held", "call-1", SOON), Cell("rao", START + CELL, "held", "call-1", SOON)
    )
    assert release(book) == {cell: f"version of {cell}" for cell in book}
    assert release(book, kept=set(book)) == {}
