"""The widget for everybody: by keyboard, by screen reader, on a phone, enlarged, in three languages."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from rehearsal.receptionist.actions import Call, Say
from rehearsal.web.visitor import Visitor

pytestmark = pytest.mark.browser

Start = Callable[..., Any]
PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def friday() -> str:
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
    return (today + timedelta(days=7 + (4 - today.weekday()) % 7)).isoformat()


BOOKING = {
    "patient_name": "Asha Rao",
    "email": "asha.rao@example.com",
    "appointment_date": friday(),
    "appointment_time": "10:30 AM",
    "doctor_name": "Dr. Anil Mehta",
    "department": "Cardiology",
}


async def violations(page: Page) -> list[str]:
    """Return what axe-core finds against WCAG 2.2 AA and its best practices, serious or not."""
    found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": STANDARDS}})
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found.response["violations"]]


async def in_conversation(clinic_with: Start, visit: Start, **context: Any) -> Visitor:
    clinic = clinic_with({"book it": [Call("book_appointment", BOOKING)]})
    visitor: Visitor = await visit(clinic.address, **context)
    await visitor.type_instead()
    await visitor.say("book it")
    await visitor.card.wait_for()
    return visitor


async def fits(visitor: Visitor) -> bool:
    """Tell whether nothing sticks out of the page, or out of the panel, sideways."""
    script = """element => {
        const panel = element.shadowRoot.querySelector(".panel");
        const page = document.documentElement;
        return page.scrollWidth <= page.clientWidth && panel.scrollWidth <= panel.clientWidth;
    }"""
    return bool(await visitor.element.evaluate(script))


async def test_axe_finds_nothing_in_any_state(clinic_with: Start, visit: Start) -> None:
    # The page's own policy would refuse axe, as it refuses any script that is not the clinic's.
    clinic = clinic_with({"book it": [Call("book_appointment", BOOKING)]})
    visitor: Visitor = await visit(clinic.address, bypass_csp=True, reduced_motion="reduce")
    found = {"closed": await violations(visitor.page)}
    await visitor.open()
    found["open"] = await violations(visitor.page)
    await visitor.button("Type instead").click()
    await visitor.say("book it")
    await visitor.card.wait_for()
    found["booked"] = await violations(visitor.page)
    await visitor.button("End the call").click()
    found["over"] = await violations(visitor.page)
    assert found == {"closed": [], "open": [], "booked": [], "over": []}


async def test_everything_can_be_done_by_keyboard_and_the_focus_is_never_lost(
    clinic_with: Start, visit: Start
) -> None:
    clinic = clinic_with({})
    visitor = await visit(clinic.address)
    keys = visitor.page.keyboard
    await visitor.launcher.focus()
    await keys.press("Enter")
    assert await focused(visitor) == "Start talking"
    await keys.press("Escape")
    assert await focused(visitor) == "Talk to us"
    await keys.press("Enter")
    await keys.press("Tab")
    assert await focused(visitor) == "Type instead"
    await keys.press("Enter")
    await visitor.told("hello there")
    assert await focused(visitor) == "Your message"
    await keys.type("good morning")
    await keys.press("Enter")
    await visitor.told("you said good morning")
    for name in ("Send", "Assistant's voice", "End the call"):
        await keys.press("Tab")
        assert await focused(visitor) == name
    await keys.press("Enter")
    assert await focused(visitor) == "Start again"


async def focused(visitor: Visitor) -> str:
    """Return the name of what has the focus in the widget."""
    script = """element => {
        const active = element.shadowRoot.activeElement;
        return active ? active.getAttribute("aria-label") || active.textContent : "";
    }"""
    return str(await visitor.element.evaluate(script))


async def test_a_call_goes_on_while_the_widget_is_put_away(clinic_with: Start, visit: Start) -> None:
    clinic = clinic_with({"good morning": [Say("good morning to you")]})
    visitor = await visit(clinic.address)
    await visitor.type_instead()
    await visitor.told("hello there")
    await visitor.button("Minimise").click()
    await visitor.button("Back to the call").click()
    await visitor.say("good morning")
    await visitor.told("good morning to you")


async def test_a_screen_reader_is_told_who_speaks_and_what_is_going_on(
    clinic_with: Start, visit: Start
) -> None:
    visitor = await in_conversation(clinic_with, visit)
    assert (await visitor.captions.first.text_content() or "").startswith("Assistant: ")
    assert await visitor.panel.get_attribute("role") == "dialog"
    assert await visitor.element.get_by_role("dialog", name="Renova Hospitals").is_visible()
    assert await visitor.element.get_by_role("group", name="Appointment booked").is_visible()
    assert await visitor.status.inner_text()


async def test_it_fits_a_phone(clinic_with: Start, visit: Start) -> None:
    visitor = await in_conversation(clinic_with, visit, **PHONE)
    assert await fits(visitor)
    assert await visitor.panel.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}
    assert await visitor.card.is_visible()
    for each in await visitor.element.locator("button:visible").all():
        size = await each.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 44


@pytest.mark.parametrize("height", [480, 256])
async def test_at_twice_and_four_times_the_size_nothing_is_lost(
    clinic_with: Start, visit: Start, height: int
) -> None:
    # Zooming halves the room in CSS pixels at 200 % (WCAG 1.4.4), and leaves 320 by 256 at 400 % (1.4.10).
    visitor = await in_conversation(clinic_with, visit, viewport={"width": 320, "height": height})
    assert await fits(visitor)
    await visitor.card.get_by_role("link").scroll_into_view_if_needed()
    for control in (visitor.card.get_by_role("link"), visitor.input, visitor.button("End the call")):
        box = await control.bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= height - box["height"]


async def test_it_reads_from_right_to_left_in_a_page_that_does(
    clinic_with: Start, visit: Start, site: Any
) -> None:
    clinic = clinic_with({}, CORS_ORIGINS=site.address)
    script = f'<script src="{clinic.address}embed.js" async></script>'
    site.html = f'<html lang="ar" dir="rtl"><title>عيادة</title>{script}'
    visitor = await visit(site.address)
    await visitor.type_instead()
    await visitor.told("hello there")
    await visitor.say("good morning")
    await visitor.told("you said good morning")
    agent = await visitor.element.locator(".said.agent").first.bounding_box()
    caller = await visitor.element.locator(".said.caller").first.bounding_box()
    assert agent["x"] + agent["width"] > caller["x"] + caller["width"]
    assert agent["x"] > caller["x"]
    assert await fits(visitor)


async def test_who_wants_less_motion_gets_none(clinic_with: Start, visit: Start) -> None:
    visitor = await in_conversation(clinic_with, visit, reduced_motion="reduce")
    moving = "element => element.getAnimations({subtree: true}).length"
    assert await visitor.panel.evaluate(moving) == 0
    assert await visitor.panel.evaluate("each => getComputedStyle(each).animationName") == "none"


@pytest.mark.parametrize(
    ("locale", "talk", "language"),
    [("hi-IN", "बोलना शुरू करें", "hi"), ("te-IN", "మాట్లాడటం మొదలుపెట్టండి", "te"), ("fr-FR", "Start talking", "en")],
)
async def test_it_speaks_the_visitors_language_where_the_page_names_none(
    clinic_with: Start, visit: Start, site: Any, locale: str, talk: str, language: str
) -> None:
    clinic = clinic_with({}, CORS_ORIGINS=site.address)
    site.html = f'<title>A clinic</title><script src="{clinic.address}embed.js" async></script>'
    visitor = await visit(site.address, locale=locale)
    await visitor.open()
    assert await visitor.button(talk).is_visible()
    assert await visitor.element.locator(".root").get_attribute("lang") == language


async def test_a_visitor_can_choose_the_language_and_the_agent_begins_in_it(
    clinic_with: Start, visit: Start
) -> None:
    clinic = clinic_with({})
    visitor = await visit(clinic.address)
    await visitor.open()
    await visitor.element.get_by_role("radio", name="हिन्दी").check()
    await visitor.button("लिखकर बात करें").click()
    await visitor.told("hello there")
    assert "रेनोवा हॉस्पिटल्स" in clinic.model.receptionist.was_told[0]


@pytest.mark.parametrize(("locale", "date"), [("en-IN", "{0:%-d %B %Y}"), ("en-US", "{0:%B %-d, %Y}")])
async def test_a_card_says_the_day_as_the_visitors_country_does(
    clinic_with: Start, visit: Start, locale: str, date: str
) -> None:
    visitor = await in_conversation(clinic_with, visit, locale=locale)
    assert date.format(datetime.fromisoformat(friday())) in await visitor.card.inner_text()


async def test_every_language_has_every_word(clinic_with: Start, visit: Start) -> None:
    clinic = clinic_with({})
    visitor = await visit(clinic.address)
    read = """async () => {
        const { WORDS } = await import(document.baseURI + "embed/0123456789ab/words.js");
        return Object.entries(WORDS).map(([language, words]) =>
            [language, Object.entries(words).filter(([, text]) => text.trim()).map(([name]) => name)]);
    }"""
    words = dict(await visitor.page.evaluate(read))
    assert set(words) == {"en", "hi", "te"}
    assert words["en"] == words["hi"] == words["te"]
