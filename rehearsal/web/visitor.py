"""What a visitor sees and does in the widget, whichever page it is in."""

from __future__ import annotations

import asyncio
import re
from typing import Protocol

from playwright.async_api import Locator, Page

_LONGEST_MS = 60_000
_LONGEST_BOOKING_SECONDS = 150
_LOOK_EVERY_SECONDS = 0.05


class Caller(Protocol):
    """Whoever knows what to answer: `rehearsal.caller.persona.Persona`."""

    def answer(self, agent_words: str) -> str | None:
        """Return what to say to the agent's words."""


class Visitor:
    """One page with the widget in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(_LONGEST_MS)
        self.element = page.locator("clinic-voice-agent")
        self.launcher = self.element.locator(".launcher")
        self.panel = self.element.locator(".panel")
        self.status = self.element.get_by_role("status")
        self.captions = self.element.locator(".said")
        self.card = self.element.locator(".card")
        self.notice = self.element.locator(".notice p")
        self.input = self.element.locator("form input")

    def button(self, name: str) -> Locator:
        """Return the widget's button of that name."""
        return self.element.get_by_role("button", name=name, exact=True)

    async def open(self) -> None:
        """Press the launcher."""
        await self.launcher.click()

    async def talk(self) -> None:
        """Open the widget and begin to speak."""
        await self.open()
        await self.button("Start talking").click()

    async def type_instead(self) -> None:
        """Open the widget and begin to type."""
        await self.open()
        await self.button("Type instead").click()

    async def say(self, text: str) -> None:
        """Type a line and send it."""
        await self.input.fill(text)
        await self.input.press("Enter")

    async def told(self, words: str, speaker: str = "agent") -> None:
        """Wait until a caption of a side holds the words, in either case of letters."""
        pattern = re.compile(re.escape(words), re.IGNORECASE)
        await self.element.locator(f".said.{speaker}").filter(has_text=pattern).first.wait_for()

    async def status_is(self, words: str) -> None:
        """Wait until the status line says so."""
        await self.status.filter(has_text=words).wait_for()

    async def lines(self, speaker: str) -> list[str]:
        """Return what a side has said, utterance by utterance."""
        return await self.element.locator(f".said.{speaker} .words").all_text_contents()

    async def loud_samples(self) -> int:
        """Return how many samples beyond silence the page has played in this conversation."""
        return int(await self.element.evaluate("element => element.loudSamples"))

    async def hears(self, more_than: int = 0) -> int:
        """Wait until the page has played more sound than that; return how much."""
        async with asyncio.timeout(_LONGEST_MS / 1000):
            while (heard := await self.loud_samples()) <= more_than:
                await asyncio.sleep(_LOOK_EVERY_SECONDS)
        return heard

    async def books(self, caller: Caller, heard: int = 0, listens: bool = False) -> None:
        """Type what a caller answers to each of the agent's turns after the first `heard`, up to the card.

        Who `listens` lets the agent finish; who does not, reads faster than it speaks, and interrupts.
        """
        seen: tuple[int, str] = (heard, "")
        async with asyncio.timeout(_LONGEST_BOOKING_SECONDS):
            while not await self.card.count():
                turns = await self._whole_turns()
                # By its words too: a turn that pauses counts as whole, and may go on.
                if len(turns) > heard and (len(turns), turns[-1]) != seen:
                    seen = (len(turns), turns[-1])
                    line = caller.answer(turns[-1])
                    if line and listens:
                        await self.status_is("Type your message")
                    if line:
                        await self.say(line)
                await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _whole_turns(self) -> list[str]:
        """Return what the agent has said, nothing while a turn comes in: in one look, for it may begin."""
        script = """log => log.ariaBusy === "true" ? [] :
            Array.from(log.querySelectorAll(".said.agent .words"), words => words.textContent)"""
        return list(await self.element.get_by_role("log").evaluate(script))
