"""The dispatcher: one answer per tool call, one reaction per fact."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from clinic.adapters.embedded.bus import EmbeddedBus
from clinic.booking.change import Cell, Change
from clinic.booking.refusals import NotAvailable
from clinic.contracts import events, tool_call
from clinic.contracts.call_record import CallRecord
from clinic.contracts.dead_letter import REPLAYED_FOR, DeadLetter
from clinic.contracts.events import CallEnded, CallStarted, Fact
from clinic.contracts.function_table import Declaration, FunctionRow
from clinic.contracts.tool_call import ToolCall
from functions.answer import Answer, say
from functions.dispatch import answer_tool_call, react, run_job
from functions.needs import Needs

Ask = Callable[..., ToolCall[dict[str, Any]]]
ROW = FunctionRow(name="greet", kind="tool", declaration=Declaration("Greets", {"type": "object"}))
REACTION = FunctionRow(name="remember", kind="reaction", reacts_to=("call.ended",))


class Greeting(Struct):
    name: str
    times: int = 1


def greet(call: ToolCall[Greeting]) -> Answer:
    return say("hello " * call.arguments.times + call.arguments.name)


def answer(
    needs: Needs, call: ToolCall[Any], tool: Callable[..., Answer] = greet, row: FunctionRow = ROW
) -> Any:
    answer_tool_call(row, tool, needs, tool_call.encode(call))
    return needs.open("ledger").answer(call.id)


def test_a_tool_call_is_answered_with_what_the_tool_says(needs: Needs, ask: Ask) -> None:
    assert answer(needs, ask("greet", name="Asha")) == {"success": True, "message": "hello Asha"}


def test_a_call_of_another_tool_is_left_alone(needs: Needs, ask: Ask) -> None:
    assert answer(needs, ask("part", name="Asha")) is None


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [({}, "name"), ({"name": 7}, "name"), ({"name": "Asha", "times": "often"}, "times")],
)
def test_a_wrong_argument_is_a_refusal_in_words(
    needs: Needs, ask: Ask, arguments: dict[str, Any], argument: str
) -> None:
    result = answer(needs, ask("greet", **arguments))
    assert result["success"] is False
    assert result["error_type"] == "validation"
    assert result["reason_code"] == f"invalid_{argument}"
    assert argument in result["message"]


def test_a_refusal_of_the_clinic_is_an_answer(needs: Needs, ask: Ask) -> None:
    def refuse(call: ToolCall[Greeting]) -> Answer:
        raise NotAvailable("closed", "We are closed.")

    result = answer(needs, ask("greet", name="Asha"), refuse)
    assert (result["reason_code"], result["message"]) == ("closed", "We are closed.")


def test_a_fault_leaves_no_answer_and_propagates_to_be_delivered_again(needs: Needs, ask: Ask) -> None:
    def break_down(call: ToolCall[Greeting]) -> Answer:
        raise RuntimeError("broken")

    call = ask("greet", name="Asha")
    with pytest.raises(RuntimeError, match="broken"):
        answer(needs, call, break_down)
    assert answer(needs, call) == {"success": True, "message": "hello Asha"}


def test_five_deliveries_at_once_give_one_answer_and_one_effect(needs: Needs, ask: Ask) -> None:
    start = datetime(2030, 1, 4, 5, tzinfo=UTC)

    def take(call: ToolCall[Greeting], *, now: datetime) -> Answer:
        said = say(f"at {now.isoformat()}")
        change = Change(takes=(Cell("mehta", start),))
        fact = CallStarted(id=f"{call.id}.fact", call_id=call.call_id, occurred_at=now)
        return Answer(result=said.result, change=change, facts=(fact,))

    call = ask("greet", name="Asha")
    with ThreadPoolExecutor(5) as pool:
        results = list(pool.map(lambda _: answer(needs, call, take), range(5)))
    assert results == [results[0]] * 5
    assert len(needs.open("appointments").taken(["mehta"], start, start.replace(hour=6))) == 1
    assert needs.open("ledger").unpublished(call.id) == []


def test_a_slot_taken_under_its_hands_makes_the_tool_decide_anew(needs: Needs, ask: Ask) -> None:
    start = datetime(2030, 1, 4, 5, tzinfo=UTC)
    taken = Change(takes=(Cell("mehta", start),))
    other = ask("greet", name="Ravi")
    decisions: list[str] = []

    def take(call: ToolCall[Greeting]) -> Answer:
        decisions.append(call.id)
        if len(decisions) == 1:
            needs.open("ledger").commit(other, "succeeded", {"success": True, "message": ""}, taken)
            return Answer(result={"success": True, "message": "yours"}, change=taken)
        raise NotAvailable("slot_taken", "Somebody was quicker.")

    assert answer(needs, ask("greet", name="Asha"), take)["reason_code"] == "slot_taken"
    assert len(decisions) == 2


def test_a_late_delivery_is_refused_and_the_tool_is_not_run(needs: Needs, ask: Ask) -> None:
    result = answer(needs, ask("greet", late_by=61, name="Asha"))
    assert result["reason_code"] == "expired"


@pytest.mark.parametrize("seconds_apart", [-30.0, 30.0])
def test_a_clock_that_is_half_a_minute_off_refuses_nobody(
    needs: Needs, ask: Ask, seconds_apart: float
) -> None:
    assert answer(needs, ask("greet", late_by=seconds_apart - 8, name="Asha"))["success"] is True


def test_a_tool_that_may_finish_late_does(needs: Needs, ask: Ask) -> None:
    row = msgspec.structs.replace(ROW, on_late="finish")
    assert answer(needs, ask("greet", late_by=61, name="Asha"), row=row)["success"] is True


def test_facts_that_a_crash_left_unpublished_are_published_by_the_next_delivery(
    needs: Needs, ask: Ask
) -> None:
    call = ask("greet", name="Asha")
    fact = CallEnded(id="fact-1", call_id=call.call_id, occurred_at=datetime.now(UTC))
    needs.open("ledger").commit(call, "succeeded", {"success": True, "message": "done"}, Change(), (fact,))
    answer(needs, call)
    bus: EmbeddedBus = needs.open("bus")
    assert {message.topic for message in bus.take_due(10)} == {"call.ended"}


def test_a_fact_is_reacted_to_once_though_delivered_thrice(needs: Needs, ringing: CallRecord) -> None:
    seen: list[str] = []

    def remember(fact: CallEnded) -> None:
        seen.append(fact.id)

    fact = CallEnded(id="fact-1", call_id=ringing.call_id, occurred_at=datetime.now(UTC))
    for number in range(3):
        react(REACTION, remember, needs, DeadLetter(events.encode(fact), {}), str(number))
    assert seen == ["fact-1"]


def test_a_reaction_that_fails_is_run_again(needs: Needs, ringing: CallRecord) -> None:
    tries: list[str] = []

    def remember(fact: CallEnded) -> None:
        tries.append(fact.id)
        if len(tries) == 1:
            raise RuntimeError("broken")

    fact = CallEnded(id="fact-1", call_id=ringing.call_id, occurred_at=datetime.now(UTC))
    letter = DeadLetter(events.encode(fact), {})
    with pytest.raises(RuntimeError):
        react(REACTION, remember, needs, letter, "1")
    react(REACTION, remember, needs, letter, "2")
    react(REACTION, remember, needs, letter, "3")
    assert len(tries) == 2


def test_a_fact_that_is_replayed_for_another_function_is_left_to_it(
    needs: Needs, ringing: CallRecord
) -> None:
    seen: list[str] = []

    def remember(fact: CallEnded) -> None:
        seen.append(fact.id)

    fact = CallEnded(id="fact-1", call_id=ringing.call_id, occurred_at=datetime.now(UTC))
    for number, function in enumerate(("forget", "remember")):
        letter = DeadLetter(events.encode(fact), {REPLAYED_FOR: function})
        react(REACTION, remember, needs, letter, str(number))
        assert seen == ["fact-1"][:number]


def test_what_follows_from_a_fact_is_published(needs: Needs, ringing: CallRecord) -> None:
    def remember(fact: CallEnded) -> tuple[CallEnded, ...]:
        return (CallEnded(id="follows", call_id=fact.call_id, occurred_at=fact.occurred_at),)

    fact = CallEnded(id="fact-1", call_id=ringing.call_id, occurred_at=datetime.now(UTC))
    react(REACTION, remember, needs, DeadLetter(events.encode(fact), {}), "1")
    messages = needs.open("bus").take_due(10)
    assert {events.decode(message.data).id for message in messages} == {"follows"}
    assert {message.attributes["ce-type"] for message in messages} == {"call.ended"}


def test_a_fact_of_an_unknown_version_is_refused(needs: Needs, ringing: CallRecord) -> None:
    def remember(fact: CallEnded) -> None:
        raise AssertionError("must not be given a fact it was not written for")

    fact = CallEnded(id="fact-1", call_id=ringing.call_id, occurred_at=datetime.now(UTC), version=9)
    with pytest.raises(events.UnknownVersion):
        react(REACTION, remember, needs, DeadLetter(events.encode(fact), {}), "1")


def test_what_a_call_does_once_is_answered_the_same_when_asked_again(needs: Needs, ask: Ask) -> None:
    row = msgspec.structs.replace(ROW, once_per_call=True)
    done: list[str] = []

    def greet_once(call: ToolCall[Greeting]) -> Answer:
        done.append(call.id)
        return say(f"number {len(done)}")

    first = answer(needs, ask("greet", name="Asha"), greet_once, row)
    again = answer(needs, ask("greet", name=" ASHA "), greet_once, row)
    other = answer(needs, ask("greet", name="Ravi"), greet_once, row)
    assert (first["message"], again["message"], other["message"]) == ("number 1", "number 1", "number 2")


def test_what_was_refused_may_be_asked_again(needs: Needs, ask: Ask) -> None:
    row = msgspec.structs.replace(ROW, once_per_call=True)
    asked: list[str] = []

    def refuse_once(call: ToolCall[Greeting]) -> Answer:
        asked.append(call.id)
        if len(asked) == 1:
            raise NotAvailable("closed", "We are closed.")
        return say("We are open.")

    assert answer(needs, ask("greet", name="Asha"), refuse_once, row)["success"] is False
    assert answer(needs, ask("greet", name="Asha"), refuse_once, row)["success"] is True


def test_the_same_asked_at_once_is_done_once(needs: Needs, ask: Ask) -> None:
    row = msgspec.structs.replace(ROW, once_per_call=True)
    start = datetime(2030, 1, 4, 5, tzinfo=UTC)

    def take(call: ToolCall[Greeting], *, appointments: Any) -> Answer:
        if appointments.taken(["mehta"], start, start.replace(hour=6)):
            raise NotAvailable("slot_taken", "Somebody was quicker.")
        change = Change(takes=(Cell("mehta", start),))
        return Answer(result={"success": True, "message": call.id}, change=change)

    calls = [ask("greet", name="Asha") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda call: answer(needs, call, take, row), calls))
    assert all(result["success"] for result in results)
    assert len({result["message"] for result in results}) == 1


def test_a_job_publishes_what_follows_from_it(needs: Needs) -> None:
    def clean(*, now: datetime) -> tuple[CallEnded, ...]:
        return (CallEnded(id="swept", call_id="call-1", occurred_at=now),)

    run_job(clean, needs)
    assert {events.decode(message.data).id for message in needs.open("bus").take_due(10)} == {"swept"}


def closed(call: ToolCall[Greeting]) -> Answer:
    raise NotAvailable("closed", "We are closed.")


@pytest.mark.parametrize(
    ("tool", "late_by", "kind", "reason"),
    [
        (greet, -8.0, events.ToolSucceeded, None),
        (closed, -8.0, events.ToolRefused, "closed"),
        (greet, 61.0, events.ToolExpired, None),
    ],
)
def test_an_answer_is_told_as_a_fact_once_without_arguments_or_words(
    listener: Any, ask: Ask, tool: Callable[..., Answer], late_by: float, kind: type[Fact], reason: str | None
) -> None:
    call = ask("greet", late_by, name="Asha")
    for _ in range(3):
        answer(listener.needs, call, tool)
    (fact,) = listener.heard()
    assert type(fact) is kind
    assert isinstance(fact, events.ToolFact)
    assert (fact.tool_call_id, fact.tool, getattr(fact, "reason_code", None)) == (call.id, "greet", reason)
    assert b"Asha" not in events.encode(fact)


def test_the_facts_of_an_effect_are_committed_with_the_fact_of_its_answer(listener: Any, ask: Ask) -> None:
    def end(call: ToolCall[Greeting], *, now: datetime) -> Answer:
        ended = CallEnded(id="ended", call_id=call.call_id, occurred_at=now)
        return Answer(result=say("bye").result, facts=(ended,))

    answer(listener.needs, ask("greet", name="Asha"), end)
    assert [fact.type for fact in listener.heard()] == ["call.ended", "tool.succeeded"]
