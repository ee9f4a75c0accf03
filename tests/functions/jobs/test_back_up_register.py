"""The daily copy of the staff's sheets."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from clinic.contracts.sheets import CALLS, PATIENTS, read_csv
from clinic.settings import Settings
from functions.dispatch import run_job
from functions.jobs.back_up_register import back_up_register
from functions.needs import Needs

LATE = datetime(2026, 11, 25, 20, tzinfo=UTC)
"""On the clinic's calendar that is the 26th already."""


@pytest.fixture
def needs(settings: Settings) -> Needs:
    return Needs(settings, {"now": LATE})


def test_both_sheets_are_copied_under_the_clinics_day_with_staffs_columns(
    needs: Needs, tmp_path: Path
) -> None:
    register = needs.open("register")
    register.put(PATIENTS, {"phone": "+919812345678", "name": "=1+1"})
    file = tmp_path / "register" / "patients.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace("email_status", "email_status,insurance", 1),
        encoding="utf-8",
    )
    run_job(back_up_register, needs)
    copies = {each.name: each.read_bytes() for each in (tmp_path / "backup" / "2026-11-26").iterdir()}
    header, (row,) = read_csv(copies["patients.csv"])
    assert header == [*PATIENTS.columns, "insurance"]
    assert row["name"] == "=1+1"
    assert b"'=1+1" in copies["patients.csv"]
    assert read_csv(copies["calls.csv"]) == (list(CALLS.columns), [])


def test_a_second_run_of_the_day_leaves_the_copy_as_it_is(needs: Needs, tmp_path: Path) -> None:
    run_job(back_up_register, needs)
    needs.open("register").put(CALLS, {"call_id": "1"})
    run_job(back_up_register, needs)
    folder = tmp_path / "backup"
    assert [each.name for each in folder.iterdir()] == ["2026-11-26"]
    assert read_csv((folder / "2026-11-26" / "calls.csv").read_bytes())[1] == []


def test_a_sheet_whose_heads_were_changed_is_said_and_the_other_is_copied(
    needs: Needs, tmp_path: Path
) -> None:
    needs.open("register").put(PATIENTS, {"phone": "1", "name": "Asha"})
    (tmp_path / "register" / "patients.csv").write_text("name,phone\r\n", encoding="utf-8")
    with pytest.raises(ExceptionGroup, match="not every sheet"):
        run_job(back_up_register, needs)
    assert [each.name for each in (tmp_path / "backup" / "2026-11-26").iterdir()] == ["calls.csv"]
