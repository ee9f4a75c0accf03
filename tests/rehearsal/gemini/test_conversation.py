"""Turns on the wire: what is heard, said, called and interrupted, in the order of the real service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rehearsal.gemini.faculties import HEARING_RATE, Pace
from rehearsal.receptionist.actions import Call, Say
from rehearsal.speech.expecting import Expecting

Serve = Callable[..., Awaitable[Any]]

CHECK = {"functionDeclarations": [{"name": "check", "behavior": "NON_BLOCKING"}]}
LONG = " ".join(["word"] * 100)
"""Two seconds of the scripted voice."""
SLOW = Pace(speed=1.0)


async def test_a_turn_is_audio_with_its_words_then_generation_complete_then_turn_complete(
    serve: Serve,
) -> None:
    model = await serve({"hello": [Say("Good morning."), Say("How can I help?")]})
    async with model.set_up(outputAudioTranscription={}) as bare:
        await bare.say("hello")
        turn = await bare.turn()
    assert turn.kinds == ["modelTurn", "generationComplete", "turnComplete", "usageMetadata"]
    assert turn.words == "Good morning. How can I help?"
    assert any(turn.audio)
    assert len(turn.audio) == len(model.voice.speak("six words of the voice here"))
    assert turn[-1]["usageMetadata"]["responseTokenCount"] == 3


async def test_turn_complete_waits_until_the_caller_has_heard_it_all(serve: Serve) -> None:
    model = await serve({"hello": [Say("word " * 20)]})
    async with model.set_up() as bare:
        await bare.say("hello")
        began = time.monotonic()
        await bare.until("serverContent", "generationComplete")
        sent = time.monotonic() - began
        await bare.turn()
        heard = time.monotonic() - began
    assert sent < 0.25
    assert 0.39 < heard < 0.8


async def test_without_being_asked_for_no_transcript_is_sent(serve: Serve) -> None:
    model = await serve()
    model.ear.will_hear = ["hello"]
    async with model.set_up() as bare:
        await bare.speak()
        turn = await bare.turn()
    assert "inputTranscription" not in turn.kinds
    assert turn.words == ""


async def test_the_callers_voice_is_transcribed_and_answered(serve: Serve) -> None:
    model = await serve()
    model.ear.will_hear = ["with doctor rao"]
    async with model.set_up(inputAudioTranscription={}, outputAudioTranscription={}) as bare:
        await bare.speak(0.3)
        turn = await bare.turn()
    assert turn[0] == {"serverContent": {"inputTranscription": {"text": "with doctor rao"}}}
    assert turn.words == "you said with doctor rao"
    assert model.ear.given == [b"\x00\x20" * int(0.3 * HEARING_RATE)]


async def test_the_ear_is_told_what_was_asked(serve: Serve) -> None:
    model = await serve()
    async with model.set_up() as bare:
        await bare.say("hello")
        await bare.turn()
        model.receptionist.expecting = Expecting.SPELLING
        await bare.speak()
        await bare.turn()
    assert model.ear.expected == [Expecting.SPELLING]


async def test_speech_that_is_not_understood_reaches_the_receptionist_as_nothing(serve: Serve) -> None:
    model = await serve({"": [Say("Pardon?")]})
    async with model.set_up(inputAudioTranscription={}, outputAudioTranscription={}) as bare:
        await bare.speak()
        turn = await bare.turn()
    assert turn.words == "Pardon?"
    assert "inputTranscription" not in turn.kinds


async def test_a_caller_who_speaks_interrupts(serve: Serve) -> None:
    model = await serve({"hello": [Say(LONG)]}, pace=SLOW)
    async with model.set_up() as bare:
        await bare.say("hello")
        await bare.until("serverContent", "modelTurn")
        await bare.speak(quiet=0)
        rest = await bare.turn()
    assert rest.kinds[-3:] == ["interrupted", "turnComplete", "usageMetadata"]
    assert "generationComplete" not in rest.kinds
    assert len(rest.audio) < len(model.voice.speak(LONG)) / 2


async def test_a_caller_interrupts_what_was_sent_and_is_still_being_played(serve: Serve) -> None:
    model = await serve({"hello": [Say(LONG)]})
    async with model.set_up() as bare:
        await bare.say("hello")
        await bare.until("serverContent", "generationComplete")
        await bare.speak(quiet=0)
        rest = await bare.turn()
    assert rest.kinds == ["interrupted", "turnComplete", "usageMetadata"]


async def test_a_caller_is_not_heeded_until_the_end_where_interruption_is_off(serve: Serve) -> None:
    model = await serve({"hello": [Say("word " * 20)]})
    model.ear.will_hear = ["stop"]
    no_interruption = {"activityHandling": "NO_INTERRUPTION"}
    async with model.set_up(realtimeInputConfig=no_interruption, outputAudioTranscription={}) as bare:
        await bare.say("hello")
        await bare.until("serverContent", "modelTurn")
        await bare.speak()
        first, second = await bare.turn(), await bare.turn()
    assert "interrupted" not in first.kinds
    assert second.words == "you said stop"


async def test_a_pause_for_breath_while_the_ear_is_at_work_makes_one_turn(serve: Serve) -> None:
    model = await serve()
    model.ear.will_hear = ["i would like", "i would like an appointment"]
    hears = model.ear.hear
    goes_on = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow_hear(pcm: bytes, expecting: Expecting) -> str:
        if not model.ear.given:
            loop.call_soon_threadsafe(goes_on.set)
            time.sleep(0.2)
        heard: str = hears(pcm, expecting)
        return heard

    model.ear.hear = slow_hear
    async with model.set_up() as bare:
        await bare.speak(0.2)
        await goes_on.wait()
        await bare.speak(0.3)
        await bare.turn()
    assert model.receptionist.was_told == ["i would like an appointment"]
    assert len(model.ear.given[-1]) == int(0.5 * HEARING_RATE) * 2


async def test_client_content_is_put_together_and_answered_when_its_turn_is_complete(serve: Serve) -> None:
    model = await serve()
    async with model.set_up() as bare:
        for text, complete in (("on friday", False), ("at ten", True)):
            turns = [
                {"role": "model", "parts": [{"text": "Which day?"}]},
                {"role": "user", "parts": [{"text": text}]},
            ]
            await bare.send({"clientContent": {"turns": turns, "turnComplete": complete}})
        await bare.turn()
    assert model.receptionist.was_told == ["on friday\nat ten"]


async def test_client_content_interrupts(serve: Serve) -> None:
    model = await serve({"hello": [Say(LONG)]}, pace=SLOW)
    async with model.set_up() as bare:
        await bare.say("hello")
        await bare.until("serverContent", "modelTurn")
        stop = [{"role": "user", "parts": [{"text": "stop"}]}]
        await bare.send({"clientContent": {"turns": stop, "turnComplete": True}})
        assert "interrupted" in (await bare.turn()).kinds
        await bare.turn()
    assert model.receptionist.was_told == ["hello", "stop"]


async def test_handles_are_withheld_while_the_model_speaks_or_waits_for_a_tool(serve: Serve) -> None:
    model = await serve({"book": [Call("check", {})], "check answered": [Say("Free.")]})
    async with model.set_up(tools=[CHECK], sessionResumption={}) as bare:
        await bare.say("book")
        call, before = await bare.called()
        assert before[0] == {"sessionResumptionUpdate": {}}
        await bare.turn()
        await bare.answer(call, {})
        assert await bare.next() == {"sessionResumptionUpdate": {}}
        await bare.turn()
        update = (await bare.next())["sessionResumptionUpdate"]
    assert update["resumable"] is True
    assert len(update["newHandle"]) > 20


async def test_a_client_that_floods_is_sent_away(serve: Serve) -> None:
    model = await serve({"hello": [Say(LONG)]})
    async with model.set_up() as bare:
        for _ in range(200):
            await bare.say("hello")
        assert await bare.closed() == (1011, "Resource has been exhausted (e.g. check quota).")
