"""Sheets as Google's own client finds it: ranges, raw values, the end of the grid."""

from collections.abc import Callable
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from rehearsal.google_workspace.grids import Area, name_of, read_area
from rehearsal.google_workspace.refusal import Refused

SHEET = "sheet-1"


@pytest.fixture
def sheets(client: Callable[..., Any]) -> Any:
    return client("sheets.v4").spreadsheets()


@pytest.fixture
def write(sheets: Any) -> Callable[..., Any]:
    def run(at: str, *rows: list[Any], option: str = "RAW") -> Any:
        ask = sheets.values().update
        values = {"values": [list(row) for row in rows]}
        return ask(spreadsheetId=SHEET, range=at, valueInputOption=option, body=values).execute()

    return run


@pytest.fixture
def read(sheets: Any) -> Callable[[str], Any]:
    def run(at: str) -> Any:
        return sheets.values().get(spreadsheetId=SHEET, range=at).execute().get("values", [])

    return run


def refused(request: Any) -> int:
    with pytest.raises(HttpError) as error:
        request.execute()
    return int(error.value.status_code)


def add_sheet(sheets: Any, title: str, **size: int) -> Any:
    properties = {"title": title, **({"gridProperties": size} if size else {})}
    body = {"requests": [{"addSheet": {"properties": properties}}]}
    return sheets.batchUpdate(spreadsheetId=SHEET, body=body)


def test_a_sheet_is_added_once(sheets: Any) -> None:
    add_sheet(sheets, "Patients").execute()
    found = sheets.get(spreadsheetId=SHEET, fields="sheets.properties").execute()["sheets"]
    assert [each["properties"]["title"] for each in found] == ["Sheet1", "Patients"]
    assert refused(add_sheet(sheets, "Patients")) == 400


def test_raw_values_stay_as_they_are_and_entered_ones_run(write: Any, read: Any) -> None:
    dangerous = '=HYPERLINK("http://example.com","Asha")'
    write("A1", ["+919812345678", dangerous])
    write("A2", ["+919812345678", dangerous], option="USER_ENTERED")
    assert read("A1:B2") == [["+919812345678", dangerous], ["9.19812e+11", "#RUN!"]]


def test_a_null_leaves_its_cell_alone(write: Any, read: Any) -> None:
    write("A1", ["a", "b", "c"])
    write("A1", ["x", None, ""])
    assert read("Sheet1!A:Z") == [["x", "b"]]


def test_empty_cells_and_rows_at_the_end_are_not_returned(write: Any, read: Any) -> None:
    write("A1", ["a", "", ""], ["", ""], ["b", ""], [""])
    assert read("Sheet1") == [["a"], [], ["b"]]
    assert read("C1:C9") == []


def test_an_append_makes_rows_and_an_update_does_not(sheets: Any, write: Any, read: Any) -> None:
    add_sheet(sheets, "Calls", rowCount=2, columnCount=3).execute()
    write("Calls!A1", ["call_id"], ["1"])
    with pytest.raises(HttpError, match="exceeds grid limits"):
        write("Calls!A3", ["2"])
    append = sheets.values().append
    body = {"values": [["2"], ["3"]]}
    answer = append(spreadsheetId=SHEET, range="Calls!A1", valueInputOption="RAW", body=body).execute()
    assert answer["updates"]["updatedRange"] == "Calls!A3:A4"
    assert read("Calls!A2:A") == [["1"], ["2"], ["3"]]
    assert refused(append(spreadsheetId=SHEET, range="Calls!A1", body=body)) == 400


def test_a_batch_is_written_whole_or_not_at_all(sheets: Any, read: Any) -> None:
    ask = sheets.values().batchUpdate
    fits, does_not = {"range": "A1", "values": [["a"]]}, {"range": "A1001", "values": [["b"]]}
    body = {"valueInputOption": "RAW", "data": [fits, does_not]}
    assert refused(ask(spreadsheetId=SHEET, body=body)) == 400
    assert read("A1:A9") == []
    ask(spreadsheetId=SHEET, body={**body, "data": [fits]}).execute()
    assert read("A1:A9") == [["a"]]


def test_rows_are_added_at_the_end_and_deleted_anywhere(sheets: Any, write: Any, read: Any) -> None:
    write("A1", ["a"], ["b"], ["c"])
    rows = {"sheetId": 0, "dimension": "ROWS"}
    second = {"deleteDimension": {"range": {**rows, "startIndex": 1, "endIndex": 2}}}
    more = {"appendDimension": {**rows, "length": 10}}
    sheets.batchUpdate(spreadsheetId=SHEET, body={"requests": [second, more]}).execute()
    assert read("A:A") == [["a"], ["c"]]
    write("A1009", ["the last"])


def test_what_is_not_there_is_refused(sheets: Any) -> None:
    assert refused(sheets.get(spreadsheetId="nothing")) == 404
    assert refused(sheets.values().get(spreadsheetId=SHEET, range="Nobody!A1")) == 400
    wrong: dict[str, Any] = {"requests": [{"addShet": {}}]}
    assert refused(sheets.batchUpdate(spreadsheetId=SHEET, body=wrong)) == 400


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("Patients!A2:C", Area("Patients", 1, 0, None, 3)),
        ("'A''s patients'!B3", Area("A's patients", 2, 1, 3, 2)),
        ("A1:B2", Area("", 0, 0, 2, 2)),
        ("Calls", Area("Calls")),
        ("'Q1'", Area("Q1")),
        ("AA10:AB", Area("", 9, 26, None, 28)),
    ],
)
def test_a1_notation_is_read(text: str, area: Area) -> None:
    assert read_area(text) == area


def test_a1_notation_is_written_and_nonsense_is_refused() -> None:
    assert name_of(Area("", 9, 26, 12, 28)) == "AA10:AB12"
    with pytest.raises(Refused):
        read_area("Patients!1A")
