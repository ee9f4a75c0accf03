"""What a rehearsed caller wants, and how it is said aloud in words a recogniser knows."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Literal

from msgspec import Struct

Intent = Literal["book", "cancel", "move"]

_ALPHABET = (
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo",
    "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor",
    "whiskey", "x-ray", "yankee", "zulu",
)  # fmt: skip
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty")
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth",
)  # fmt: skip
_SIGNS = {
    **dict(zip("abcdefghijklmnopqrstuvwxyz", _ALPHABET, strict=True)),
    **dict(zip("0123456789", _DIGITS, strict=True)),
    **{".": "dot", "@": "at", "_": "underscore", "-": "dash", "+": "plus", " ": "space"},
}
_SPOKEN_HOSTS = ("gmail.com", "example.com", "yahoo.com", "hotmail.com", "outlook.com")
_MORNING, _EVENING = time(9), time(18)
"""Between these a clinic's hour needs no "a m" or "p m" to be understood."""


class Wish(Struct, frozen=True, kw_only=True):
    """What the caller wants and who that is."""

    intent: Intent = "book"
    doctor: str = ""
    """As said, "doctor mehta"; empty: any."""
    doctor_in_full: str = ""
    """For the question which of two is meant, "doctor anil mehta"."""
    day: date
    time: time
    name: str
    email: str
    phone: str
    """E.164."""
    today: date
    """When the call is made, on the clinic's calendar."""
    accept_alternative: bool = True
    """Take the first time offered instead of the wished one, or else say goodbye."""
    all_at_once: bool = True
    """Say doctor, day and time in the first sentence, or wait to be asked for each."""


def spoken_day(wish: Wish) -> str:
    """Return "tomorrow", "on friday" within a week, otherwise "on the fourth of december"."""
    ahead = wish.day - wish.today
    if ahead in (timedelta(), timedelta(days=1)):
        return "tomorrow" if ahead else "today"
    if timedelta() < ahead < timedelta(days=7):
        return f"on {wish.day:%A}".lower()
    return f"on the {_ordinal(wish.day.day)} of {wish.day:%B}".lower()


def spoken_time(moment: time) -> str:
    """Return "ten thirty", or "eight p m" where the bare hour would be ambiguous."""
    hour = _number(moment.hour % 12 or 12)
    minutes = f" {_minutes(moment.minute)}" if moment.minute else ""
    plain = _MORNING <= moment < _EVENING and moment.hour != 12
    return hour + minutes + ("" if plain else " a m" if moment.hour < 12 else " p m")


def spelled(text: str) -> str:
    """Return the text in the spelling alphabet: "alpha sierra hotel alpha"."""
    return " ".join(_SIGNS[sign] for sign in text.lower() if sign in _SIGNS)


def spelled_email(email: str) -> str:
    """Return an e-mail address spelled, a well-known host in words: "... at example dot com"."""
    local, _, host = email.lower().partition("@")
    spoken_host = host.replace(".", " dot ") if host in _SPOKEN_HOSTS else spelled(host)
    return f"{spelled(local)} at {spoken_host}"


def spoken_digits(phone: str) -> str:
    """Return a number digit by digit, India's country code left out as callers do."""
    return " ".join(_DIGITS[int(digit)] for digit in re.sub(r"\D", "", phone.removeprefix("+91")))


def _minutes(minute: int) -> str:
    return f"oh {_number(minute)}" if minute < 10 else _number(minute)


def _number(number: int) -> str:
    if number < 10:
        return _DIGITS[number]
    if number < 20:
        return _TEENS[number - 10]
    ones = f" {_DIGITS[number % 10]}" if number % 10 else ""
    return _TENS[number // 10] + ones


def _ordinal(number: int) -> str:
    if number <= 20:
        return _ORDINALS[number - 1]
    if number == 30:
        return "thirtieth"
    return f"{_TENS[number // 10]} {_ORDINALS[number % 10 - 1]}"
