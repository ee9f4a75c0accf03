"""The ledger in Firestore: who races for a slot, who delivers twice, and what an auditor finds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import cycle
from threading import Barrier
from typing import Any

import pytest
from google.api_core.exceptions import FailedPrecondition
from google.cloud.firestore import Client

from clinic.adapters.cloud.appointments import CloudAppointments
from clinic.adapters.cloud.calls import CloudCalls
from clinic.adapters.cloud.ledger import CloudLedger
from clinic.booking.appointment import Appointment
from clinic.booking.change import CELL, Cell, Change
from clinic.contracts.call_record import CallNotes
from clinic.contracts.events import AppointmentBooked
from clinic.contracts.tool_call import Result, ToolCall, succeeded
from clinic.ports import AlreadyAnswered, SlotTaken

Make = Callable[..., ToolCall[dict[str, Any]]]

TEN = datetime(2027, 1, 1, 10, tzinfo=UTC)
RACERS, ROUNDS = 50, 20


def booking(name: str, start: datetime = TEN) -> Change:
    """Return the change that books half an hour."""
    appointment = Appointment(
        id=name,
        call_id="call-1",
        patient_id="asha",
        patient_name="Asha Rao",
        email="asha@example.com",
        phone="",
        doctor_id="mehta",
        department_id="hearts",
        starts_at=start,
        ends_at=start + CELL * 2,
    )
    cells = tuple(Cell("mehta", start + CELL * each, "booked", name) for each in range(2))
    return Change(takes=cells, appointment=appointment)


def test_of_fifty_who_race_for_one_slot_exactly_one_wins_every_time(
    instances: list[Client], tool_call: Make
) -> None:
    ledgers = [CloudLedger(client) for client in instances]
    start = Barrier(RACERS)

    def race(round_number: int, number: int, ledger: CloudLedger) -> bool:
        name = f"round{round_number}racer{number}"
        change = booking(name, TEN + timedelta(days=round_number) + CELL * (number % 2))
        start.wait(10)
        try:
            ledger.commit(tool_call(id=name), "succeeded", succeeded("Booked."), change)
        except SlotTaken:
            return False
        return True

    with ThreadPoolExecutor(RACERS) as pool:
        for round_number in range(ROUNDS):
            won = list(pool.map(race, [round_number] * RACERS, range(RACERS), cycle(ledgers)))
            assert won.count(True) == 1
    book = CloudAppointments(instances[0])
    assert len(book.of_call("call-1")) == ROUNDS
    assert len(book.taken(["mehta"], TEN, TEN + timedelta(days=ROUNDS))) == ROUNDS * 2


def test_of_fifty_who_race_to_take_over_one_held_slot_exactly_one_wins(
    instances: list[Client], tool_call: Make
) -> None:
    book, ledgers = CloudAppointments(instances[0]), [CloudLedger(client) for client in instances]
    held = tuple(Cell("mehta", TEN + CELL * each, "held", "call-0", TEN) for each in range(2))
    book.apply(Change(takes=held))
    over = {name: entry.version for name, entry in book.held_by("call-0").items()}
    start = Barrier(RACERS)

    def race(number: int, ledger: CloudLedger) -> bool:
        wanted = booking(f"racer{number}")
        change = Change(takes=wanted.takes, over=over, appointment=wanted.appointment)
        start.wait(10)
        try:
            ledger.commit(tool_call(number), "succeeded", succeeded("Booked."), change)
        except SlotTaken:
            return False
        return True

    with ThreadPoolExecutor(RACERS) as pool:
        won = list(pool.map(race, range(RACERS), cycle(ledgers)))
    assert won.count(True) == 1
    holders = {entry.cell.holder for entry in book.taken(["mehta"], TEN, TEN + CELL * 2).values()}
    assert holders == {f"racer{won.index(True)}"}


def test_five_deliveries_of_one_tool_call_have_one_effect_and_equal_answers(
    instances: list[Client], tool_call: Make
) -> None:
    start = Barrier(5)
    fact = AppointmentBooked(id="fact-1", call_id="call-1", occurred_at=TEN, appointment_id="one")

    def deliver(number: int, client: Client) -> Result | None:
        ledger = CloudLedger(client)
        start.wait(10)
        with suppress(AlreadyAnswered):
            ledger.commit(tool_call(), "succeeded", succeeded(str(number)), booking("one"), (fact,))
        return ledger.answer(tool_call().id)

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(deliver, range(5), cycle(instances)))
    assert answers[0] in [succeeded(str(number)) for number in range(5)]
    assert all(answer == answers[0] for answer in answers)
    assert [each.id for each in CloudAppointments(instances[0]).of_call("call-1")] == ["one"]
    assert len(CloudLedger(instances[1]).unpublished(tool_call().id)) == 1


@pytest.mark.usefixtures("replies_lost")
def test_a_commit_whose_reply_is_lost_has_answered_and_nobody_else_can(
    client: Client, tool_call: Make
) -> None:
    ledger = CloudLedger(client)
    ledger.commit(tool_call(), "succeeded", succeeded("Booked."), booking("a1"))
    with pytest.raises(AlreadyAnswered):
        ledger.commit(tool_call(), "expired", succeeded("Too late."))
    assert ledger.answer(tool_call().id) == succeeded("Booked.")


def test_an_answer_is_any_json(client: Client, tool_call: Make) -> None:
    ledger, said = CloudLedger(client), succeeded("Done.", times=[["10:00", "10:15"], []], big=2**70, no=None)
    ledger.commit(tool_call(), "succeeded", said)
    assert ledger.answer(tool_call().id) == said


def test_any_id_of_a_tool_call_will_do(client: Client, tool_call: Make) -> None:
    ledger = CloudLedger(client)
    for name in ("a/b", "..", "__x__", "ఆశా 😀", "a/b/c"):
        ledger.request(tool_call(id=name))
        ledger.commit(tool_call(id=name), "succeeded", succeeded(name))
        assert ledger.answer(name) == succeeded(name)
    assert len(ledger.of_call("call-1")) == 5


def test_the_ledger_keeps_what_was_asked_but_not_the_arguments(client: Client, tool_call: Make) -> None:
    ledger = CloudLedger(client)
    ledger.request(tool_call(arguments={"patient_name": "Asha Rao", "email": "asha@example.com"}))
    ledger.commit(tool_call(arguments={"patient_name": "Asha Rao"}), "succeeded", succeeded("Done."))
    for collection in ("tool_calls", "tool_answers"):
        (document,) = client.collection(collection).get()
        kept = document.to_dict() or {}
        assert "arguments" not in kept
        assert "Asha" not in str(kept)
        assert (kept["tool"], kept["call_id"]) == ("book_appointment", "call-1")


def test_notes_of_no_known_call_make_no_record(client: Client, tool_call: Make) -> None:
    calls = CloudCalls(client, timedelta(minutes=10))
    noted = Change(call_notes=CallNotes(call_id="call-9", customer_name="Asha"))
    CloudLedger(client).commit(tool_call(), "succeeded", succeeded("Done."), noted)
    assert calls.get("call-9") is None
    calls.end("call-9", "failed", TEN)
    assert calls.get("call-9") is None


def test_the_delivery_of_a_tool_call_that_never_was_is_no_fault(client: Client) -> None:
    ledger = CloudLedger(client)
    ledger.delivered("call-1-1", TEN)
    assert ledger.of_call("call-1") == []
    assert ledger.unpublished("call-1-1") == []


def test_a_refused_commit_that_nobody_overtook_is_a_fault(
    unwilling: Any, unwillingly: Client, tool_call: Make
) -> None:
    unwilling.codes = iter(["FAILED_PRECONDITION"])
    with pytest.raises(FailedPrecondition):
        CloudLedger(unwillingly).commit(tool_call(), "succeeded", succeeded("Done."), meaning="asked")


def test_a_refused_commit_of_cells_is_a_taken_slot(
    unwilling: Any, unwillingly: Client, tool_call: Make
) -> None:
    unwilling.codes = iter(["ABORTED", "ALREADY_EXISTS"])
    with pytest.raises(SlotTaken):
        CloudLedger(unwillingly).commit(tool_call(), "succeeded", succeeded("Done."), booking("one"))
    assert len(unwilling.commits) == 2
