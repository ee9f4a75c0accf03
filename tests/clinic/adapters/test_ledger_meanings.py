"""The contract of `Ledger`, where the same is asked twice in other words: it is done once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import pytest

from clinic.booking.change import CELL, Cell, Change
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.ports import AlreadyAnswered, Appointments, AskedBefore, Ledger

Make = Callable[..., ToolCall[dict[str, Any]]]

START = datetime(2027, 1, 1, 5, tzinfo=UTC)


def taking(quarter: int) -> Change:
    return Change(takes=(Cell("mehta", START + CELL * quarter),))


def taken(appointments: Appointments) -> int:
    return len(appointments.taken(["mehta"], START, START + CELL * 20))


def test_a_meaning_has_the_answer_that_was_committed_with_it(ledger: Ledger, tool_call: Make) -> None:
    assert ledger.answer_to("meaning") is None
    ledger.commit(tool_call(1), "succeeded", succeeded("Booked."), meaning="meaning")
    assert ledger.answer_to("meaning") == succeeded("Booked.")
    assert ledger.answer_to("another") is None


def test_what_was_asked_before_is_not_done_again_and_leaves_nothing(
    ledger: Ledger, appointments: Appointments, tool_call: Make
) -> None:
    ledger.commit(tool_call(1), "succeeded", succeeded("Booked."), taking(1), meaning="meaning")
    with pytest.raises(AskedBefore):
        ledger.commit(tool_call(2), "succeeded", succeeded("Again."), taking(2), meaning="meaning")
    assert (ledger.answer("call-1-2"), taken(appointments)) == (None, 1)
    assert [call.id for call in ledger.of_call("call-1")] == ["call-1-1"]


def test_a_duplicate_is_answered_before_it_was_asked_before(ledger: Ledger, tool_call: Make) -> None:
    ledger.commit(tool_call(1), "succeeded", succeeded("Booked."), meaning="meaning")
    with pytest.raises(AlreadyAnswered):
        ledger.commit(tool_call(1), "succeeded", succeeded("Booked."), meaning="meaning")


def test_without_a_meaning_nothing_was_asked_before(
    ledger: Ledger, appointments: Appointments, tool_call: Make
) -> None:
    for number in range(3):
        ledger.commit(tool_call(number), "succeeded", succeeded("Done."), taking(number))
    assert (taken(appointments), ledger.answer_to("")) == (3, None)


def test_of_ten_who_ask_the_same_at_once_one_has_it_done(
    store: Any, appointments: Appointments, tool_call: Make
) -> None:
    instances = cycle([store.open("ledger") for _ in range(2)])

    def ask(number: int, ledger: Ledger) -> bool:
        try:
            ledger.commit(tool_call(number), "succeeded", succeeded("Done."), taking(number), meaning="same")
        except AskedBefore:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        done = list(pool.map(ask, range(10), instances))
    assert (done.count(True), taken(appointments)) == (1, 1)
