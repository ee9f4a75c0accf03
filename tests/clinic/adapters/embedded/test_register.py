"""The CSV files of the register: what staff change in them counts, and nothing in them runs."""

from pathlib import Path

import pytest

from clinic.adapters.embedded.register import CsvRegister, open_port
from clinic.contracts.sheets import PATIENTS, SheetChanged
from clinic.settings import Settings

ASHA = {"phone": "+919812345678", "name": "Asha Rao", "email": "asha@example.com"}


@pytest.fixture
def register(tmp_path: Path) -> CsvRegister:
    return open_port(Settings(local_data=str(tmp_path)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "register" / "patients.csv"


def test_the_file_begins_with_the_columns_and_quotes_a_formula(register: CsvRegister, file: Path) -> None:
    register.put(PATIENTS, {**ASHA, "name": "=1+1"})
    first, second = file.read_text(encoding="utf-8").splitlines()
    assert first == ",".join(PATIENTS.columns)
    assert second.startswith("+919812345678,'=1+1,asha@example.com,")


def test_what_staff_typed_counts_and_stays(register: CsvRegister, file: Path) -> None:
    register.put(PATIENTS, ASHA)
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[0] += ",insurance"
    lines[1] = lines[1].removesuffix(",") + "Prefers mornings,,AB-1"
    lines.append("+919812345679,Lata Rao,lata@example.com")
    file.write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    (lata,) = register.find(PATIENTS, "phone", "+919812345679")
    assert lata["name"] == "Lata Rao"
    register.put(PATIENTS, {**ASHA, "email": "a.rao@example.com"})
    asha, lata = register.rows(PATIENTS)
    assert (asha["email"], asha["notes"], asha["insurance"]) == (
        "a.rao@example.com",
        "Prefers mornings",
        "AB-1",
    )
    assert "AB-1" in file.read_text(encoding="utf-8")
    assert "Lata Rao" in file.read_text(encoding="utf-8")


def test_a_register_that_staff_brought_along_is_read(register: CsvRegister, file: Path) -> None:
    file.write_text("phone,name,email\r\n+919812345678,Asha Rao,asha@example.com\r\n", encoding="utf-8")
    assert register.find(PATIENTS, "phone", ASHA["phone"])[0]["email"] == "asha@example.com"


def test_nothing_is_written_under_heads_that_staff_changed(register: CsvRegister, file: Path) -> None:
    register.put(PATIENTS, ASHA)
    changed = file.read_text(encoding="utf-8").replace("phone,name", "name,phone")
    file.write_text(changed, encoding="utf-8")
    with pytest.raises(SheetChanged, match="Patients: column 1 is 'name' and should be 'phone'"):
        register.put(PATIENTS, {**ASHA, "email": "a.rao@example.com"})
    assert file.read_text(encoding="utf-8") == changed
