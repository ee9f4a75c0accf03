"""The words of the letters in one language, from the default files and a clinic's own above them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

TEMPLATES = Path(__file__).with_name("templates")
Kind = Literal["confirmation", "change", "cancellation", "reminder", "reminder_soon", "offer"]
_PLACED = re.compile(r"(.*) - at `\$\.?(.*)`")
"""msgspec's words: what is wrong, and where."""


class LetterFileError(ValueError):
    """A file of the letters can't be used: which file, which key or line, and why."""

    def __init__(self, file: str, place: str, reason: str) -> None:
        super().__init__(f"{file}: {place}: {reason}")


class LetterWords(Struct, frozen=True, forbid_unknown_fields=True):
    """What one kind of letter says. Every text is a Jinja template."""

    subject: str
    title: str
    news: str
    more: tuple[str, ...] = ()
    """Paragraphs below the details."""


class Labels(Struct, frozen=True, forbid_unknown_fields=True):
    """What the details are called."""

    doctor: str
    department: str
    date: str
    time: str
    patient: str
    place: str
    until: str
    reference: str


class Words(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that the letters say in one language."""

    direction: Literal["ltr", "rtl"]
    weekdays: Annotated[tuple[str, ...], Meta(min_length=7, max_length=7)]
    """From Monday."""
    months: Annotated[tuple[str, ...], Meta(min_length=12, max_length=12)]
    parts_of_day: Annotated[tuple[str, ...], Meta(min_length=5, max_length=5)]
    """Morning, afternoon, evening, night, after midnight."""
    date: str
    time: str
    greeting: str
    call_us: str
    why: str
    labels: Labels
    confirmation: LetterWords
    change: LetterWords
    cancellation: LetterWords
    reminder: LetterWords
    reminder_soon: LetterWords
    offer: LetterWords


def load_words(language: str, folder: Path | None = None) -> Words:
    """Return the words of a language; what a file in `folder` says counts above the default file.

    Raises LetterFileError.
    """
    files = [each / f"{language}.toml" for each in (TEMPLATES, folder) if each]
    there = [file for file in files if file.exists()]
    if not there:
        raise LetterFileError(f"{language}.toml", "file", f"the letters have no words in {language!r}")
    values: dict[str, Any] = {}
    for file in there:
        values = _over(values, _read(file))
    try:
        return msgspec.convert(values, Words)
    except msgspec.ValidationError as error:
        placed = _PLACED.fullmatch(str(error))
        reason, key = placed.groups() if placed else (str(error), "")
        raise LetterFileError(str(there[-1]), key or "file", reason) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise LetterFileError(str(file), "file", error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LetterFileError(str(file), "TOML", str(error)) from error


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge two levels deep: the files have no more."""
    merged = {**below, **above}
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            merged[key] = {**below[key], **value}
    return merged
