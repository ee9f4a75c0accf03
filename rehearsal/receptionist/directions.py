"""Reads the stage directions of the service: texts in square brackets that no caller says."""

from __future__ import annotations

import re

from rehearsal.receptionist.notes import Notes

_NUMBER = re.compile(r"number (\+?\d{6,15})\b")
_RECORD = re.compile(r"is on record: *([^,\]]+?)(?:, *([\w.+-]+@[\w-]+(?:\.[\w-]+)+))?[\s.,]*(?:[\].]|$)")
_GREET = re.compile(r"\b(?:greet|is connected)\b", re.IGNORECASE)
_WORDS = re.compile(r'\bsay\b[^"\]]*"([^"]+)"', re.IGNORECASE)
_SILENT = re.compile(r"\b(?:silent|silence)\b", re.IGNORECASE)


def is_direction(text: str) -> bool:
    """Tell whether the text is a stage direction."""
    return text.lstrip().startswith("[")


def asks_to_greet(text: str) -> bool:
    """Tell whether the call has just been connected."""
    return bool(_GREET.search(text))


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
