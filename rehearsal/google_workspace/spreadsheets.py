"""Google Sheets: spreadsheets, their sheets and values, kept in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.google_workspace.discovery import Asked
from rehearsal.google_workspace.grids import Area, Grid, check_option, name_of, read_area
from rehearsal.google_workspace.refusal import Refused, invalid, not_found


class Spreadsheets:
    """The spreadsheets of one Workspace."""

    def __init__(self) -> None:
        self.sheets: dict[str, list[Grid]] = {}
        """By spreadsheet id."""

    def add(self, spreadsheet_id: str) -> None:
        """Make a new spreadsheet, with the one empty sheet that Google gives it."""
        self.sheets[spreadsheet_id] = [Grid("Sheet1", 0)]

    def routes(self) -> dict[str, Callable[[Asked], Any]]:
        """Return what answers each method that is played."""
        return {
            "sheets.spreadsheets.get": self._get,
            "sheets.spreadsheets.batchUpdate": self._change,
            "sheets.spreadsheets.values.get": self._read,
            "sheets.spreadsheets.values.batchGet": self._read_several,
            "sheets.spreadsheets.values.append": self._append,
            "sheets.spreadsheets.values.update": self._update,
            "sheets.spreadsheets.values.batchUpdate": self._update_several,
        }

    def _get(self, asked: Asked) -> dict[str, Any]:
        grids = self._grids(asked)
        return {
            "spreadsheetId": asked.path["spreadsheetId"],
            "sheets": [{"properties": _properties(each, at)} for at, each in enumerate(grids)],
        }

    def _change(self, asked: Asked) -> dict[str, Any]:
        grids = self._grids(asked)
        replies = [self._one_change(grids, each) for each in asked.body.get("requests", ())]
        return {"spreadsheetId": asked.path["spreadsheetId"], "replies": replies}

    def _one_change(self, grids: list[Grid], request: dict[str, Any]) -> dict[str, Any]:
        changes = {
            "addSheet": self._add_sheet,
            "deleteDimension": self._delete_dimension,
            "appendDimension": self._append_dimension,
        }
        ((name, body),) = request.items()
        if name not in changes:
            raise Refused(501, "notImplemented", f"the rehearsal does not play {name}")
        return changes[name](grids, body)

    def _add_sheet(self, grids: list[Grid], body: dict[str, Any]) -> dict[str, Any]:
        title = body["properties"]["title"]
        if any(each.title == title for each in grids):
            raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')
        grid = Grid(title, max(each.sheet_id for each in grids) + 1)
        size = body["properties"].get("gridProperties", {})
        grid.row_count, grid.column_count = size.get("rowCount", 1000), size.get("columnCount", 26)
        grids.append(grid)
        return {"addSheet": {"properties": _properties(grid, len(grids) - 1)}}

    def _delete_dimension(self, grids: list[Grid], body: dict[str, Any]) -> dict[str, Any]:
        place = body["range"]
        grid = _by_id(grids, place["sheetId"])
        if place["dimension"] != "ROWS":
            raise Refused(501, "notImplemented", "the rehearsal deletes rows only")
        del grid.rows[place["startIndex"] : place["endIndex"]]
        grid.row_count -= place["endIndex"] - place["startIndex"]
        return {}

    def _append_dimension(self, grids: list[Grid], body: dict[str, Any]) -> dict[str, Any]:
        grid = _by_id(grids, body["sheetId"])
        if body["dimension"] == "ROWS":
            grid.row_count += body["length"]
        else:
            grid.column_count += body["length"]
        return {}

    def _read(self, asked: Asked) -> dict[str, Any]:
        return self._values(asked, asked.path["range"])

    def _read_several(self, asked: Asked) -> dict[str, Any]:
        found = [self._values(asked, text) for text in asked.query.get("ranges", ())]
        return {"spreadsheetId": asked.path["spreadsheetId"], "valueRanges": found}

    def _values(self, asked: Asked, text: str) -> dict[str, Any]:
        grid, area = self._place(asked, text)
        values = grid.read(area)
        found = {"range": f"{_quoted(grid.title)}!{name_of(area)}", "majorDimension": "ROWS"}
        return {**found, "values": values} if values else found

    def _append(self, asked: Asked) -> dict[str, Any]:
        option = check_option(asked.query.get("valueInputOption"))
        grid, _ = self._place(asked, asked.path["range"])
        written = grid.append(asked.body.get("values", []), option)
        name = asked.path["spreadsheetId"]
        return {"spreadsheetId": name, "updates": _updates(name, written)}

    def _update(self, asked: Asked) -> dict[str, Any]:
        option = check_option(asked.query.get("valueInputOption"))
        grid, area = self._place(asked, asked.path["range"])
        written = grid.write(area, asked.body.get("values", []), option)
        return _updates(asked.path["spreadsheetId"], written)

    def _update_several(self, asked: Asked) -> dict[str, Any]:
        option = check_option(asked.body.get("valueInputOption"))
        places = [(*self._place(asked, each["range"]), each) for each in asked.body.get("data", ())]
        for grid, area, each in places:
            # All of it is written, or nothing.
            grid.check_fits(area, each.get("values", []))
        done = [grid.write(area, each.get("values", []), option) for grid, area, each in places]
        name = asked.path["spreadsheetId"]
        return {"spreadsheetId": name, "responses": [_updates(name, each) for each in done]}

    def _place(self, asked: Asked, text: str) -> tuple[Grid, Area]:
        grids, area = self._grids(asked), read_area(text)
        for grid in grids[:1] if not area.title else grids:
            if area.title in ("", grid.title):
                return grid, area
        raise invalid(f"Unable to parse range: {text}", "badRequest")

    def _grids(self, asked: Asked) -> list[Grid]:
        name = asked.path["spreadsheetId"]
        if name not in self.sheets:
            raise not_found("Requested entity was not found.")
        return self.sheets[name]


def _by_id(grids: list[Grid], sheet_id: int) -> Grid:
    for grid in grids:
        if grid.sheet_id == sheet_id:
            return grid
    raise invalid(f"No grid with id: {sheet_id}", "badRequest")


def _properties(grid: Grid, at: int) -> dict[str, Any]:
    size = {"rowCount": grid.row_count, "columnCount": grid.column_count}
    return {"sheetId": grid.sheet_id, "title": grid.title, "index": at, "gridProperties": size}


def _quoted(title: str) -> str:
    return title if title.isalnum() else "'" + title.replace("'", "''") + "'"


def _updates(spreadsheet_id: str, written: Area) -> dict[str, Any]:
    rows, columns = (written.last_row or 0) - written.row, (written.last_column or 0) - written.column
    place = {"spreadsheetId": spreadsheet_id, "updatedRange": f"{_quoted(written.title)}!{name_of(written)}"}
    return {**place, "updatedRows": rows, "updatedColumns": columns, "updatedCells": rows * columns}
