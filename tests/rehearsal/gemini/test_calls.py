"""Function calls of a session, by id."""

from __future__ import annotations

import pytest

from rehearsal.gemini.calls import Calls
from rehearsal.gemini.refusal import Refused
from rehearsal.gemini.wire import FunctionResponse
from rehearsal.receptionist.actions import Call

CHECK = Call("check", {"day": "friday"})


def code_of(calls: Calls, call_id: str) -> int:
    with pytest.raises(Refused) as refused:
        calls.answer(FunctionResponse(id=call_id))
    return refused.value.code


async def test_a_call_is_answered_once_and_under_its_own_id() -> None:
    calls = Calls()
    first, _ = calls.make(CHECK, blocking=False)
    second, _ = calls.make(CHECK, blocking=False)
    assert first.id != second.id
    answered = calls.answer(FunctionResponse(id=first.id))
    assert answered is not None
    assert answered.name == "check"
    assert calls.are_open
    assert code_of(calls, first.id) == 1008
    assert code_of(calls, "function-call-0") == 1008


async def test_a_function_that_will_continue_leaves_its_call_open() -> None:
    calls = Calls()
    made, _ = calls.make(CHECK, blocking=False)
    assert calls.answer(FunctionResponse(id=made.id, will_continue=True)) is None
    assert calls.are_open
    assert calls.answer(FunctionResponse(id=made.id)) is not None
    assert not calls.are_open


async def test_a_late_answer_of_a_call_that_was_taken_back_is_let_through_and_not_used() -> None:
    calls = Calls()
    blocking, _ = calls.make(CHECK, blocking=True)
    other, _ = calls.make(CHECK, blocking=False)
    assert calls.take_back_blocking() == [blocking.id]
    assert calls.answer(FunctionResponse(id=blocking.id)) is None
    assert calls.answer(FunctionResponse(id=other.id)) is not None


async def test_calls_that_were_taken_back_are_forgotten_in_the_end() -> None:
    calls = Calls()
    made = []
    for _ in range(300):
        made.append(calls.make(CHECK, blocking=True)[0].id)
        calls.take_back_blocking()
    assert code_of(calls, made[0]) == 1008
    assert calls.answer(FunctionResponse(id=made[-1])) is None


async def test_calls_of_a_message_sent_as_it_stands_are_answered_like_any() -> None:
    calls = Calls()
    calls.adopt({"toolCall": {"functionCalls": [{"id": "odd", "name": "no_such_tool"}, {"name": "no id"}]}})
    answered = calls.answer(FunctionResponse(id="odd"))
    assert answered is not None
    assert answered.name == "no_such_tool"
    calls.adopt({"serverContent": {}})
    assert not calls.are_open
