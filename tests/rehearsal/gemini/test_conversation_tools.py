"""Tool calls in a conversation: blocking and not, answered, taken back, and nonsense."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from rehearsal.gemini.faculties import Pace
from rehearsal.receptionist.actions import Call, Raw, Say

Serve = Callable[..., Awaitable[Any]]

CHECK = {"functionDeclarations": [{"name": "check", "behavior": "NON_BLOCKING"}]}
BLOCKING_CHECK = {"functionDeclarations": [{"name": "check", "behavior": "BLOCKING"}]}
LONG = " ".join(["word"] * 100)
"""Two seconds of the scripted voice."""
SLOW = Pace(speed=1.0)


async def test_a_non_blocking_call_leaves_the_conversation_free_and_its_answer_is_spoken_when_idle(
    serve: Serve,
) -> None:
    script = {
        "book": [Say("One moment."), Call("check", {"day": "friday"})],
        "check answered": [Say("It is free.")],
    }
    model = await serve(script)
    async with model.set_up(tools=[CHECK], outputAudioTranscription={}) as bare:
        await bare.say("book")
        call, before = await bare.called()
        assert before.words == "One moment."
        assert (call["name"], call["args"]) == ("check", {"day": "friday"})
        await bare.answer(call, {"success": True, "slot_id": "keep_me"})
        assert (await bare.turn()).kinds == ["generationComplete", "turnComplete", "usageMetadata"]
        assert (await bare.turn()).words == "It is free."
    assert model.receptionist.was_answered == [("check", {"success": True, "slot_id": "keep_me"})]


async def test_the_caller_may_talk_on_while_a_non_blocking_call_runs(serve: Serve) -> None:
    model = await serve({"book": [Call("check", {})], "check answered": [Say("Free.")]})
    async with model.set_up(tools=[CHECK], outputAudioTranscription={}) as bare:
        await bare.say("book")
        call, _ = await bare.called()
        await bare.turn()
        await bare.say("thanks")
        assert (await bare.turn()).words == "you said thanks"
        await bare.answer(call, {})
        assert (await bare.turn()).words == "Free."


async def test_an_answer_waits_for_a_caller_who_is_speaking(serve: Serve) -> None:
    model = await serve({"book": [Call("check", {})], "check answered": [Say("Free.")]})
    model.ear.will_hear = ["or on monday"]
    async with model.set_up(tools=[CHECK], outputAudioTranscription={}) as bare:
        await bare.say("book")
        call, _ = await bare.called()
        await bare.turn()
        await bare.speak(0.2, quiet=0)
        await bare.answer(call, {}, scheduling="INTERRUPT")
        await bare.nothing()
        await bare.speak(0.1)
        assert (await bare.turn()).words == "you said or on monday"
        assert (await bare.turn()).words == "Free."


async def test_an_answer_may_interrupt_the_model_itself(serve: Serve) -> None:
    script = {"book": [Call("check", {}), Say(LONG)], "check answered": [Say("Free.")]}
    model = await serve(script, pace=SLOW)
    async with model.set_up(tools=[CHECK], outputAudioTranscription={}) as bare:
        await bare.say("book")
        call, _ = await bare.called()
        await bare.until("serverContent", "modelTurn")
        await bare.answer(call, {}, scheduling="INTERRUPT")
        assert "interrupted" in (await bare.turn()).kinds
        assert (await bare.turn()).words == "Free."


async def test_an_answer_does_not_interrupt_while_the_caller_speaks(serve: Serve) -> None:
    script = {"book": [Call("check", {}), Say("word " * 20)], "check answered": [Say("Free.")]}
    model = await serve(script, pace=SLOW)
    no_interruption = {"activityHandling": "NO_INTERRUPTION"}
    async with model.set_up(tools=[CHECK], realtimeInputConfig=no_interruption) as bare:
        await bare.say("book")
        call, _ = await bare.called()
        await bare.speak(0.2, quiet=0)
        await bare.until("serverContent", "modelTurn")
        await bare.answer(call, {}, scheduling="INTERRUPT")
        assert "generationComplete" in (await bare.turn()).kinds


async def test_a_silent_answer_is_known_and_not_spoken_of(serve: Serve) -> None:
    model = await serve({"book": [Call("check", {})], "check answered": [Say("Free.")]})
    async with model.set_up(tools=[CHECK], outputAudioTranscription={}) as bare:
        await bare.say("book")
        call, _ = await bare.called()
        await bare.turn()
        await bare.answer(call, {"scheduling": "SILENT", "success": True})
        await bare.nothing()
        await bare.say("hello")
        assert (await bare.turn()).words == "you said hello"
    assert model.receptionist.was_answered == [("check", {"success": True})]


async def test_a_blocking_call_holds_the_turn_open_until_it_is_answered(serve: Serve) -> None:
    model = await serve({"book": [Call("check", {})], "check answered": [Say("Free.")]})
    async with model.set_up(tools=[BLOCKING_CHECK], outputAudioTranscription={}) as bare:
        await bare.say("book")
        call, _ = await bare.called()
        await bare.answer(call, {"success": True})
        turn = await bare.turn()
    assert turn.kinds == ["modelTurn", "generationComplete", "turnComplete", "usageMetadata"]
    assert turn.words == "Free."


async def test_new_input_takes_a_blocking_call_back_and_its_late_answer_is_let_through(serve: Serve) -> None:
    model = await serve({"book": [Call("check", {})], "check answered": [Say("Free.")]})
    async with model.set_up(tools=[BLOCKING_CHECK], outputAudioTranscription={}) as bare:
        await bare.say("book")
        call, _ = await bare.called()
        await bare.say("never mind")
        turn = await bare.turn()
        assert turn[0] == {"toolCallCancellation": {"ids": [call["id"]]}}
        assert turn.kinds == ["toolCallCancellation", "interrupted", "turnComplete", "usageMetadata"]
        await bare.answer(call, {})
        assert (await bare.turn()).words == "you said never mind"
    assert model.receptionist.was_answered == []


async def test_an_answer_that_crosses_the_interruption_on_its_way_does_no_harm(serve: Serve) -> None:
    model = await serve({"book": [Call("check", {})], "check answered": [Say("Free.")]})
    async with model.set_up(tools=[BLOCKING_CHECK], outputAudioTranscription={}) as bare:
        await bare.say("book")
        call, _ = await bare.called()
        await asyncio.gather(bare.say("never mind"), bare.answer(call, {}))
        assert "interrupted" in (await bare.turn()).kinds
        assert (await bare.turn()).words == "you said never mind"


async def test_a_blocking_call_that_was_not_made_before_an_interruption_is_not_made(serve: Serve) -> None:
    model = await serve({"book": [Say(LONG), Call("check", {})]}, pace=SLOW)
    async with model.set_up(tools=[BLOCKING_CHECK], outputAudioTranscription={}) as bare:
        await bare.say("book")
        await bare.until("serverContent", "modelTurn")
        await bare.say("never mind")
        assert "toolCall" not in (await bare.turn()).kinds
        assert (await bare.turn()).words == "you said never mind"


async def test_calls_side_by_side_share_a_message_and_are_answered_in_any_order(serve: Serve) -> None:
    model = await serve({"book": [Call("check", {"day": "friday"}), Call("check", {"day": "monday"})]})
    async with model.set_up(tools=[CHECK]) as bare:
        await bare.say("book")
        messages = await bare.until("toolCall")
        first, second = messages[-1]["toolCall"]["functionCalls"]
        await bare.turn()
        await bare.answer(second, {"n": 2})
        await bare.answer(first, {"n": 1})
        await bare.turn()
        await bare.turn()
    assert [response for _, response in model.receptionist.was_answered] == [{"n": 2}, {"n": 1}]


async def test_what_the_model_decided_to_call_is_called_although_its_speech_is_cut_short(
    serve: Serve,
) -> None:
    script = {"book": [Say(LONG), Call("check", {}), Say("never said")]}
    model = await serve(script, pace=SLOW)
    async with model.set_up(tools=[CHECK], outputAudioTranscription={}) as bare:
        await bare.say("book")
        await bare.until("serverContent", "modelTurn")
        await bare.say("yes yes")
        cut = await bare.turn()
        assert (await bare.turn()).words == "you said yes yes"
    assert cut.kinds[-4:] == ["toolCall", "interrupted", "turnComplete", "usageMetadata"]


async def test_a_message_sent_as_it_stands_may_be_any_nonsense(serve: Serve) -> None:
    nonsense = {"toolCall": {"functionCalls": [{"id": "x", "name": "no_such_tool", "args": {"day": 7}}]}}
    model = await serve(
        {"odd": [Raw({"weather": "fine"}), Raw(nonsense)], "no_such_tool answered": [Say("Oh.")]}
    )
    async with model.set_up(tools=[CHECK], outputAudioTranscription={}) as bare:
        await bare.say("odd")
        assert await bare.next() == {"weather": "fine"}
        assert await bare.next() == nonsense
        await bare.turn()
        await bare.answer({"id": "x", "name": "no_such_tool"}, {"success": False})
        assert (await bare.turn()).words == "Oh."


async def test_a_receptionist_that_calls_an_undeclared_tool_is_a_bug_and_ends_the_session(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    model = await serve({"book": [Call("no_such_tool", {})]})
    async with model.set_up(tools=[CHECK]) as bare:
        await bare.say("book")
        code, _ = await bare.closed()
    await model.service.__aexit__(None, None, None)
    assert code == 1011
    assert "no_such_tool is none of ['check']" in caplog.text
