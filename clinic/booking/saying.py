"""What the clinic says to a caller: English text that knows how to be said in the caller's language."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from clinic.booking.natural import day_in, instant_in

_FILE = Path(__file__).with_name("saying.toml")

Particular = str | int | date | datetime
"""A date, or an instant on the clinic's clock, is said as people of the language say it."""


class Words(str):
    """A template filled in, in English. `in_language` says the same in another language."""

    __slots__ = ("particulars", "template")
    template: str
    particulars: dict[str, Particular]

    def __new__(cls, template: str, **particulars: Particular) -> Words:
        """Fill in a template of `saying.toml`, or any English text, which then stays English."""
        words = super().__new__(cls, _filled(template, "en", particulars))
        words.template, words.particulars = template, particulars
        return words

    def in_language(self, language: str) -> str:
        """Return the words in a language; in English where there are none in it."""
        return _filled(
            sayings().get(self.template, {}).get(language, self.template), language, self.particulars
        )


@cache
def sayings() -> dict[str, dict[str, str]]:
    """Return every saying by its English template, and by language."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["say"]
    return {row["en"]: row for row in rows}


def said_in(language: str, value: Any) -> Any:
    """Return a result with all its words in a language: plain JSON values."""
    if isinstance(value, Words):
        return value.in_language(language)
    if isinstance(value, dict):
        return {key: said_in(language, each) for key, each in value.items()}
    if isinstance(value, list):
        return [said_in(language, each) for each in value]
    return value


def _filled(template: str, language: str, particulars: dict[str, Particular]) -> str:
    said = {name: _said(value, language) for name, value in particulars.items()}
    return template.format_map(said) if said else template


def _said(value: Particular, language: str) -> str:
    if isinstance(value, Words):
        return value.in_language(language)
    if isinstance(value, datetime):
        return instant_in(language, value)
    return day_in(language, value) if isinstance(value, date) else str(value)
