"""The staff's two sheets: their columns, what makes a row the same row, and their form as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

_FORMULA = re.compile(r"[=@\t\r\n＝＋－＠]|[+-](?![0-9]+\Z)")
"""How a cell begins that a spreadsheet would run (OWASP, CSV injection); a phone number does not."""

_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{7,}")


class SheetChanged(Exception):
    """A sheet's first row is not the one its software writes: nothing is written under the wrong heads."""


class Sheet(Struct, frozen=True):
    """One sheet. The order of the columns is that of the cells in a row."""

    title: str
    columns: tuple[str, ...]
    key: tuple[tuple[str, ...], ...]
    """The parts that make a row the same row: each the first of its columns that is not empty."""

    @property
    def name(self) -> str:
        """The sheet's name as a file's."""
        return self.title.lower()

    def key_of(self, row: Mapping[str, str]) -> tuple[str, ...]:
        """Return a row's key; case, spacing and how a number is written do not tell rows apart."""
        firsts = (next((row[name] for name in part if row.get(name, "").strip()), "") for part in self.key)
        return tuple(_plainly(cell) for cell in firsts)

    def header(self, found: Sequence[str]) -> tuple[str, ...]:
        """Return what the first row must be, given what it is; staff's own columns stay, right of ours.

        Raises SheetChanged where a column of ours was moved, renamed or taken away.
        """
        ours = self.columns
        for number, (mine, theirs) in enumerate(zip(ours, found, strict=False), 1):
            if mine != theirs:
                raise SheetChanged(f"{self.title}: column {number} is {theirs!r} and should be {mine!r}")
        return (*ours, *found[len(ours) :])


PATIENTS = Sheet(
    "Patients",
    (
        "phone",
        "name",
        "email",
        "preferred_doctor",
        "department",
        "language",
        "customer_type",
        "last_visit",
        "visit_count",
        "last_updated",
        # Staff's own: no function writes it.
        "notes",
        "email_status",
    ),
    # By phone; a family shares one, and who gave none is known by the address.
    (("phone", "email"), ("name",)),
)
CALLS = Sheet(
    "Calls",
    (
        "call_id",
        "session_id",
        "timestamp",
        "caller_phone",
        "customer_name",
        "customer_email",
        "language",
        "call_type",
        "status",
        "duration_seconds",
        "department_enquired",
        "doctor_enquired",
        "customer_type",
        "appointment_date",
        "appointment_time",
        "resolution",
        "notes",
    ),
    (("call_id",),),
)
SHEETS = (PATIENTS, CALLS)


def is_same(cell: str, value: str) -> bool:
    """Tell whether a cell holds a value, written as in a key."""
    return _plainly(cell) == _plainly(value)


def as_csv(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return rows as CSV (RFC 4180, UTF-8). What looks like a formula gets a `'`, so that nothing runs."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_plain(row.get(name, "")) for name in header] for row in rows)
    return text.getvalue().encode()


def read_csv(data: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """Return the first row, and the others by column as `as_csv` was given them. A short row is filled up."""
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    header, *rest = lines or [[]]
    return header, [
        {name: _unquoted(cell) for name, cell in zip(header, [*line, *[""] * len(header)], strict=False)}
        for line in rest
        if line
    ]


def _plainly(cell: str) -> str:
    # A clerk types a number with blanks, or a spreadsheet takes its plus away.
    if _PHONE.fullmatch(cell.strip()):
        return "+" + re.sub(r"[^0-9]", "", cell)
    return " ".join(cell.casefold().split())


def _plain(cell: str) -> str:
    return f"'{cell}" if _is_marked(cell) else cell


def _unquoted(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _is_marked(cell[1:]) else cell


def _is_marked(cell: str) -> bool:
    # A formula, or what would be taken for a quoted one.
    return _FORMULA.match(cell.lstrip("'")) is not None
