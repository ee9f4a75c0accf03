"""The contract of `Attempts`: the first who begins says how far it is, and later ones hear it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from clinic.ports import Attempts


def test_nothing_is_known_of_what_nobody_began(attempts: Attempts) -> None:
    assert attempts.state("mail confirmation-1/a") == ""


def test_the_first_who_begins_counts(attempts: Attempts) -> None:
    assert attempts.begin("mail 1", "draft-a") == "draft-a"
    assert attempts.begin("mail 1", "draft-b") == "draft-a"
    assert attempts.begin("mail 2", "draft-b") == "draft-b"


def test_what_has_come_further_is_remembered_elsewhere(attempts: Attempts, store: Any) -> None:
    attempts.begin("mail 1", "draft-a")
    attempts.advance("mail 1", "sent")
    attempts.advance("mail 2", "sent")
    other = store.open("attempts")
    assert [other.state(key) for key in ("mail 1", "mail 2")] == ["sent", "sent"]
    assert other.begin("mail 1", "draft-b") == "sent"


def test_many_who_begin_at_once_hear_the_same(store: Any) -> None:
    def begin(number: int) -> str:
        return str(store.open("attempts").begin("mail 1", f"draft-{number}"))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(begin, range(8)))) == 1
