"""The staff's sheets in one Google spreadsheet: rows by key, text as text, many rows in one request.

Sheets takes 60 requests a minute and account (its page "Usage limits"). Whoever finds others writing
waits, and the next who writes takes all their rows along. The slower Sheets is, or makes us, the more
rows go in one request.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from googleapiclient.errors import HttpError
from msgspec import Struct

from clinic.adapters.cloud.credentials import SHEETS_SCOPES
from clinic.adapters.cloud.workspace import AnswerLost, WorkspaceApi
from clinic.contracts.sheets import Sheet, is_same
from clinic.ports import Unavailable
from clinic.settings import SettingError, Settings

FRESH_SECONDS = 3600.0
"""How long `find` answers from what was read."""
_ATTEMPT_SECONDS, _PATIENCE_SECONDS = 8.0, 12.0
_MOST_ROUNDS = 5
_ROWS_AT_ONCE = 500
_GATHER_SECONDS = 0.2
"""From one batch to the next: under load, rows gather meanwhile."""

Row = dict[str, str]


class _Waiting:
    """A row on its way, and what became of it."""

    def __init__(self, sheet: Sheet, row: Mapping[str, str]) -> None:
        self.sheet, self.row = sheet, dict(row)
        self.done = False
        self.fault: Exception | None = None


class _Table(Struct, frozen=True):
    """A sheet as it was read: its first row, and below it the cells of each row."""

    header: tuple[str, ...]
    lines: list[list[str]]
    is_new: bool

    def rows(self) -> list[Row]:
        """Return each row by column, all columns filled; blank rows too, so that places stay."""
        width = len(self.header)
        padded = ([*map(str, line), *[""] * width][:width] for line in self.lines)
        return [dict(zip(self.header, line, strict=True)) for line in padded]


class SheetsRegister:
    """Implements `Register`."""

    def __init__(self, api: WorkspaceApi, spreadsheet_id: str) -> None:
        self._api, self._id = api, spreadsheet_id
        self._queue: list[_Waiting] = []
        self._turn, self._somebody_writes = threading.Condition(), False
        self._read: dict[str, tuple[float, list[Row]]] = {}
        self._next_batch_at = 0.0

    def put(self, sheet: Sheet, row: Mapping[str, str]) -> None:
        """Write the cells that `row` names into the row of the same key, or into a new one."""
        mine = _Waiting(sheet, row)
        with self._turn:
            self._queue.append(mine)
        while self._is_my_turn(mine):
            try:
                self._write_queue()
            finally:
                self._end_turn()
        if mine.fault:
            raise mine.fault

    def rows(self, sheet: Sheet) -> list[Row]:
        """Return all rows as they are now, top down, by column."""
        table = self._table(sheet)
        found = [row for row in table.rows() if any(row.values())] if table else []
        self._read[sheet.title] = time.monotonic(), found
        return found

    def find(self, sheet: Sheet, column: str, value: str) -> list[Row]:
        """Return the rows with that value in a column, as they were within the last hour."""
        read_at, rows = self._read.get(sheet.title, (-FRESH_SECONDS, []))
        if time.monotonic() - read_at >= FRESH_SECONDS or sheet.title not in self._read:
            rows = self.rows(sheet)
        return [row for row in rows if is_same(row.get(column, ""), value)]

    def _is_my_turn(self, mine: _Waiting) -> bool:
        """Wait until a row is written, or nobody writes: then its thread does, for all who wait."""
        with self._turn:
            self._turn.wait_for(lambda: mine.done or not self._somebody_writes)
            if not mine.done:
                self._somebody_writes = True
            return not mine.done

    def _write_queue(self) -> None:
        time.sleep(max(0.0, self._next_batch_at - time.monotonic()))
        with self._turn:
            batch, self._queue = self._queue[:_ROWS_AT_ONCE], self._queue[_ROWS_AT_ONCE:]
        for sheet in {each.sheet.title: each.sheet for each in batch}.values():
            mine = [each for each in batch if each.sheet.title == sheet.title]
            fault = self._outcome(sheet, [each.row for each in mine])
            for each in mine:
                each.done, each.fault = True, fault
        self._next_batch_at = time.monotonic() + _GATHER_SECONDS

    def _end_turn(self) -> None:
        with self._turn:
            self._somebody_writes = False
            self._turn.notify_all()

    def _outcome(self, sheet: Sheet, rows: list[Row]) -> Exception | None:
        """Write rows; what is raised belongs to each who waits, in their own thread."""
        try:
            self._write(sheet, rows)
        except Exception as fault:  # noqa: BLE001
            return fault
        finally:
            self._read.pop(sheet.title, None)
        return None

    def _write(self, sheet: Sheet, rows: list[Row]) -> None:
        for _ in range(_MOST_ROUNDS):
            table = self._table(sheet) or self._make(sheet)
            try:
                self._write_into(sheet, table, rows)
            except AnswerLost:
                # Perhaps the new rows are there: what is read now tells.
                continue
            return
        raise Unavailable(f"{sheet.title} could not be written in {_MOST_ROUNDS} rounds")

    def _write_into(self, sheet: Sheet, table: _Table, rows: list[Row]) -> None:
        places = {sheet.key_of(row): at for at, row in reversed(list(enumerate(table.rows(), 2)))}
        merged: dict[tuple[str, ...], Row] = {}
        for row in rows:
            key = sheet.key_of(row)
            merged[key] = {**merged.get(key, {}), **row}
        old = {key: row for key, row in merged.items() if key in places}
        data = [_line(sheet, table, places[key], row) for key, row in old.items()]
        if table.is_new:
            data.append({"range": _range(sheet, "A1"), "values": [list(table.header)]})
        if data:
            body = {"valueInputOption": "RAW", "data": data}
            self._api.ask(lambda api: self._values(api).batchUpdate(spreadsheetId=self._id, body=body))
        new = [_cells(table.header, row, "") for key, row in merged.items() if key not in places]
        if new:
            self._append(sheet, new)

    def _append(self, sheet: Sheet, lines: list[list[Any]]) -> None:
        how = {"valueInputOption": "RAW", "insertDataOption": "INSERT_ROWS"}
        place = {"spreadsheetId": self._id, "range": _range(sheet, "A1")}
        self._api.ask(
            lambda api: self._values(api).append(**place, **how, body={"values": lines}), again=False
        )

    def _table(self, sheet: Sheet) -> _Table | None:
        """Read a sheet; None where the spreadsheet has none of its title."""
        try:
            answer = self._api.ask(
                lambda api: self._values(api).get(spreadsheetId=self._id, range=_range(sheet, "A1:ZZ"))
            )
        except HttpError as error:
            if error.status_code == 400 and "parse range" in str(error):
                return None
            raise
        header, *lines = answer.get("values", []) or [[]]
        return _Table(sheet.header(header), lines, is_new=len(header) < len(sheet.columns))

    def _make(self, sheet: Sheet) -> _Table:
        body = {"requests": [{"addSheet": {"properties": {"title": sheet.title}}}]}
        try:
            self._api.ask(lambda api: api.spreadsheets().batchUpdate(spreadsheetId=self._id, body=body))
        except HttpError as error:
            # Another has made it, or an attempt of ours whose answer was lost.
            if error.status_code != 400 or "already exists" not in str(error):
                raise
        return _Table(sheet.columns, [], is_new=True)

    def _values(self, api: Any) -> Any:
        return api.spreadsheets().values()


def open_port(settings: Settings) -> SheetsRegister:
    """Open the spreadsheet REGISTER_SPREADSHEET. Raises SettingError where none is named."""
    if not settings.register_spreadsheet:
        raise SettingError("REGISTER_SPREADSHEET: must be set when SHEETS=google")
    api = WorkspaceApi(settings, "sheets.v4", SHEETS_SCOPES, _ATTEMPT_SECONDS, _PATIENCE_SECONDS)
    return SheetsRegister(api, settings.register_spreadsheet)


def _line(sheet: Sheet, table: _Table, number: int, row: Row) -> dict[str, Any]:
    return {"range": _range(sheet, f"A{number}"), "values": [_cells(table.header, row, None)]}


def _cells(header: Sequence[str], row: Row, otherwise: str | None) -> list[str | None]:
    """Return a row's cells in the order of the columns; a null leaves a cell of the sheet as it is."""
    return [row.get(name, otherwise) for name in header]


def _range(sheet: Sheet, cells: str) -> str:
    title = sheet.title.replace("'", "''")
    return f"'{title}'!{cells}"
