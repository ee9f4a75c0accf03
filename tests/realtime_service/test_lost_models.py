"""Whole calls on the phone whose model is lost on the way: the caller goes on, or is handed to people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clinic.adapters.embedded import ledger
from clinic.settings import Settings
from rehearsal.gemini.line import Line
from rehearsal.gemini.refusal import Refused, not_found
from rehearsal.gemini.scripted import Script
from rehearsal.receptionist.actions import Break, Call, Raw, Say

Open = Callable[..., Any]
Answer = Callable[[str], list[str]]
FIND: Script = {
    "find it": [Call("find_appointments", {})],
    "and now": [Break(1011, "Internal error encountered.")],
    "find_appointments answered": [Say("there it is")],
}


def greetings(phone: Any) -> int:
    return sum("is connected" in text for text in phone.model.told)


async def test_a_tool_in_flight_is_answered_once_over_a_lost_connection_and_nobody_is_greeted_twice(
    telephone: Open, answer: Answer, settings: Settings
) -> None:
    async def asks(phone: Any) -> None:
        await phone.until_quiet()
        await phone.say("find it")
        phone.model.ear.will_hear.append("and now")
        phone.sound(0.4)
        await phone.until(lambda: len(phone.model.detections) == 2)
        await phone.until(lambda: "find_appointments" in answer("one on monday"))
        await phone.until(lambda: any("one on monday" in text for text in phone.model.told))
        await phone.until_quiet(400)

    async with telephone(FIND) as phone:
        await phone.call(asks)
    assert phone.ending == "the caller hung up"
    assert phone.record.status == "completed"
    assert greetings(phone) == 1
    assert sum("one on monday" in text for text in phone.model.told) == 1
    assert phone.model.answers == []
    (logged,) = ledger.open_port(settings).of_call("call-7")
    assert logged.delivered_at is not None


async def test_over_a_fresh_session_the_new_model_knows_what_was_said_and_the_record_has_it_once(
    telephone: Open,
) -> None:
    async def asks(phone: Any) -> None:
        await phone.until_quiet()
        await phone.say("on monday")
        await phone.until_quiet()
        phone.model.ear.will_hear.append("and now")
        phone.sound(0.4)
        await phone.until(lambda: len(phone.model.receptionists) == 2)
        await phone.until(lambda: phone.model.receptionist.was_told)
        await phone.until_quiet(400)

    async with telephone(FIND, lines=[Line(), Line(setup_refused=not_found())]) as phone:
        await phone.call(asks)
    words = " ".join(text for _, text in phone.model.receptionist.recalls)
    assert "on monday" in words
    assert "you said on monday" in words
    assert greetings(phone) == 1
    caller = [turn.text for turn in phone.turns if turn.speaker == "caller"]
    assert caller.count("on monday") == 1
    assert phone.record.status == "completed"


async def test_a_connection_told_to_go_is_changed_between_two_turns(telephone: Open) -> None:
    script: Script = {"on monday": [Raw({"goAway": {"timeLeft": "50s"}}), Say("on monday then")]}

    async def asks(phone: Any) -> None:
        await phone.until_quiet()
        await phone.say("on monday")
        await phone.until(lambda: len(phone.model.detections) == 2)
        phone.model.ear.will_hear.append("what did i say")
        phone.sound(0.4)
        await phone.until(lambda: "what did i say" in phone.model.told)
        await phone.until_quiet(400)

    async with telephone(script) as phone:
        await phone.call(asks)
    assert any("on monday" in turn.text for turn in phone.turns[-1:]), "it remembers"
    assert phone.stream.cut_off_ms == 0
    assert not any("renewed" in text for text in phone.model.told)


async def test_a_model_that_does_not_come_back_hands_the_caller_to_people(telephone: Open) -> None:
    async def asks(phone: Any) -> None:
        await phone.until_quiet()
        phone.model.ear.will_hear.append("and now")
        phone.sound(0.4)
        await phone.stream.wait(60_000)

    quota = Refused(1011, "You exceeded your current quota.")
    async with telephone(FIND, lines=[Line(), Line(setup_refused=quota)]) as phone:
        await phone.call(asks)
    assert phone.ending == "broken"
    assert phone.record.status == "failed", "what follows the stream then dials the clinic"


async def test_a_caller_whose_model_is_being_brought_back_hears_that_the_line_is_alive(
    telephone: Open,
) -> None:
    async def waits(phone: Any) -> None:
        await phone.until_quiet()
        phone.model.ear.will_hear.append("and now")
        phone.sound(0.4)
        await phone.until(lambda: len(phone.model.detections) == 2)
        said = phone.stream.now_ms
        await phone.until(lambda: phone.stream.agent_began_ms > said)

    never_up = Line(setup_seconds=60.0)
    async with telephone(FIND, lines=[Line(), never_up]) as phone:
        await phone.call(waits)
    assert phone.ending == "the caller hung up"
