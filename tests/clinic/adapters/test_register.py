"""The contract of `Register`: a row per key in the staff's sheets, and what staff typed stays."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

import pytest

from clinic.contracts.sheets import CALLS, PATIENTS
from clinic.ports import Register

ASHA = {"phone": "+919812345678", "name": "Asha Rao", "email": "asha@example.com"}
RAVI = {"phone": "+919812345678", "name": "Ravi Rao", "email": "ravi@example.com"}


def given(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Leave the empty cells out."""
    return [{name: cell for name, cell in row.items() if cell} for row in rows]


def test_a_sheet_that_nobody_has_written_has_no_rows(register: Register) -> None:
    assert register.rows(PATIENTS) == []
    assert register.find(PATIENTS, "phone", ASHA["phone"]) == []


def test_rows_stand_in_the_order_in_which_they_came_and_have_every_column(register: Register) -> None:
    register.put(PATIENTS, ASHA)
    register.put(PATIENTS, RAVI)
    assert given(register.rows(PATIENTS)) == [ASHA, RAVI]
    assert [tuple(row) for row in register.rows(PATIENTS)] == [PATIENTS.columns] * 2


def test_a_row_of_the_same_key_is_written_over_in_its_place(register: Register) -> None:
    newer = {**ASHA, "email": "a.rao@example.com"}
    for row in (ASHA, RAVI, newer):
        register.put(PATIENTS, row)
    assert given(register.rows(PATIENTS)) == [newer, RAVI]


def test_a_cell_that_a_row_does_not_name_stays(register: Register) -> None:
    register.put(PATIENTS, {**ASHA, "notes": "Prefers mornings"})
    register.put(PATIENTS, {**ASHA, "email": ""})
    assert given(register.rows(PATIENTS)) == [
        {"phone": ASHA["phone"], "name": "Asha Rao", "notes": "Prefers mornings"}
    ]


def test_a_family_is_found_by_its_number(register: Register) -> None:
    for row in (ASHA, RAVI, {**ASHA, "phone": "+919812345679", "name": "Lata Rao"}):
        register.put(PATIENTS, row)
    assert given(register.find(PATIENTS, "phone", ASHA["phone"])) == [ASHA, RAVI]


@pytest.mark.parametrize("typed", ["919812345678", "+91 98123 45678", "+91-98123-45678"])
def test_a_number_that_a_clerk_typed_is_the_same_patients(register: Register, typed: str) -> None:
    register.put(PATIENTS, {"phone": typed, "name": "asha  rao", "notes": "Prefers mornings"})
    assert len(register.find(PATIENTS, "phone", ASHA["phone"])) == 1
    register.put(PATIENTS, ASHA)
    assert given(register.rows(PATIENTS)) == [{**ASHA, "notes": "Prefers mornings"}]


def test_the_sheets_are_apart(register: Register) -> None:
    register.put(PATIENTS, ASHA)
    register.put(CALLS, {"call_id": "1"})
    assert given(register.rows(PATIENTS)) == [ASHA]
    assert given(register.rows(CALLS)) == [{"call_id": "1"}]


@pytest.mark.parametrize(
    "text",
    [
        "ఆశా 😀",
        'a "quoted", comma',
        "two\nlines",
        "'",
        "'=1",
        "a;b\tc",
        "=1+1",
        "@A1",
        "+91 98",
        "2027-01-01",
        "007",
    ],
)
def test_any_text_stays_in_its_cell_as_it_is(register: Register, text: str) -> None:
    register.put(CALLS, {"call_id": "1", "notes": text, "resolution": "booked"})
    assert given(register.rows(CALLS)) == [{"call_id": "1", "resolution": "booked", "notes": text}]


def test_rows_put_at_once_are_all_there(store: Any) -> None:
    instances = cycle([store.open("register") for _ in range(3)])

    def put(number: int, register: Register) -> None:
        register.put(CALLS, {"call_id": str(number)})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(put, range(18), instances))
    assert sorted(int(row["call_id"]) for row in store.open("register").rows(CALLS)) == list(range(18))
