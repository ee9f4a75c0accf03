"""Reads the stage directions of the service: texts in square brackets that no caller says."""

from __future__ import annotations

import json
import re
from typing import Any

from rehearsal.receptionist.notes import Notes

_NUMBER = re.compile(r"number (\+?\d{6,15})\b")
_RECORD = re.compile(r"is on record: *([^,\]]+?)(?:, *([\w.+-]+@[\w-]+(?:\.[\w-]+)+))?[\s.,]*(?:[\].]|$)")
_GREET = re.compile(r"\b(?:greet|is connected)\b", re.IGNORECASE)
_WORDS = re.compile(r'\bsay\b[^"\]]*"([^"]+)"', re.IGNORECASE)
_RENEWED = re.compile(r"^\s*\[The line\b[^.]* was renewed\b")
_NOTHING_DUE = re.compile(r"\bNothing is due\b")
_CALLER_SAID = re.compile(r'The caller said: "([^"]*)"')
_RESULT = re.compile(r"The result of your call of (\w+) with \{.*?\}: (?=\{)")
_SILENT = re.compile(r"\b(?:silent|silence)\b", re.IGNORECASE)


def is_direction(text: str) -> bool:
    """Tell whether the text is a stage direction."""
    return text.lstrip().startswith("[")


def asks_to_greet(text: str) -> bool:
    """Tell whether the call has just been connected."""
    return bool(_GREET.search(text))


def is_renewed(text: str) -> bool:
    """Tell whether the connection has been renewed in the midst of the conversation."""
    return bool(_RENEWED.search(text))


def is_nothing_due(text: str) -> bool:
    """Tell whether a renewed connection needs no word."""
    return bool(_NOTHING_DUE.search(text))


def caller_words_in(text: str) -> list[str]:
    """Return what the caller said that a direction quotes."""
    return _CALLER_SAID.findall(text)


def results_in(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the results of functions that a direction tells, with the functions' names."""
    decoder = json.JSONDecoder()
    return [(found[1], decoder.raw_decode(text, found.end())[0]) for found in _RESULT.finditer(text)]


def says_silent(text: str) -> bool:
    """Tell whether the caller has been silent for long."""
    return bool(_SILENT.search(text))


def words_to_say(text: str) -> str:
    """Return the words that a direction puts into the receptionist's mouth; empty where it has none."""
    found = _WORDS.search(text)
    return found[1] if found else ""


def note_record(notes: Notes, text: str) -> None:
    """Note the number, name and address on record that a direction carries."""
    number, record = _NUMBER.search(text), _RECORD.search(text)
    if number:
        notes.caller_phone = number[1]
    if record:
        notes.name, notes.name_sure = record[1].strip(), True
        notes.email, notes.email_sure = record[2] or "", bool(record[2])
