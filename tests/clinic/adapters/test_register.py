"""The contract of `Register`: a row per key in the staff's sheets, for a spreadsheet to show."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

import pytest

from clinic.ports import Register

ASHA = {"phone": "+919812345678", "name": "Asha Rao", "email": "asha@example.com"}
RAVI = {"phone": "+919812345679", "name": "Ravi Kumar", "email": "ravi@example.com"}


def test_rows_stand_in_the_order_in_which_they_came(store: Any, register: Register) -> None:
    register.put("patients", "asha", ASHA)
    register.put("patients", "ravi", RAVI)
    assert store.sheet("patients") == [ASHA, RAVI]


def test_a_row_of_the_same_key_is_replaced_in_its_place(store: Any, register: Register) -> None:
    newer = {**ASHA, "email": "a.rao@example.com"}
    for key, row in (("asha", ASHA), ("ravi", RAVI), ("asha", newer)):
        register.put("patients", key, row)
    assert store.sheet("patients") == [newer, RAVI]


def test_the_sheets_are_apart(store: Any, register: Register) -> None:
    register.put("patients", "1", ASHA)
    register.put("calls", "1", {"call_id": "1"})
    assert store.sheet("patients") == [ASHA]
    assert store.sheet("calls") == [{"call_id": "1"}]


@pytest.mark.parametrize(
    "text", ["ఆశా 😀", 'a "quoted", comma', "two\nlines", "", "'", "a;b\tc", "=" + "x" * 5]
)
def test_any_text_stays_in_its_cell(store: Any, register: Register, text: str) -> None:
    register.put("calls", "1", {"call_id": "1", "notes": text, "resolution": "booked"})
    (row,) = store.sheet("calls")
    assert row["notes"].removeprefix("'") == text.removeprefix("'")
    assert (row["call_id"], row["resolution"]) == ("1", "booked")


def test_rows_put_at_once_are_all_there(store: Any) -> None:
    instances = cycle([store.open("register") for _ in range(3)])

    def put(number: int, register: Register) -> None:
        register.put("calls", str(number), {"call_id": str(number)})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(put, range(18), instances))
    assert sorted(int(row["call_id"]) for row in store.sheet("calls")) == list(range(18))
