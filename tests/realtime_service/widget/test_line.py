"""The widget when things go wrong around it: the network, a reload, a stranger's page, a busy clinic."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from rehearsal.receptionist.actions import Say

pytestmark = pytest.mark.browser

Start = Callable[..., Any]


async def on_a_line(clinic_with: Start, visit: Start, line: Any, script: Any) -> tuple[Any, Any]:
    """Open the clinic's page over a line that can fail, on a clock that can be put forward."""
    clinic = clinic_with(script, REALTIME_URL=line.url)
    line.to = int(clinic.address.rsplit(":", 1)[1].strip("/"))
    visitor = await visit(f"http://127.0.0.1:{line.port}/", expect_complaints=True, clock=True)
    await visitor.type_instead()
    return clinic, visitor


async def test_a_call_goes_on_after_the_network_was_lost_and_nothing_is_missed(
    clinic_with: Start, visit: Start, line: Any
) -> None:
    script = {"one": [Say("first answer")], "two": [Say("second answer")]}
    clinic, visitor = await on_a_line(clinic_with, visit, line, script)
    await visitor.say("one")
    await visitor.told("first answer")
    line.cut()
    await visitor.notice.filter(has_text="The connection was lost").wait_for()
    line.mend()
    await visitor.notice.wait_for(state="hidden")
    await visitor.say("two")
    await visitor.told("second answer")
    said = " ".join(await visitor.lines("agent"))
    assert [said.count(words) for words in ("first answer", "second answer")] == [1, 1]
    assert len(clinic.model.setups) == 1


async def test_a_line_typed_into_a_network_that_swallows_it_arrives_once(
    clinic_with: Start, visit: Start, line: Any
) -> None:
    clinic, visitor = await on_a_line(clinic_with, visit, line, {})
    await visitor.told("hello there")
    line.swallow()
    await visitor.say("one")
    await visitor.page.clock.fast_forward(10_000)
    await visitor.told("you said one")
    await visitor.say("two")
    await visitor.told("you said two")
    assert await visitor.lines("caller") == ["one", "two"]
    assert clinic.model.receptionist.was_told[1:] == ["one", "two"]


async def test_a_call_whose_network_does_not_come_back_ends_with_words_after_a_minute(
    clinic_with: Start, visit: Start, line: Any
) -> None:
    _, visitor = await on_a_line(clinic_with, visit, line, {})
    await visitor.told("hello there")
    line.cut()
    await visitor.notice.filter(has_text="The connection was lost").wait_for()
    await visitor.page.clock.fast_forward(50_000)
    assert await visitor.notice.is_visible()
    await visitor.page.clock.fast_forward(15_000)
    await visitor.element.get_by_text("The connection was lost, and the call has ended.").wait_for()
    assert await visitor.button("Start again").is_visible()
    assert await visitor.element.get_by_role("link", name="Call +91 40 0000 0000").is_visible()


async def test_a_call_that_the_service_knows_no_more_is_not_waited_for(
    clinic_with: Start, visit: Start, line: Any
) -> None:
    _, visitor = await on_a_line(clinic_with, visit, line, {})
    await visitor.told("hello there")
    line.cut()
    line.takes_no_stream = True
    line.mend()
    await visitor.element.get_by_text("The connection was lost, and the call has ended.").wait_for()


async def test_a_reload_goes_on_with_the_same_call_without_a_second_greeting(
    clinic_with: Start, visit: Start
) -> None:
    clinic = clinic_with({"one": [Say("first answer")], "two": [Say("second answer")]})
    visitor = await visit(clinic.address)
    await visitor.type_instead()
    await visitor.say("one")
    await visitor.told("first answer")
    before = await visitor.captions.all_inner_texts()
    await visitor.page.reload()
    await visitor.told("first answer")
    assert await visitor.captions.all_inner_texts() == before
    await visitor.say("two")
    await visitor.told("second answer")
    assert len(clinic.model.setups) == 1
    assert len(clinic.model.receptionist.was_told) == 3


async def test_a_visitor_can_hear_again_after_a_reload(clinic_with: Start, visit: Start) -> None:
    clinic = clinic_with({"two": [Say("second answer with some more words")]})
    visitor = await visit(clinic.address)
    await visitor.type_instead()
    await visitor.told("hello there")
    await visitor.page.reload()
    await visitor.told("hello there")
    await visitor.button("Turn the sound on").click()
    heard = await visitor.loud_samples()
    await visitor.say("two")
    assert await visitor.hears(heard) > heard


async def test_a_call_that_ended_is_not_gone_on_with(clinic_with: Start, visit: Start) -> None:
    clinic = clinic_with({})
    visitor = await visit(clinic.address)
    await visitor.type_instead()
    await visitor.told("hello there")
    await visitor.button("End the call").click()
    await visitor.page.reload()
    await visitor.launcher.wait_for()
    assert not await visitor.panel.is_visible()


async def test_a_strangers_page_can_start_no_call_and_is_told_so(
    clinic_with: Start, visit: Start, site: Any
) -> None:
    clinic = clinic_with({})
    site.html = f'<html lang="en"><script src="{clinic.address}embed.js" async></script>'
    visitor = await visit(site.address, expect_complaints=True)
    said: list[str] = []
    visitor.page.on("console", lambda message: said.append(message.text))
    await visitor.page.reload()
    await visitor.type_instead()
    await visitor.element.get_by_text("Calls can not be started from this page.").wait_for()
    assert any("is not among CORS_ORIGINS" in line for line in said)
    assert clinic.model.setups == []


