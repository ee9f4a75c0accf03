"""Checks what the agent reads back against what the caller wants, as an attentive caller does."""

from __future__ import annotations

import re
from collections.abc import Callable

from rehearsal.caller.wish import Wish, spelled, spelled_email, spoken_day, spoken_time

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = (
    "twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
)  # fmt: skip
_HOUR = rf"({'|'.join(_NUMBERS)}|1[0-2]|0?[1-9])"
_MINUTES = {"fifteen": 15, "thirty": 30, "forty five": 45, "": 0}
_QUARTERS = {"quarter past": 15, "half past": 30, "quarter to": -15}
_MINUTES_AFTER = r"[ :](fifteen|thirty|forty five|\d\d)\b"
_CLOCK = re.compile(
    rf"({'|'.join(_QUARTERS)}) {_HOUR}\b"
    rf"|\b{_HOUR}{_MINUTES_AFTER}"
    rf"|\b{_HOUR} ?(?:o'clock|[ap]\.? ?m\b|in the (?:morning|afternoon|evening))"
    rf"|\bat {_HOUR}\b(?!{_MINUTES_AFTER.replace('(', '(?:')})"
)
"""The ways to say a time."""
_DOCTOR = re.compile(r"\b(?:doctor|dr\.?) (?:[a-z]+ )?[a-z]+")
_MAIL_SIGNS = re.compile(r"\bat\b.*\bdot\b|\S@\S")
_LETTER_BY_LETTER = re.compile(r"(\b[a-z]\b[ ,]+){2}\b[a-z]\b")
_SIGNS = {"at": "@", "dot": ".", "underscore": "_", "dash": "-", "hyphen": "-"}
_NAMED = re.compile(r"\bfor ([A-Z][a-z]+ [A-Z][a-z]+)\b")


def correction(said: str, wish: Wish, *, other_time: bool) -> str | None:
    """Return what to say where the agent has something wrong, or None where all is right.

    `other_time` says that the caller has taken an alternative: then day, time and
    doctor are the clinic's, as they are in an appointment to be cancelled.
    """
    words = said.lower()
    checks = (_CHECKS_OF_WHO, () if other_time or wish.intent == "cancel" else _CHECKS_OF_WHEN)
    return next((right(wish) for check in checks for wrong, right in check if wrong(said, words, wish)), None)


def times_said(words: str) -> set[tuple[int, int]]:
    """Return the clock times in a sentence, hours 0 to 11: `(10, 30)` for "half past ten"."""
    return {_on_dial(*(part or "" for part in found.groups())) for found in _CLOCK.finditer(words)}


def _on_dial(quarter: str, of_hour: str, hour: str, minutes: str, sharp: str, at: str) -> tuple[int, int]:
    """The groups of `_CLOCK`; all but those of one way are empty."""
    after = _QUARTERS[quarter] if quarter else _MINUTES[minutes] if minutes in _MINUTES else int(minutes)
    return divmod((_hour(of_hour or hour or sharp or at) * 60 + after) % 720, 60)


def _hour(word: str) -> int:
    return _NUMBERS.index(word) if word in _NUMBERS else int(word) % 12


def _wrong_time(_: str, words: str, wish: Wish) -> bool:
    said = times_said(words)
    return bool(said) and (wish.time.hour % 12, wish.time.minute) not in said


def _wrong_day(_: str, words: str, wish: Wish) -> bool:
    said = {day for day in _WEEKDAYS if day in words}
    return bool(said) and _WEEKDAYS[wish.day.weekday()] not in said


def _wrong_doctor(_: str, words: str, wish: Wish) -> bool:
    if not wish.doctor or not _DOCTOR.search(words):
        return False
    return wish.doctor.split()[-1] not in words


def _wrong_name(said: str, words: str, wish: Wish) -> bool:
    """A name stands after "name", or letter by letter, or with capitals after "for"."""
    if not _MAIL_SIGNS.search(words) and ("name" in words or _LETTER_BY_LETTER.search(words)):
        read = _letters(words)
        return _letters(wish.name) not in read and _letters(spelled(wish.name)) not in read
    named = _NAMED.search(said)
    return named is not None and named[1].lower() != wish.name.lower()


def _wrong_email(_: str, words: str, wish: Wish) -> bool:
    if not _MAIL_SIGNS.search(words):
        return False
    read = words
    for word, sign in _SIGNS.items():
        read = re.sub(rf"\s*\b{word}\b\s*", sign, read)
    unspaced = re.sub(r"[\s,]", "", words)
    is_read = wish.email.lower() in re.sub(r"[\s,]", "", read)
    return not is_read and spelled_email(wish.email).replace(" ", "") not in unspaced


def _letters(text: str) -> str:
    """The letters alone; "space" is how a speller tells two names apart."""
    return re.sub(r"[^a-z]|\bspace\b", "", text.lower())


_Check = tuple[Callable[[str, str, Wish], bool], Callable[[Wish], str]]
_CHECKS_OF_WHO: tuple[_Check, ...] = (
    (_wrong_email, lambda wish: f"no it is {spelled_email(wish.email)}"),
    (_wrong_name, lambda wish: f"no my name is {wish.name.lower()}"),
)
_CHECKS_OF_WHEN: tuple[_Check, ...] = (
    (_wrong_doctor, lambda wish: f"no with {wish.doctor}"),
    (_wrong_day, lambda wish: f"no {spoken_day(wish)}"),
    (_wrong_time, lambda wish: f"no at {spoken_time(wish.time)}"),
)
"""What may be wrong, and the words that put it right."""
