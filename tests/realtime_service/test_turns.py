"""How a call feels: greeting, interruptions, waiting, the end; the rehearsed Twilio rings, in real time."""

import math
from collections.abc import Callable
from typing import Any

import msgspec

from clinic.adapters.embedded import bus
from clinic.contracts import tool_call
from clinic.directory import load_clinic
from clinic.settings import Settings
from realtime_service.phrases import phrases
from rehearsal.gemini.scripted import GREETING, Script
from rehearsal.receptionist.actions import Call, Say

Open = Callable[..., Any]
SLOW: Script = {"find it": [Call("find_appointments", {})]}
"""Nothing answers in these tests, so every tool is slow."""
GOODBYE: Script = {
    "that is all": [Say("then good bye and get well soon dear caller"), Call("end_call", {})],
    "one more thing": [Say("of course what is it")],
}


async def test_a_hello_does_not_cut_the_greeting_off(telephone: Open) -> None:
    async def says_hello(phone: Any) -> None:
        await phone.until(lambda: phone.stream.agent_heard_ms)
        phone.sound(0.5)
        await phone.until_quiet()

    async with telephone({}, word_seconds=0.6) as phone:
        await phone.call(says_hello)
        assert phone.model.ear.given == []
    (greeting,) = phone.turns
    assert (greeting.text, greeting.interrupted) == ("hello there", False)


async def test_whoever_goes_on_talking_interrupts_the_greeting_and_is_heard_from_the_first_sound(
    telephone: Open,
) -> None:
    async def talks(phone: Any) -> None:
        await phone.until(lambda: phone.stream.agent_heard_ms)
        phone.model.ear.will_hear.append("my knee hurts")
        phone.sound(1.5)
        await phone.until(lambda: "my knee hurts" in phone.model.receptionist.was_told)
        await phone.until_quiet()

    greeting: Script = {GREETING: [Say("good morning this is the clinic how may I help")]}
    async with telephone(greeting, word_seconds=0.25) as phone:
        await phone.call(talks)
        (given,) = phone.model.ear.given
    assert len(given) / 2 / 16_000 > 1.4
    cut, caller, answer = phone.turns
    assert (cut.speaker, cut.interrupted) == ("agent", True)
    assert (caller.text, caller.interrupted) == ("my knee hurts", False)
    assert (answer.text, answer.interrupted) == ("you said my knee hurts", False)


async def test_an_interrupted_turn_holds_the_words_that_were_heard(telephone: Open) -> None:
    words = [f"w{number}" for number in range(20)]
    script = {"go on": [Say(" ".join(words))], "stop": [Say("sorry")]}

    played_ms = 0.0

    async def interrupts_after_two_seconds(phone: Any) -> None:
        nonlocal played_ms
        await phone.until_quiet()
        asked_at = phone.stream.now_ms
        await phone.say("go on")
        await phone.until(lambda: phone.stream.agent_began_ms > asked_at)
        began = phone.stream.agent_began_ms
        await phone.stream.wait(2000)
        await phone.say("stop")
        played_ms = phone.stream.agent_heard_ms - began
        await phone.until_quiet()

    async with telephone(script) as phone:
        phone.model.voice.word_seconds = 0.2
        await phone.call(interrupts_after_two_seconds)
    (cut,) = [turn for turn in phone.turns if turn.interrupted]
    heard = cut.text.split()
    assert heard == words[: len(heard)]
    # Marks come every half second, which is two and a half words, and their way back takes a moment.
    assert played_ms / 200 - 5 <= len(heard) <= played_ms / 200 + 1
    assert 0 < len(heard) < len(words)


