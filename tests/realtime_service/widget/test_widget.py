"""The widget in a real browser: what a visitor hears, reads, says and types."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest

from clinic.adapters.embedded import appointments, calls
from clinic.booking.appointment import Appointment
from clinic.settings import Settings
from rehearsal.caller.persona import Persona
from rehearsal.caller.wish import Wish
from rehearsal.receptionist.actions import Call, Say
from rehearsal.speech.voice import Voice

pytestmark = pytest.mark.browser

Start = Callable[..., Any]
MICROPHONE_RATE = 48_000
LONG = " ".join(["word"] * 60)


def friday() -> str:
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
    return (today + timedelta(days=7 + (4 - today.weekday()) % 7)).isoformat()


def booking(**changes: str) -> dict[str, str]:
    return {
        "patient_name": "Asha Rao",
        "email": "asha.rao@example.com",
        "appointment_date": friday(),
        "appointment_time": "10:30 AM",
        "doctor_name": "Dr. Anil Mehta",
        "department": "Cardiology",
        **changes,
    }


def silence(seconds: float) -> bytes:
    return bytes(int(seconds * MICROPHONE_RATE) * 2)


async def test_a_visitor_hears_the_agent_and_reads_both_sides(clinic_with: Start, visit: Start) -> None:
    clinic = clinic_with({"good morning": [Say("good morning to you too")]})
    visitor = await visit(clinic.address)
    await visitor.talk()
    await visitor.status_is("Listening")
    await visitor.say("good morning")
    await visitor.told("good morning to you too")
    assert await visitor.lines("caller") == ["good morning"]
    assert await visitor.hears() > 0
    log = visitor.element.get_by_role("log", name="Conversation")
    assert await log.get_attribute("aria-live") == "polite"


def spoken(text: str) -> bytes:
    # No hum: Chromium's noise suppression takes what stays the same for noise, within a tenth of a second.
    return Voice(rate=MICROPHONE_RATE).speak(text)


async def test_what_is_said_into_the_microphone_reaches_the_model(clinic_with: Start, visit: Start) -> None:
    clinic = clinic_with({"hello there": [Say("i heard you")]})
    clinic.model.ear.will_hear = ["hello there"] * 99
    visitor = await visit(clinic.address, says=silence(2) + spoken("hello there"))
    await visitor.talk()
    await visitor.told("hello there", "caller")
    await visitor.told("i heard you")
    assert await visitor.button("Microphone").get_attribute("aria-pressed") == "true"


async def test_a_muted_microphone_sends_silence(clinic_with: Start, visit: Start) -> None:
    clinic = clinic_with({})
    clinic.model.ear.will_hear = ["hello there"] * 99
    speech = silence(1) + spoken("hello there")
    visitor = await visit(clinic.address, says=speech)
    sent: list[bytes | str] = []
    visitor.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    await visitor.talk()
    await visitor.button("Microphone").click()
    await visitor.status_is("Your microphone is off")
    # A second for what was on its way, then all that the microphone hears, over and over.
    on_the_way, all_of_it = 50, len(speech) // 2 * 50 // MICROPHONE_RATE
    async with asyncio.timeout(60):
        while len(voice := [frame for frame in sent if isinstance(frame, bytes)]) < on_the_way + all_of_it:
            await asyncio.sleep(0.05)
    assert not any(b"".join(voice[on_the_way:]))
    await visitor.button("Microphone").click()
    await visitor.told("hello there", "caller")


async def test_a_visitor_who_interrupts_hears_nothing_more_of_it(clinic_with: Start, visit: Start) -> None:
    clinic = clinic_with({"go on": [Say(LONG)], "stop please": []})
    clinic.model.voice.word_seconds = 0.4
    clinic.model.ear.will_hear = ["stop please"] * 99
    visitor = await visit(clinic.address, says=silence(3) + spoken("stop please"))
    await visitor.talk()
    # Off until the agent speaks: the visitor interrupts the answer, however long the way to it was.
    await visitor.button("Microphone").click()
    await visitor.status_is("Your microphone is off")
    await visitor.say("go on")
    # By its words: the greeting is spoken too, and cut off by what was typed.
    await visitor.told("word word")
    await visitor.status_is("Speaking")
    await visitor.button("Microphone").click()
    await visitor.element.locator(".said.agent.cut").filter(has_text="word word").wait_for()
    await visitor.status_is("Listening")
    # 60 words of 0.4 s are 24 s: what was heard of them ends where the visitor spoke.
    heard = await visitor.loud_samples()
    assert heard < 20 * MICROPHONE_RATE
    await visitor.page.wait_for_timeout(500)
    assert await visitor.loud_samples() == heard


def wish() -> Wish:
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
    return Wish(
        doctor="doctor mehta",
        day=date.fromisoformat(friday()),
        time=time(10, 30),
        name="Asha Rao",
        email="asha.rao@example.com",
        phone="+919812345678",
        today=today,
    )


def stored(run: Any) -> list[Appointment]:
    settings = Settings(local_data=str(run.data))
    return appointments.open_port(settings).coming(datetime.now(UTC))


async def test_a_visitor_says_a_wish_types_the_rest_and_has_an_appointment(
    clinic_with: Start, visit: Start
) -> None:
    clinic, caller = clinic_with(), Persona(wish())
    opening = caller.answer("How can I help you?")
    assert opening
    # Over and over: how long the greeting takes is the machine's affair.
    visitor = await visit(clinic.address, says=silence(9) + spoken(opening) + silence(9))
    await visitor.talk()
    await visitor.told("mehta", "caller")
    await visitor.button("Microphone").click()
    await visitor.books(caller, heard=1)
    assert "Dr. Anil Mehta, Cardiology" in await visitor.card.inner_text()
    assert [each.doctor_id for each in stored(clinic.run)] == ["mehta"]


@pytest.mark.parametrize(
    ("microphone", "words"),
    [("refused", "Your microphone is not allowed here"), ("missing", "No microphone was found")],
)
async def test_without_a_microphone_the_visitor_is_told_why_and_books_by_typing(
    clinic_with: Start, visit: Start, microphone: str, words: str
) -> None:
    clinic = clinic_with()
    visitor = await visit(clinic.address, microphone=microphone)
    await visitor.talk()
    await visitor.notice.filter(has_text=words).wait_for()
    await visitor.books(Persona(wish()))
    assert "Appointment booked" in await visitor.card.inner_text()
    assert [each.doctor_id for each in stored(clinic.run)] == ["mehta"]
    assert not await visitor.button("Microphone").is_visible()


async def test_a_microphone_that_another_program_holds_has_words_of_its_own(
    clinic_with: Start, visit: Start
) -> None:
    clinic = clinic_with({})
    visitor = await visit("about:blank")
    # No flag of Chromium's makes its fake microphone busy: the page is told what a busy one is told.
    busy = (
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotReadableError') }"
    )
    await visitor.page.add_init_script(busy)
    await visitor.page.goto(clinic.address)
    await visitor.talk()
    await visitor.notice.filter(has_text="Another program is using your microphone").wait_for()
    await visitor.say("are you there")
    await visitor.told("you said are you there")


# The browser's question, open until the page is told that the visitor has answered.
ASKED = """
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const answered = new Promise(resolve => { globalThis.allow = resolve; });
    navigator.mediaDevices.getUserMedia = async (what) => {
        globalThis.isAsked = true;
        await answered;
        globalThis.track = (globalThis.stream = await ask(what)).getAudioTracks()[0];
        return globalThis.stream;
    };
