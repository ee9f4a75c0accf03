"""The contract of `Backup`: a copy is kept whole under its name, and never changed."""

from typing import Any

from clinic.ports import Backup


def test_a_copy_is_kept_under_its_name(store: Any, backup: Backup) -> None:
    backup.keep("2026-11-25/patients.csv", "name\r\nఆశా\r\n".encode())
    backup.keep("2026-11-25/calls.csv", b"call_id\r\n")
    assert store.kept() == {
        "2026-11-25/patients.csv": "name\r\nఆశా\r\n".encode(),
        "2026-11-25/calls.csv": b"call_id\r\n",
    }


def test_a_second_copy_of_a_day_leaves_the_first_as_it_is(store: Any, backup: Backup) -> None:
    backup.keep("2026-11-25/calls.csv", b"one")
    backup.keep("2026-11-25/calls.csv", b"two")
    assert store.kept() == {"2026-11-25/calls.csv": b"one"}
