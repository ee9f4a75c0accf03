"""Shows the web embed in each of its states, for the README: `make screenshots`.

Starts the clinic with the rehearsed receptionist on a store of its own, visits its page, and writes
one PNG a state.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rehearsal.web.chromium import HOW_TO_GET_IT, Microphone, chromium, chromium_path
from rehearsal.web.visitor import Visitor

ROOT = Path(__file__).parents[2]
_DESK: dict[str, Any] = {"viewport": {"width": 1120, "height": 720}}
_PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "is_mobile": True, "has_touch": True}
_SETTLE_MS = 700

Scene = Callable[[Visitor], Awaitable[None]]


def main() -> int:
    """Write the pictures; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal.web.screenshots", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "images", help="where they go")
    folder = parser.parse_args().folder
    if chromium_path() is None:
        sys.stderr.write(f"{HOW_TO_GET_IT}\n")
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    with _running_clinic() as address:
        asyncio.run(_show_all(address, folder))
    return 0


async def _show_all(address: str, folder: Path) -> None:
    for name, (microphone, context, scene) in _SCENES.items():
        async with chromium(microphone) as browser:
            visitor = Visitor(await browser.new_page(**context))
            await visitor.page.goto(address)
            await visitor.launcher.wait_for()
            await scene(visitor)
            await visitor.page.wait_for_timeout(_SETTLE_MS)
            path = folder / f"widget-{name}.png"
            await visitor.page.screenshot(path=path)
            sys.stdout.write(f"{path}  {path.stat().st_size // 1000} kB\n")


async def _closed(_: Visitor) -> None:
    return


async def _departments(visitor: Visitor) -> None:
    await visitor.page.get_by_role("heading", name="Departments and doctors").scroll_into_view_if_needed()
    await visitor.page.evaluate(
        "document.querySelector('#departments').scrollIntoView({behavior: 'instant'})"
    )


async def _open(visitor: Visitor) -> None:
    await visitor.open()


async def _hindi(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.element.get_by_role("radio", name="हिन्दी").check()


async def _talking(visitor: Visitor) -> None:
    await visitor.talk()
    await visitor.told("how can i help you")
    await visitor.status_is("Listening")
    await visitor.say("I would like to see Dr. Mehta on Friday at 10:30 AM.")
    await visitor.told("mehta")
    await visitor.status_is("Speaking")


async def _refused(visitor: Visitor) -> None:
    await visitor.talk()
    await visitor.told("how can i help you")


async def _booked(visitor: Visitor) -> None:
    await visitor.type_instead()
    await visitor.told("how can i help you")
    await visitor.books(_Polite(), listens=True)
    await visitor.status_is("Type your message")


async def _over(visitor: Visitor) -> None:
    await visitor.type_instead()
    await visitor.told("how can i help you")
    await visitor.status_is("Type your message")
    await visitor.say("Thank you, I only wanted to look. Goodbye.")
    await visitor.button("End the call").click()


_ANSWERS = {
    "right?": "Yes, please.",
    "shall i": "Yes, please.",
    "how can i help": "An appointment with Dr. Mehta, please, {day} at {time}.",
    "name": "Asha Rao",
    "mail": "asha.rao@example.com",
    "number": "+91 98123 45678",
    "or ": "The first one, please.",
}


class _Polite:
    """A visitor who types as people do: a line for each thing that is asked."""

    def answer(self, agent_words: str) -> str | None:
        """Return the line for what the agent has asked."""
        asked = agent_words.lower()
        line = next((line for words, line in _ANSWERS.items() if words in asked), None)
        day = date.today() + timedelta(days=7)  # noqa: DTZ011
        return (
            line.format(day=f"on {day:%A}", time="10:30 AM")
            if line and ("?" in asked or "please spell" in asked)
            else None
        )


_SCENES: dict[str, tuple[Microphone, dict[str, Any], Scene]] = {
    "page": ("there", _DESK, _closed),
    "departments": ("there", _DESK, _departments),
    "open": ("there", _DESK, _open),
    "hindi": ("there", _PHONE, _hindi),
    "talking": ("there", _DESK, _talking),
    "no-microphone": ("refused", _PHONE, _refused),
    "booked": ("there", _PHONE, _booked),
    "over": ("there", _PHONE, _over),
}


@contextmanager
def _running_clinic() -> Iterator[str]:
    """Run the clinic as `make run` does, on free ports; give the address of its page."""
    with tempfile.TemporaryDirectory() as data:
        settings = {
            "PORT": "0",
            "FUNCTIONS_PORT": "0",
            "WORKSPACE_PORT": "0",
            "LOCAL_DATA": data,
            "API_RATE_LIMIT": "100",
        }
        run = subprocess.Popen(
            [sys.executable, "local.py"],
            cwd=ROOT,
            env={**os.environ, **settings},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield _address(run)
        finally:
            run.terminate()
            run.communicate()


def _address(run: subprocess.Popen[str]) -> str:
    lines = iter(run.stdout or ())
    address = next(line.split()[1] for line in lines if line.strip().startswith("Page"))
    next(line for line in lines if line.startswith("Place a call"))
    return address


if __name__ == "__main__":
    sys.exit(main())
