"""Reads a phone number said digit by digit: "double nine", "oh", "ninety eight"."""

from __future__ import annotations

import re

from rehearsal.receptionist.hearing.words import CARDINALS

FEWEST, ENOUGH, MOST = 7, 10, 15
"""Digits of a number: the fewest taken, what needs no more, E.164's most."""
_DIGITS = {word: str(value) for word, value in CARDINALS.items() if value < 10} | {
    "oh": "0",
    "o": "0",
    "nought": "0",
    "null": "0",
}
_TENS = {
    "twenty": "2",
    "thirty": "3",
    "forty": "4",
    "fifty": "5",
    "sixty": "6",
    "seventy": "7",
    "eighty": "8",
}
_TENS["ninety"] = "9"
_TIMES = {"double": 2, "triple": 3}
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?")


def digits_said(words: str) -> str:
    """Return the longest run of digits said in a row, "+" first if "plus" was said; "" if none."""
    runs, current = [""], ""
    for word in _unfolded(words):
        if word == "+":
            current = "+"
        elif word:
            current += word
        else:
            current = ""
        runs.append(current)
    return max(runs, key=lambda run: len(run.lstrip("+")))


def read_phone(words: str) -> str:
    """Return the phone number said, or "" where no seven to fifteen digits follow each other."""
    number = digits_said(words)
    return number if FEWEST <= len(number.lstrip("+")) <= MOST else ""


def spoken_digits(number: str) -> str:
    """Return a number for the voice: "plus 9 1, 4 0 0 0, 0 0 0 0 0 0": in groups, digit by digit."""
    plus, digits = number.startswith("+"), number.lstrip("+")
    head, tail = (digits[:-10], digits[-10:]) if len(digits) > 10 else ("", digits)
    groups = [group for group in (head, tail[:3], tail[3:6], tail[6:]) if group]
    return ("plus " if plus else "") + ", ".join(" ".join(group) for group in groups)


def _unfolded(words: str) -> list[str]:
    """Return digits for each word, "+" for a plus, "" for what is neither."""
    found: list[str] = []
    times, tens = 1, ""
    for word in words.split():
        if word in _TIMES:
            times = _TIMES[word]
            continue
        digit = _DIGITS.get(word, "")
        if tens and digit not in ("", "0"):
            found[-1] = tens + digit
        else:
            found.append(_one(word) * times)
        times, tens = 1, _TENS.get(word, "")
    return found


def _one(word: str) -> str:
    if word == "plus":
        return "+"
    if word in _TENS:
        return _TENS[word] + "0"
    written = re.fullmatch(r"(\+?)([\d.()/-]+)", word)
    if written and not _DATE.fullmatch(word):
        return written[1] + re.sub(r"\D", "", written[2])
    return _DIGITS.get(word, "")