async def test_a_caller_who_waits_is_told_so_in_the_calls_language_and_never_twice_the_same(
    telephone: Open,
) -> None:
    async def waits(phone: Any) -> None:
        await phone.until_quiet()
        await phone.say("find it")
        await phone.until(lambda: phone.model.receptionist.was_answered)

    async with telephone(SLOW) as phone:
        await phone.call(waits, language="hi")
        ((_, response),) = phone.model.receptionist.was_answered
        first, second = phone.told("The appointment book has")
    assert phrases()["hi"]["busy"][0] in first
    assert phrases()["hi"]["still_busy"][0] in second
    assert (response["success"], response["error_type"]) == (False, "service")
    said = [turn.text for turn in phone.turns if turn.speaker == "agent"]
    assert phrases()["hi"]["busy"][0] in said
    assert phrases()["hi"]["still_busy"][0] in said


async def test_words_for_waiting_follow_a_change_of_language(telephone: Open) -> None:
    script: Script = {
        "telugu please": [Call("switch_language", {"language": "te"})],
        "switch_language answered": [Call("find_appointments", {})],
    }

    async def switches(phone: Any) -> None:
        await phone.until_quiet()
        await phone.say("telugu please")
        await phone.until(lambda: phone.told("has not answered"))

    async with telephone(script) as phone:
        await phone.call(switches)
        (direction,) = phone.told("has not answered")
    assert phrases()["te"]["busy"][0] in direction
    assert phone.record.language == "te"


async def test_a_goodbye_is_heard_to_its_end_before_the_clinic_hangs_up(telephone: Open) -> None:
    async def says_goodbye(phone: Any) -> None:
        await phone.until_quiet()
        await phone.say("that is all")
        await phone.stream.wait(60_000)

    async with telephone(GOODBYE) as phone:
        phone.model.voice.word_seconds = 0.15
        await phone.call(says_goodbye)
    assert (phone.ending, phone.stream.cut_off_ms) == ("the clinic hung up", 0)
    assert phone.record.status == "completed"
    assert phone.turns[-1].text == "then good bye and get well soon dear caller"
    assert not phone.turns[-1].interrupted


async def test_a_caller_who_thinks_of_one_more_thing_is_not_hung_up_on(telephone: Open) -> None:
    async def goes_on(phone: Any) -> None:
        await phone.until_quiet()
        began = phone.stream.now_ms
        await phone.say("that is all")
        await phone.until(lambda: phone.stream.agent_began_ms > began)
        await phone.stream.wait(300)
        await phone.say("one more thing")
        await phone.until_quiet(1500)

    async with telephone(GOODBYE) as phone:
        phone.model.voice.word_seconds = 0.2
        await phone.call(goes_on)
    assert phone.ending == "the caller hung up"
    assert phone.turns[-1].text == "of course what is it"


async def test_a_line_on_which_nobody_is_left_is_closed_after_three_tries(telephone: Open) -> None:
    async def is_silent(phone: Any) -> None:
        await phone.stream.wait(60_000)

    async with telephone({}, idle_seconds=1) as phone:
        await phone.call(is_silent)
        told = phone.model.receptionist.was_told[1:]
    assert [words.split(". Say")[0] for words in told] == [
        "[The caller has been silent",
        "[The caller is still silent",
        "[The caller does not answer; the call ends after these words",
    ]
    assert (phone.ending, phone.stream.cut_off_ms) == ("the clinic hung up", 0)
    assert phone.record.status == "completed"
    assert phone.turns[-1].text == phrases()["en"]["goodbye"][0]


async def test_the_longest_call_ends_with_words(telephone: Open) -> None:
    async def talks_for_ever(phone: Any) -> None:
        await phone.stream.wait(60_000)

    async with telephone({}, session_timeout=2) as phone:
        await phone.call(talks_for_ever)
        assert phone.told("The call must end soon")
    assert (phone.ending, phone.stream.cut_off_ms) == ("the clinic hung up", 0)
    assert phone.turns[-1].text == phrases()["en"]["time_up"][0]


async def test_digits_reach_the_model_as_one_line(telephone: Open) -> None:
    async def keys_in(phone: Any) -> None:
        await phone.until_quiet()
        for key in "2411#":
            phone.stream.press(key)
        await phone.until(lambda: phone.told("keyed in"))

    async with telephone({}) as phone:
        await phone.call(keys_in)
        assert phone.told("keyed in") == ["[The caller keyed in 2 4 1 1 on the phone.]"]


