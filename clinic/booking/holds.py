"""Holding: a slot that was offered stays the caller's for a few minutes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from clinic.booking.change import Cell, Change, TakenCell
from clinic.booking.schedule import Slot

Read = Callable[[Sequence[str], datetime, datetime], Mapping[str, TakenCell]]
"""Reads the taken cells of some doctors between two instants, UTC, by id."""


class Seen:
    """The taken cells that one decision has read: what of them its caller may have, and their versions."""

    def __init__(self, read: Read, now: datetime, holders: Collection[str]) -> None:
        """`holders` are whose cells the caller may have: their holds, an appointment that is to be moved."""
        self._read, self._now, self._holders = read, now, holders
        self._cells: dict[str, TakenCell] = {}

    def taken(self, doctor_ids: Sequence[str], first: datetime, last: datetime) -> set[str]:
        """Return the ids of the cells in [first, last) that this caller can't have."""
        read = self._read(doctor_ids, first, last)
        self._cells.update(read)
        return {cell_id for cell_id, entry in read.items() if not self._is_open(entry.cell)}

    def over(self, cells: Iterable[Cell]) -> dict[str, str]:
        """Return the versions of those cells that would be taken over."""
        return {cell.id: self._cells[cell.id].version for cell in cells if cell.id in self._cells}

    def _is_open(self, cell: Cell) -> bool:
        expired = cell.state == "held" and cell.until is not None and cell.until <= self._now
        return expired or cell.holder in self._holders


def hold(
    slots: Iterable[Slot], holder: str, until: datetime, seen: Seen, held: Mapping[str, TakenCell]
) -> Change:
    """Return the change that holds these slots and gives back what the holder held before."""
    starts = {(slot.doctor_id, start) for slot in slots for start in slot.cells}
    cells = tuple(Cell(doctor_id, start, "held", holder, until) for doctor_id, start in sorted(starts))
    kept = {cell.id for cell in cells}
    return Change(takes=cells, over=seen.over(cells), frees=release(held, kept))


def release(held: Mapping[str, TakenCell], kept: Collection[str] = ()) -> dict[str, str]:
    """Return what to free of a holder's cells, but for the kept ones."""
    return {cell_id: entry.version for cell_id, entry in held.items() if cell_id not in kept}
