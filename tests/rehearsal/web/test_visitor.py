"""The visitor answers what the agent says, however haltingly it says it."""

import asyncio

import pytest

from rehearsal.web import visitor as web
from rehearsal.web.chromium import chromium
from rehearsal.web.visitor import Visitor

pytestmark = pytest.mark.browser

# A widget that says half a question, pauses until that counts as whole, and goes on; its answer is a card.
HALTING = """<clinic-voice-agent>
  <div role="log" aria-busy="false"><p class="said agent"><span class="words">And your name</span></p></div>
  <form onsubmit="card()"><input></form>
</clinic-voice-agent>
<script>
  const words = document.querySelector(".words");
  globalThis.goOn = () => { words.textContent += ", please?"; };
  globalThis.card = () => {
    event.preventDefault();
    const card = document.createElement("div");
    card.className = "card";
    card.textContent = document.querySelector("input").value;
    document.querySelector("[role=log]").append(card);
  };
</script>"""


class Caller:
    """Answers a question, and is told when it was asked only half of one."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def answer(self, agent_words: str) -> str | None:
        self.heard.append(agent_words)
        return "Asha Rao" if agent_words.endswith("?") else None


async def test_a_turn_that_pauses_and_goes_on_is_answered_when_it_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web, "_LONGEST_BOOKING_SECONDS", 20)
    caller = Caller()
    async with chromium() as browser:
        visitor = Visitor(await browser.new_page())
        await visitor.page.set_content(HALTING)
        booking = asyncio.create_task(visitor.books(caller))
        while not caller.heard:
            await asyncio.sleep(0.01)
        await visitor.page.evaluate("goOn()")
        await booking
        assert await visitor.card.inner_text() == "Asha Rao"
    assert caller.heard == ["And your name", "And your name, please?"]
