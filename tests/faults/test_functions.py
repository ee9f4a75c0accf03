"""What can happen to a function's process, and to its messages: nothing is lost, nothing is done twice."""

import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clinic.contracts import tool_call
from realtime_service.live.events import FunctionCalled

pytestmark = pytest.mark.emulators
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "moment", ["before the commit", "after the commit", "after publishing", "before the acknowledgement"]
)
async def test_a_function_that_is_killed_books_once_and_the_caller_hears_it(clinic: Any, moment: str) -> None:
    clinic.host(moment)
    result = await clinic.ask()
    assert result["success"] is True
    await clinic.until((clinic.cloud.data / "killed").exists)
    (made,) = clinic.booked()
    assert clinic.cells() == {made.id: 2}
    assert clinic.of_call().outcome == "succeeded"
    await clinic.until(lambda: bool(clinic.facts()))
    assert len(clinic.facts()) == 1


async def test_every_message_five_times_and_shuffled_is_answered_once(clinic: Any) -> None:
    clinic.host()
    numbers = range(6)
    for number in numbers:
        clinic.ring(number)
    messages = [clinic.message(number) for number in numbers for _ in range(5)]
    random.Random(5).shuffle(messages)  # noqa: S311
    for message in messages:
        clinic.cloud.pubsub.publish("book_appointment", message, {"tool": "book_appointment"})
    await clinic.until(lambda: len(clinic.facts()) == len(numbers))
    await clinic.until(lambda: all(clinic.of_call(number).outcome for number in numbers))
    assert {clinic.of_call(number).outcome for number in numbers} == {"succeeded"}
    made = [clinic.booked(number) for number in numbers]
    assert [len(each) for each in made] == [1] * len(numbers)
    assert clinic.cells() == {each.id: 2 for (each,) in made}


async def test_of_many_who_want_one_slot_each_hears_and_one_gets_it(clinic: Any) -> None:
    clinic.host()
    numbers = range(15)
    for number in numbers:
        clinic.ring(number)
        for _ in range(2):
            message = clinic.message(number, slot=0)
            clinic.cloud.pubsub.publish("book_appointment", message, {"tool": "book_appointment"})
    await clinic.until(lambda: all(clinic.asked(f"call-{number}") for number in numbers))
    outcomes = sorted(str(clinic.of_call(number).outcome) for number in numbers)
    assert outcomes == ["refused"] * (len(numbers) - 1) + ["succeeded"]
    assert list(clinic.cells().values()) == [2]


async def test_a_poisonous_message_is_answered_in_words_and_holds_up_nobody(clinic: Any) -> None:
    clinic.host("poison")
    poisoned = asyncio.create_task(clinic.ask(patient_name="Poison"))
    log = clinic.cloud.functions["book_appointment"].log
    await clinic.until(lambda: "as if there were a bug" in log.read_text())
    record = await asyncio.to_thread(clinic.ring, 2)
    called = FunctionCalled("fc-2", "book_appointment", wish_in(clinic.message(2)))
    other = await clinic.service(record).answer(called)
    assert other["success"] is True
    assert not poisoned.done()
    result = await poisoned
    assert (result["success"], result["reason_code"]) == (False, "dead_lettered")
    assert (clinic.of_call().outcome, clinic.booked()) == ("failed", [])
    listed = dead_letters(clinic, "list")
    assert "book_appointment" in listed
    assert "5 attempts  RuntimeError" in listed
    assert "Poison" not in listed
    letter_id = listed.split()[0]
    assert "Poison" in dead_letters(clinic, "show", letter_id)
    so_far = len(log.read_text())
    assert "gets it again" in dead_letters(clinic, "replay", letter_id)
    await clinic.until(lambda: "as if there were a bug" in log.read_text()[so_far:])
    assert (clinic.of_call().outcome, clinic.booked()) == ("failed", [])


def wish_in(message: bytes) -> dict[str, str]:
    arguments: dict[str, str] = tool_call.decode(message).arguments
    return arguments


def dead_letters(clinic: Any, *arguments: str) -> str:
    """Run the staff's command against the clinic."""
    done = subprocess.run(
        [sys.executable, "-m", "functions.dead_letters", *arguments],
        cwd=ROOT,
        env={**os.environ, **clinic.cloud.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("seconds", ["-30", "30"])
async def test_a_function_whose_clock_is_half_a_minute_off_books_all_the_same(
    clinic: Any, seconds: str
) -> None:
    clinic.host("clock", seconds=seconds)
    assert (await clinic.ask())["success"] is True
    assert len(clinic.booked()) == 1


async def test_a_booking_that_comes_after_the_deadline_is_not_made(clinic: Any) -> None:
    clinic.host("slow", seconds="2.5")
    result = await clinic.ask(deadline=2.0)
    assert (result["success"], result["reason_code"]) == (False, "expired")
    assert "nothing was changed" in result["message"]
    log = clinic.cloud.functions["book_appointment"].log
    await clinic.until(lambda: "? answered before" in log.read_text())
    assert (clinic.of_call().outcome, clinic.booked(), clinic.cells()) == ("expired", [], {})
    assert clinic.facts() == set()
