"""The service's own words, in the call's language, and the stage directions that let the agent say them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

Occasion = Literal["busy", "still_busy", "ask", "warn", "goodbye", "nearly_over", "time_up", "human_number"]

_FILE = Path(__file__).with_name("phrases.toml")
_OTHERWISE = "en"
_WHY: dict[Occasion, str] = {
    "busy": "The appointment book has not answered yet; you know nothing more than before.",
    "still_busy": "The appointment book has still not answered; you know nothing more than before.",
    "ask": "The caller has been silent.",
    "warn": "The caller is still silent.",
    "goodbye": "The caller does not answer; the call ends after these words.",
    "nearly_over": "The call must end soon.",
    "time_up": "The call has reached its longest time and ends after these words.",
    "human_number": "The caller wants a human.",
}


@cache
def phrases() -> dict[str, dict[str, list[str]]]:
    """Return all words, by language and occasion."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


class Phrases:
    """What one call's agent is asked to say; the same is not said twice running."""

    def __init__(self) -> None:
        self._last: dict[Occasion, int] = {}

    def direction(self, occasion: Occasion, language: str, **particulars: str) -> str:
        """Return the stage direction that lets the agent say the next words for an occasion.

        In a language of the clinic that these words do not have, the agent translates them.
        """
        words = self.next(occasion, language).format(**particulars)
        how = "exactly" if language in phrases() else f"in {language}, with this meaning"
        return f'[{_WHY[occasion]} Say now, once, {how}: "{words}"]'

    def next(self, occasion: Occasion, language: str) -> str:
        """Return the next words for an occasion."""
        variants = phrases().get(language, phrases()[_OTHERWISE])[occasion]
        number = self._last.get(occasion, -1) + 1
        self._last[occasion] = number
        return variants[number % len(variants)]
