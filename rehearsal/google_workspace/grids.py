"""A1 notation, and the grid of cells behind it."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from rehearsal.google_workspace.refusal import Refused, invalid

_TITLE = re.compile(r"'((?:[^']|'')+)'|([^'!:]+)")
_CELLS = re.compile(r"([A-Z]*)(\d*)(?::([A-Z]*)(\d*))?")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


class Area(Struct, frozen=True):
    """A rectangle of a sheet, from 0; an end of None is open."""

    title: str
    row: int = 0
    column: int = 0
    last_row: int | None = None
    """Exclusive."""
    last_column: int | None = None


class Formula(Struct, frozen=True):
    """What a spreadsheet would run: USER_ENTERED text that begins with `=`."""

    text: str


class Grid(Struct):
    """One sheet of a spreadsheet."""

    title: str
    sheet_id: int
    rows: list[list[Any]] = []
    row_count: int = 1000
    column_count: int = 26

    def read(self, area: Area) -> list[list[Any]]:
        """Return the values of an area; empty cells and rows at its end are left out, as Google does."""
        rows = [
            _trimmed([_shown(each) for each in row[area.column : area.last_column]])
            for row in self.rows[area.row : area.last_row]
        ]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def write(self, area: Area, values: list[list[Any]], option: str) -> Area:
        """Write values from the area's corner on; None leaves a cell as it is. Returns what was written.

        Raises Refused, 400, beyond the grid.
        """
        width = self.check_fits(area, values)
        for number, row in enumerate(values, area.row):
            cells = self._row(number, area.column + len(row))
            for at, value in enumerate(row, area.column):
                if value is not None:
                    cells[at] = _entered(value, option)
        return Area(self.title, area.row, area.column, area.row + len(values), area.column + width)

    def check_fits(self, area: Area, values: list[list[Any]]) -> int:
        """Return the width of the values; unlike an append, an update makes no rows: Refused, 400."""
        width = max((len(row) for row in values), default=0)
        if area.row + len(values) > self.row_count or area.column + width > self.column_count:
            raise invalid(f"Range ('{self.title}'!{name_of(area)}) exceeds grid limits.")
        return width

    def append(self, values: list[list[Any]], option: str) -> Area:
        """Write values below the last row that holds something."""
        filled = max((number + 1 for number, row in enumerate(self.rows) if any(map(_shown, row))), default=0)
        self.row_count = max(self.row_count, filled + len(values))
        return self.write(Area(self.title, filled), values, option)

    def _row(self, number: int, width: int) -> list[Any]:
        while len(self.rows) <= number:
            self.rows.append([])
        row = self.rows[number]
        row.extend([""] * (width - len(row)))
        return row


def read_area(text: str) -> Area:
    """Read `Patients!A2:C`, `'A''s sheet'`, `A1:B2` (title empty: the first sheet). Raises Refused, 400."""
    sheet, bang, cells = text.rpartition("!")
    if not bang and not re.fullmatch(r"[A-Z]{1,3}\d*(:[A-Z]{0,3}\d*)?", cells):
        sheet, cells = cells, ""
    titled = _TITLE.fullmatch(sheet) if sheet else None
    found = _CELLS.fullmatch(cells)
    if (sheet and not titled) or not found:
        raise invalid(f"Unable to parse range: {text}")
    title = (titled[1] or titled[2]).replace("''", "'") if titled else ""
    column, row, last_column, last_row = found.groups()
    if ":" not in cells and cells:
        last_column, last_row = column, row
    return Area(
        title,
        int(row) - 1 if row else 0,
        _column(column) if column else 0,
        int(last_row) if last_row else None,
        _column(last_column) + 1 if last_column else None,
    )


def name_of(area: Area) -> str:
    """Return an area's cells in A1 notation, `A2:C3`."""
    first = f"{_letters(area.column)}{area.row + 1}"
    if area.last_row is None or area.last_column is None:
        return first
    return f"{first}:{_letters(max(area.last_column - 1, area.column))}{max(area.last_row, area.row + 1)}"


def check_option(option: str | None) -> str:
    """Return how values are entered; Google knows no default. Raises Refused, 400."""
    if option not in ("RAW", "USER_ENTERED"):
        raise Refused(400, "badRequest", "'valueInputOption' is required but not specified")
    return option


def _entered(value: Any, option: str) -> Any:
    if option == "USER_ENTERED" and isinstance(value, str):
        if value.startswith("="):
            return Formula(value)
        # A phone number loses its plus, as it does under a clerk's fingers.
        return float(value) if _NUMBER.fullmatch(value) else value
    return value


def _shown(value: Any) -> Any:
    if isinstance(value, Formula):
        return "#RUN!"
    return f"{value:g}" if isinstance(value, float) else value


def _trimmed(row: list[Any]) -> list[Any]:
    while row and row[-1] in ("", None):
        row.pop()
    return row


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
