"""Reads the day a caller names: a weekday, a date, tomorrow."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from rehearsal.receptionist.hearing.words import CARDINALS, ORDINALS, blanked, number, one_of, word_list

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = word_list("january february march april may june july august september october november december")
_WEEKDAY = r"(?P<weekday>mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = r"(?P<month>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + r"|sept)"
_DAY_NUMBER = rf"(?P<number>{one_of(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))"
_ANY_NUMBER = rf"(?P<number>{one_of([*ORDINALS, *CARDINALS])}|\d{{1,2}}(?:st|nd|rd|th)?)"
_YEAR = r"(?:,? (?P<year>20\d\d))?"

Reader = Callable[[re.Match[str], date], date | None]


def read_day(text: str, today: date, *, bare_ordinals: bool = True) -> tuple[date | None, str]:
    """Return the day named last, and the words left over; None if no day of the calendar is named.

    `today` is the clinic's. A weekday is the next such day after today; a date without a year
    is the next such date. Without `bare_ordinals` "the second" is not read as a date.
    """
    found: list[tuple[int, date]] = []
    for pattern, reader in _PATTERNS:
        if reader is _ordinal and not bare_ordinals:
            continue
        for match in pattern.finditer(text):
            day = reader(match, today)
            if day is not None:
                found.append((match.start(), day))
                text = blanked(text, match)
    return (max(found)[1] if found else None), text


def names_only_a_weekday(text: str, today: date) -> bool:
    """Tell whether the day is given by its weekday alone: "friday", not "friday the fourth"."""
    without, found = re.subn(rf"\b{_WEEKDAY}\b", ",", text)
    return bool(found) and read_day(without, today)[0] is None


def _calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _iso(match: re.Match[str], _: date) -> date | None:
    return _calendar(int(match["year"]), int(match["month"]), int(match["number"]))


def _month_day(match: re.Match[str], today: date) -> date | None:
    month = next(place for place, name in enumerate(MONTHS, 1) if name[:3] == match["month"][:3])
    day = number(match["number"])
    if match["year"]:
        return _calendar(int(match["year"]), month, day)
    coming = (_calendar(today.year + ahead, month, day) for ahead in range(5))
    return next((each for each in coming if each is not None and each >= today), None)


def _ordinal(match: re.Match[str], today: date) -> date | None:
    for ahead in range(12):
        years, month = divmod(today.month - 1 + ahead, 12)
        day = _calendar(today.year + years, month + 1, number(match["number"]))
        if day is not None and day >= today:
            return day
    return None


def _weekday(match: re.Match[str], today: date) -> date:
    wanted = next(place for place, name in enumerate(WEEKDAYS) if name[:3] == match["weekday"][:3])
    if match["next"] or match["following"]:
        monday = today + timedelta(days=7 - today.weekday())
        return monday + timedelta(days=wanted)
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _in_days(match: re.Match[str], today: date) -> date:
    count = 1 if match["count"] in ("a", "one") else number(match["count"])
    return today + timedelta(days=count * (7 if match["unit"] == "week" else 1))


def _after(days: int) -> Reader:
    return lambda _, today: today + timedelta(days=days)


_PATTERNS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(rf"\b{pattern}\b"), reader)
    for pattern, reader in (
        (r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<number>\d{1,2})", _iso),
        (r"(?P<number>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>20\d\d)", _iso),
        (r"(?:the )?day after tomorrow", _after(2)),
        (rf"(?:{_WEEKDAY} )?(?:the )?{_ANY_NUMBER}(?: day)?(?: of)? {_MONTH}{_YEAR}", _month_day),
        (rf"(?:{_WEEKDAY} )?{_MONTH} (?:the )?{_ANY_NUMBER}{_YEAR}", _month_day),
        (rf"{_WEEKDAY}(?: the)? {_DAY_NUMBER}", _ordinal),
        (
            rf"(?:this |coming |(?P<next>next (?:week )?))?{_WEEKDAY}(?P<following>(?: of)? next week)?",
            _weekday,
        ),
        (r"tomorrow", _after(1)),
        (r"today|tonight", _after(0)),
        (rf"in (?P<count>a|{one_of(CARDINALS)}|\d{{1,2}}) (?P<unit>day|week)s?", _in_days),
        (rf"(?:on |for |by |to )?the {_DAY_NUMBER}(?! of| [a-z]*(?:one|option|slot))", _ordinal),
        (rf"(?:on |for |by ){_DAY_NUMBER}(?! of)", _ordinal),
        (rf"(?<!\S){_DAY_NUMBER}$", _ordinal),
    )
)
