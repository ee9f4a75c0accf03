"""The staff's spreadsheet: made where it is missing, never run, never torn, few requests."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from clinic.contracts.sheets import CALLS, PATIENTS, SheetChanged
from clinic.settings import SettingError

ASHA = {"phone": "+919812345678", "name": "Asha Rao", "email": "asha@example.com"}


@pytest.fixture
def register(workspace_store: Any) -> Any:
    return workspace_store.open("register")


@pytest.fixture
def grid(workspace_store: Any) -> Any:
    """Return a sheet of the spreadsheet as staff have it before them."""

    def find(title: str) -> Any:
        grids = workspace_store.workspace.spreadsheets.sheets["staff"]
        return next(each for each in grids if each.title == title)

    return find


def test_the_sheets_are_made_with_their_first_row(register: Any, grid: Any) -> None:
    register.put(PATIENTS, ASHA)
    assert grid("Patients").rows[0] == list(PATIENTS.columns)
    assert grid("Patients").rows[1][:3] == list(ASHA.values())


def test_a_formula_is_text(register: Any, grid: Any) -> None:
    formula = '=HYPERLINK("http://example.com","Asha")'
    register.put(PATIENTS, {**ASHA, "notes": formula})
    assert grid("Patients").rows[1][PATIENTS.columns.index("notes")] == formula
    register.put(PATIENTS, {**ASHA, "notes": "+" + formula})
    assert grid("Patients").rows[1][PATIENTS.columns.index("notes")] == "+" + formula


def test_staff_s_columns_and_rows_stay(register: Any, grid: Any) -> None:
    register.put(PATIENTS, ASHA)
    mine = grid("Patients")
    mine.rows[0].append("insurer")
    mine.rows[1] += [""] * (len(mine.rows[0]) - len(mine.rows[1]) - 1) + ["Star"]
    mine.rows.insert(1, ["by hand"])
    register.put(PATIENTS, {**ASHA, "email": "a.rao@example.com"})
    rows = register.rows(PATIENTS)
    assert [row["phone"] for row in rows] == ["by hand", ASHA["phone"]]
    assert (rows[1]["email"], rows[1]["insurer"]) == ("a.rao@example.com", "Star")


def test_a_column_that_staff_have_renamed_stops_the_writing(register: Any, grid: Any) -> None:
    register.put(PATIENTS, ASHA)
    grid("Patients").rows[0][1] = "patient"
    with pytest.raises(SheetChanged, match="column 2 is 'patient' and should be 'name'"):
        register.put(PATIENTS, {**ASHA, "name": "Ravi Rao"})
    assert len(grid("Patients").rows) == 2
    register.put(CALLS, {"call_id": "1"})


@pytest.mark.parametrize(
    "method",
    [
        "sheets.spreadsheets.values.append",
        "sheets.spreadsheets.values.batchUpdate",
        "sheets.spreadsheets.batchUpdate",
        "sheets.spreadsheets.values.get",
    ],
)
@pytest.mark.parametrize("kind", ["answer_lost", "internal", "quota"])
def test_a_fault_neither_loses_nor_doubles_a_row(
    workspace_store: Any, register: Any, method: str, kind: Any
) -> None:
    workspace_store.workspace.faults.add(method, kind, times=2)
    register.put(PATIENTS, ASHA)
    workspace_store.workspace.faults.add(method, kind, times=2)
    register.put(PATIENTS, {**ASHA, "name": "Ravi Rao"})
    register.put(PATIENTS, {**ASHA, "notes": "Prefers mornings"})
    assert [(row["name"], row["notes"]) for row in register.rows(PATIENTS)] == [
        ("Asha Rao", "Prefers mornings"),
        ("Ravi Rao", ""),
    ]


def test_many_rows_at_once_are_few_requests(workspace_store: Any, register: Any) -> None:
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda number: register.put(CALLS, {"call_id": str(number)}), range(200)))
    assert len(register.rows(CALLS)) == 200
    appends = workspace_store.workspace.asked["sheets.spreadsheets.values.append"]
    assert appends <= 20


def test_the_thousandth_row_and_the_next_fit(register: Any, grid: Any) -> None:
    register.put(CALLS, {"call_id": "0"})
    grid("Calls").rows += [[str(number)] for number in range(1, 1200)]
    grid("Calls").row_count = 1201
    register.put(CALLS, {"call_id": "new"})
    register.put(CALLS, {"call_id": "1100", "notes": "found"})
    assert len(register.rows(CALLS)) == 1201
    assert register.rows(CALLS)[1100]["notes"] == "found"


def test_a_number_is_found_for_an_hour_without_asking(workspace_store: Any, register: Any) -> None:
    register.put(PATIENTS, ASHA)
    for _ in range(5):
        assert register.find(PATIENTS, "phone", ASHA["phone"])[0]["name"] == "Asha Rao"
    asked = workspace_store.workspace.asked["sheets.spreadsheets.values.get"]
    register.find(PATIENTS, "phone", "+910000000000")
    assert workspace_store.workspace.asked["sheets.spreadsheets.values.get"] == asked
    register._read["Patients"] = (-10_000.0, [])
    assert register.find(PATIENTS, "phone", ASHA["phone"])


def test_a_number_that_a_clerk_typed_is_found(register: Any, grid: Any) -> None:
    register.put(PATIENTS, ASHA)
    grid("Patients").rows.append([919800000001.0, "Lata Rao"])
    assert register.find(PATIENTS, "phone", "+919800000001") == []
    grid("Patients").rows[-1][0] = "919800000001"
    register.put(CALLS, {"call_id": "1"})
    register._read.clear()
    assert [row["name"] for row in register.find(PATIENTS, "phone", "+919800000001")] == ["Lata Rao"]


def test_a_spreadsheet_must_be_named(workspace_store: Any) -> None:
    workspace_store.settings = type(workspace_store.settings)(sheets="google")
    with pytest.raises(SettingError, match="REGISTER_SPREADSHEET"):
        workspace_store.open("register")