async def test_a_tool_that_waits_for_digits_gets_them(telephone: Open) -> None:
    script: Script = {
        "you do not understand me": [Call("collect_digits", {"what": "date"})],
        "collect_digits answered": [Say("thank you")],
    }

    async def keys_in(phone: Any) -> None:
        await phone.until_quiet()
        await phone.say("you do not understand me")
        await phone.stream.wait(200)
        for key in "2411#":
            phone.stream.press(key)
        await phone.until(lambda: phone.model.receptionist.was_answered)

    async with telephone(script) as phone:
        await phone.call(keys_in)
        ((name, response),) = phone.model.receptionist.was_answered
        assert phone.told("keyed in") == []
    assert (name, response["success"], response["value"][4:]) == ("collect_digits", True, "-11-24")


async def test_zero_asks_for_a_human_without_the_model(
    telephone: Open, answer: Callable[[str], list[str]]
) -> None:
    asked: list[str] = []

    async def presses_zero(phone: Any) -> None:
        await phone.until_quiet()
        phone.stream.press("0")
        while not asked:
            await phone.stream.wait(100)
            asked.extend(answer("You are being put through."))
        await phone.until(lambda: phone.told("You are being put through."))

    async with telephone({}) as phone:
        await phone.call(presses_zero)
    assert asked == ["transfer_to_human"]


async def test_a_caller_in_danger_is_put_through_as_one_whatever_the_model_makes_of_it(
    telephone: Open, settings: Settings
) -> None:
    told: list[Any] = []

    def transfers() -> list[dict[str, Any]]:
        told.extend(bus.open_port(settings).take_due(10))
        return [tool_call.decode(each.data).arguments for each in told if each.topic == "transfer_to_human"]

    async def says_so(phone: Any) -> None:
        await phone.until_quiet()
        await phone.say("my father has chest pain")
        await phone.until(transfers)

    model: Script = {"my father has chest pain": [Call("transfer_to_human", {"reason": "Feels unwell."})]}
    async with telephone(model) as phone:
        await phone.call(says_so)
    assert transfers() == [{"reason": "Feels unwell.", "emergency": True}]


async def test_the_record_notes_that_the_preamble_was_heard(telephone: Open) -> None:
    preamble = dict.fromkeys(load_clinic().languages, "this is an automatic assistant")
    clinic = msgspec.structs.replace(load_clinic(), preamble=preamble)

    async def listens(phone: Any) -> None:
        await phone.until_quiet()

    async with telephone({}, clinic) as phone:
        await phone.call(listens)
        assert 'First say, exactly: "this is an automatic assistant"' in phone.model.receptionist.was_told[0]
    assert phone.record.preamble_heard_at is not None


async def test_a_preamble_that_was_cut_off_was_not_heard(telephone: Open) -> None:
    preamble = dict.fromkeys(load_clinic().languages, "this is an automatic assistant")
    clinic = msgspec.structs.replace(load_clinic(), preamble=preamble)

    async def hangs_up(phone: Any) -> None:
        await phone.until(lambda: phone.stream.agent_heard_ms)

    async with telephone({}, clinic, word_seconds=math.pi / 10) as phone:
        await phone.call(hangs_up)
    assert phone.record.preamble_heard_at is None


async def test_a_model_that_waits_for_its_functions_is_told_nothing_and_the_caller_hears_the_tone(
    telephone: Open,
) -> None:
    async def waits(phone: Any) -> None:
        await phone.until_quiet()
        await phone.say("find it")
        said = phone.stream.now_ms
        await phone.until(lambda: phone.stream.agent_began_ms > said)
        await phone.until(lambda: phone.model.receptionist.was_answered)

    other = {"gemini_model": "gemini-3.1-flash-live-preview", "comfort_tone": True}
    async with telephone(SLOW, **other) as phone:
        await phone.call(waits)
        assert phone.told("The appointment book has") == []
