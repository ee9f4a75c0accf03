"""The contract of `DeadLetters`: a work list of what no attempt could deliver, with the reason."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from clinic.contracts.dead_letter import DeadLetter
from clinic.ports import Bus, DeadLetters

TOOL, FACT = "book_appointment", "appointment.booked"
BODY = b'{"patient_name": "Asha Rao"}'


@pytest.fixture
def dead_letters(store: Any) -> DeadLetters:
    port: DeadLetters = store.open("dead_letters")
    return port


def test_there_are_none_while_nothing_has_failed(dead_letters: DeadLetters, bus: Bus) -> None:
    bus.publish(TOOL, BODY, {})
    assert dead_letters.all() == []


def test_a_letter_is_on_the_list_as_it_was(store: Any, dead_letters: DeadLetters) -> None:
    store.let_die(TOOL, TOOL, BODY, {"tool": TOOL})
    (letter,) = dead_letters.all()
    assert (letter.function, letter.topic, letter.data) == (TOOL, TOOL, BODY)
    assert letter.attempts >= 1


def test_a_fact_is_on_the_list_for_each_reaction_that_failed(store: Any, dead_letters: DeadLetters) -> None:
    for function in ("send_confirmation", "update_register"):
        store.let_die(FACT, function, b'{"id": "1"}', {"ce-id": "1"})
    letters = dead_letters.all()
    assert [letter.topic for letter in letters] == [FACT, FACT]
    assert {letter.function for letter in letters} == {"send_confirmation", "update_register"}


def test_the_reason_is_what_the_function_raised_last_on_that_message(
    store: Any, dead_letters: DeadLetters, now: datetime
) -> None:
    for fault in ("KeyError", "RuntimeError"):
        dead_letters.note_fault(TOOL, BODY, fault)
    dead_letters.note_fault("cancel_appointment", BODY, "OSError")
    store.let_die(TOOL, TOOL, BODY, {}, now)
    store.let_die(TOOL, TOOL, b'{"another": 1}', {}, now + timedelta(seconds=1))
    first, second = dead_letters.all()
    assert first.reason == "RuntimeError"
    assert second.reason not in ("", "RuntimeError", "OSError")


def test_a_letter_that_is_replayed_is_delivered_again_and_off_the_list(
    store: Any, dead_letters: DeadLetters
) -> None:
    store.let_die(TOOL, TOOL, BODY, {"tool": TOOL})
    store.arrived()
    (letter,) = dead_letters.all()
    assert dead_letters.replay(letter.id) is True
    assert dead_letters.all() == []
    ((function, body, attributes),) = store.arrived()
    assert (function, body, attributes["tool"]) == (TOOL, BODY, TOOL)
    assert dead_letters.replay(letter.id) is False


def test_a_fact_is_replayed_for_the_function_that_failed_alone(store: Any, dead_letters: DeadLetters) -> None:
    store.let_die(FACT, "update_register", b'{"id": "1"}', {"ce-id": "1"})
    store.arrived()
    (letter,) = dead_letters.all()
    assert dead_letters.replay(letter.id) is True
    # Pub/Sub gives it to every function of the topic.
    arrived = [(function, DeadLetter(body, attributes)) for function, body, attributes in store.arrived()]
    assert [function for function, again in arrived if again.is_for(function)] == ["update_register"]
    assert {again.attributes["ce-id"] for _, again in arrived} == {"1"}


@pytest.mark.parametrize("letter_id", ["7", "none", "../7", ""])
def test_an_id_that_is_none_replays_nothing(store: Any, dead_letters: DeadLetters, letter_id: str) -> None:
    store.let_die(TOOL, TOOL, BODY, {})
    if letter_id not in [letter.id for letter in dead_letters.all()]:
        assert dead_letters.replay(letter_id) is False
    assert len(dead_letters.all()) == 1


def test_the_oldest_is_first(store: Any, dead_letters: DeadLetters, now: datetime) -> None:
    bodies = [b'{"id": "%d"}' % number for number in range(3)]
    for number, body in enumerate(bodies):
        store.let_die(TOOL, TOOL, body, {}, now + timedelta(seconds=number))
    assert [letter.data for letter in dead_letters.all()] == bodies