async def test_a_strangers_page_that_asks_all_the_same_gets_nothing(
    clinic_with: Start, visit: Start, site: Any
) -> None:
    clinic = clinic_with({})
    site.html = "<p>A page of somebody else's."
    visitor = await visit(site.address, expect_complaints=True)
    ask = """async ([session, stream]) => {
        const token = await fetch(session, {method: "POST"}).then(() => "got one", () => "refused");
        const socket = new WebSocket(stream, ["clinic-voice.v1", "token.x"]);
        const opened = await new Promise((done) => {
            socket.onopen = () => done("opened");
            socket.onerror = () => done("refused");
        });
        return [token, opened];
    }"""
    stream = clinic.address.replace("http", "ws", 1) + "browser"
    addresses = [f"{clinic.functions}/web_session", stream]
    assert await visitor.page.evaluate(ask, addresses) == ["refused", "refused"]


async def test_a_clinic_whose_lines_are_busy_says_so_and_gives_its_number(
    clinic_with: Start, visit: Start
) -> None:
    clinic = clinic_with({}, MAX_SESSIONS="1")
    first, second = await visit(clinic.address), await visit(clinic.address, expect_complaints=True)
    await first.type_instead()
    await first.told("hello there")
    await second.type_instead()
    await second.element.get_by_text("All lines are busy just now.").wait_for()
    phone = second.element.get_by_role("link", name="Call +91 40 0000 0000")
    assert await phone.get_attribute("href") == "tel:+914000000000"


async def test_a_visitor_who_starts_too_many_calls_is_asked_to_wait(clinic_with: Start, visit: Start) -> None:
    clinic = clinic_with({}, API_RATE_LIMIT="1")
    visitor = await visit(clinic.address, expect_complaints=True)
    await visitor.open()
    # A minute may turn over in between, and the count begins anew.
    for _ in range(3):
        await visitor.button("Type instead").click()
        await visitor.element.locator(".said.agent, .over p").first.wait_for()
        if await visitor.element.get_by_text("Too many calls were started from here.").is_visible():
            return
        await visitor.button("End the call").click()
        await visitor.button("Start again").click()
    pytest.fail("three calls within two minutes were let through")


async def test_the_widget_works_under_a_strict_policy_beside_any_css(
    clinic_with: Start, visit: Start, site: Any
) -> None:
    clinic = clinic_with({"good morning": [Say("good morning to you")]}, CORS_ORIGINS=site.address)
    service, functions = clinic.address.rstrip("/"), clinic.functions
    site.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {service}; connect-src {service} {functions} "
        f"{service.replace('http', 'ws', 1)}; require-trusted-types-for 'script'"
    )
    site.html = (
        f'<html lang="en"><title>A clinic</title><script src="{service}/embed.js" data-clinic="renova" '
        'data-position="bottom-left" data-accent="#8a1c4a" async></script><h1>A clinic</h1>'
    )
    visitor = await visit(site.address)
    await visitor.talk()
    await visitor.status_is("Listening")
    await visitor.say("good morning")
    await visitor.told("good morning to you")
    assert await visitor.hears() > 0
    box = await visitor.panel.bounding_box()
    assert box["x"] < 100
    colour = await visitor.element.locator(".head").evaluate("each => getComputedStyle(each).backgroundColor")
    assert colour == "rgb(138, 28, 74)"


async def test_the_page_may_have_the_widget_where_it_wants(
    clinic_with: Start, visit: Start, site: Any
) -> None:
    clinic = clinic_with({}, CORS_ORIGINS=site.address)
    site.html = (
        f'<html lang="hi"><script src="{clinic.address}embed.js" async></script>'
        "<style>* { color: red !important; font-size: 40px !important; display: block }</style>"
        '<main style="width: 30rem"><clinic-voice-agent data-language="te"></clinic-voice-agent></main>'
    )
    visitor = await visit(site.address)
    assert await visitor.element.count() == 1
    assert not await visitor.launcher.is_visible()
    await visitor.element.get_by_role("button", name="టైప్ చేస్తాను").click()
    await visitor.told("hello there")
    assert await visitor.input.evaluate("each => getComputedStyle(each).fontSize") == "16px"
    assert re.match("te", await visitor.element.locator(".root").get_attribute("lang"))


async def test_a_page_with_small_letters_and_dark_colours_changes_nothing(
    clinic_with: Start, visit: Start, site: Any
) -> None:
    clinic = clinic_with({}, CORS_ORIGINS=site.address)
    site.html = (
        f'<html lang="en"><meta name="color-scheme" content="dark"><script src="{clinic.address}embed.js">'
        "</script><style>:root { font-size: 50%; color-scheme: dark; background: #000; color: #fff }</style>"
    )
    visitor = await visit(site.address, color_scheme="dark")
    await visitor.open()
    box = await visitor.panel.bounding_box()
    assert box["width"] > 380
    style = "each => { const is = getComputedStyle(each); return [is.fontSize, is.color, is.colorScheme] }"
    heading = await visitor.element.get_by_role("heading", name="Hello! How can we help?").evaluate(style)
    assert heading == ["23.2px", "rgb(23, 33, 43)", "light only"]