"""


async def asked_for_the_microphone(clinic_with: Start, visit: Start) -> Any:
    clinic = clinic_with({})
    visitor = await visit("about:blank", bypass_csp=True)
    await visitor.page.add_init_script(ASKED)
    await visitor.page.goto(clinic.address)
    await visitor.talk()
    await visitor.page.wait_for_function("globalThis.isAsked")
    return visitor


async def test_a_microphone_allowed_after_the_call_has_ended_is_let_go(
    clinic_with: Start, visit: Start
) -> None:
    visitor = await asked_for_the_microphone(clinic_with, visit)
    await visitor.button("End the call").click()
    await visitor.page.evaluate("allow()")
    await visitor.page.wait_for_function("globalThis.track?.readyState === 'ended'")


async def test_a_microphone_switched_off_before_it_is_there_stays_off(
    clinic_with: Start, visit: Start
) -> None:
    visitor = await asked_for_the_microphone(clinic_with, visit)
    await visitor.button("Microphone").click()
    await visitor.page.evaluate("allow()")
    await visitor.status_is("Your microphone is off")
    assert await visitor.page.evaluate("track.enabled") is False
    await visitor.button("Microphone").click()
    assert await visitor.page.evaluate("track.enabled") is True


async def test_what_is_booked_is_shown_and_can_be_put_into_a_calendar(
    clinic_with: Start, visit: Start
) -> None:
    clinic = clinic_with({"book it": [Call("book_appointment", booking())]})
    visitor = await visit(clinic.address)
    await visitor.type_instead()
    await visitor.say("book it")
    await visitor.card.wait_for()
    shown = await visitor.card.inner_text()
    assert "Dr. Anil Mehta, Cardiology" in shown
    assert re.search(r"Friday.*10:30", shown)
    link = visitor.card.get_by_role("link", name="Add to my calendar")
    async with visitor.page.expect_download() as download:
        await link.click()
    assert (await download.value).suggested_filename == "appointment.ics"
    address = await link.get_attribute("href")
    lines = unquote(address.partition(",")[2]).split("\r\n")
    (appointment,) = stored(clinic.run)
    assert f"UID:{appointment.id}@renova" in lines
    assert f"DTSTART:{friday().replace('-', '')}T050000Z" in lines
    assert f"DTEND:{friday().replace('-', '')}T053000Z" in lines
    assert "SUMMARY:Dr. Anil Mehta\\, Cardiology" in lines
    assert (lines[0], lines[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])


async def test_the_clinics_own_page_is_told_what_happens_but_nothing_about_the_patient(
    clinic_with: Start, visit: Start
) -> None:
    clinic = clinic_with({"book it": [Call("book_appointment", booking())]})
    visitor = await visit(clinic.address)
    names = ["call-started", "appointment-booked", "call-ended"]
    await visitor.page.evaluate(
        """names => {
            globalThis.told = [];
            const tell = ({type, detail}) => told.push({type, ...detail});
            for (const name of names) addEventListener(name, tell);
        }""",
        names,
    )
    await visitor.type_instead()
    await visitor.say("book it")
    await visitor.card.wait_for()
    await visitor.button("End the call").click()
    told = await visitor.page.evaluate("told")
    assert [each["type"] for each in told] == names
    assert (told[1]["doctor"], told[1]["department"]) == ("Dr. Anil Mehta", "Cardiology")
    assert "Asha" not in json.dumps(told)
    assert told[2]["reason"] == "ended"
    assert await visitor.element.get_by_text("The call has ended").is_visible()


async def test_the_call_is_in_the_record_as_a_phone_call_is(clinic_with: Start, visit: Start) -> None:
    clinic = clinic_with({"good morning": [Say("good morning to you")]})
    visitor = await visit(clinic.address)
    await visitor.page.evaluate(
        "addEventListener('call-started', ({detail}) => globalThis.id = detail.callId)"
    )
    await visitor.type_instead()
    await visitor.say("good morning")
    await visitor.told("good morning to you")
    call_id = await visitor.page.evaluate("id")
    log = calls.open_port(Settings(local_data=str(clinic.run.data)))

    def turns() -> list[tuple[str, str]]:
        return [(turn.speaker, turn.text) for turn in log.turns(call_id)]

    # What was not heard to its end is kept as far as it was heard.
    async with asyncio.timeout(10):
        while ("agent", "good morning to you") not in turns():
            await asyncio.sleep(0.05)
    await visitor.button("End the call").click()
    async with asyncio.timeout(10):
        while (record := log.get(call_id)) is None or not record.resolution:
            await asyncio.sleep(0.05)
    assert (record.channel, record.status, record.language) == ("web", "completed", "en")
    assert ("caller", "good morning") in turns()
    assert ("agent", "good morning to you") in turns()
