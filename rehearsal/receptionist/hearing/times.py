"""Reads the time of day a caller names: half past ten, four p m, 16:00, in the morning."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from typing import NamedTuple

from clinic.directory import Clinic
from rehearsal.receptionist.hearing.words import CARDINALS, blanked, number, one_of

PARTS = ("morning", "afternoon", "evening")


class Hours(NamedTuple):
    """When the clinic sees patients at all: tells whether "four" is at night or in the afternoon."""

    opens: time
    closes: time


class Heard(NamedTuple):
    """A time, or only the part of the day, and the words left over."""

    time: time | None
    part: str
    """`morning`, `afternoon`, `evening`; empty if none was named."""
    rest: str


def hours_of(clinic: Clinic) -> Hours:
    """Return the span from the first doctor's opening to the last one's closing, over the week."""
    spans = [span for doctor in clinic.doctors for day in doctor.hours.values() for span in day]
    return Hours(
        min((span.opens for span in spans), default=time(9)),
        max((span.closes for span in spans), default=time(17)),
    )


def read_time(text: str, hours: Hours, *, part: str = "", asked: bool = False) -> Heard:
    """Return the time named last; a bare hour is the one within the clinic's hours.

    `part` is the part of day named before; `asked`: a bare number may be the answer.
    """
    text = re.sub(r"\bgood (?:morning|afternoon|evening|night)\b", ",", text)
    found_part = _PART.search(text)
    part = _part_named(found_part) or part
    found: list[tuple[int, time]] = []
    for pattern, reader, only_asked in _PATTERNS:
        if only_asked and not asked:
            continue
        for match in pattern.finditer(text):
            moment = reader(match, part, hours)
            if moment is not None:
                found.append((match.start(), moment))
                text = blanked(text, match)
    return Heard(max(found)[1] if found else None, _part_named(found_part), _PART.sub(",", text))


def _part_named(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    return "evening" if found["part"] in ("night", "tonight") else found["part"]


def _on_the_hour(match: re.Match[str], part: str, hours: Hours) -> time | None:
    return _resolved(number(match["hour"]), 0, match, part, hours)


def _hour_and_minute(match: re.Match[str], part: str, hours: Hours) -> time | None:
    minute = number(re.sub(r"^oh? (?=\w)|^zero ", "", match["minute"]))
    return _resolved(number(match["hour"]), minute, match, part, hours)


def _half(match: re.Match[str], part: str, hours: Hours) -> time | None:
    return _resolved(number(match["hour"]), 30, match, part, hours)


def _past(match: re.Match[str], part: str, hours: Hours) -> time | None:
    count = {"half": 30, "quarter": 15}.get(match["count"]) or number(match["count"])
    hour = number(match["hour"])
    if not 0 < count < 60 or not 1 <= hour <= 12:
        return None
    if match["way"] in ("past", "after"):
        return _resolved(hour, count, match, part, hours)
    return _resolved(12 if hour == 1 else hour - 1, 60 - count, match, part, hours)


def _named(match: re.Match[str], _: str, __: Hours) -> time:
    return time(0) if match[0].endswith("midnight") else time(12)


def _resolved(hour: int, minute: int, match: re.Match[str], part: str, hours: Hours) -> time | None:
    half = match["half"] or ("" if not part else "a" if part == "morning" else "p")
    if hour > 23 or minute > 59:
        return None
    if hour > 12 or hour == 0:
        return time(hour, minute)
    morning, afternoon = time(hour % 12, minute), time(hour % 12 + 12, minute)
    if half:
        # "twelve in the morning" is noon's neighbour, not midnight, unless "a m" was said.
        return morning if half == "a" and (hour != 12 or match["half"]) else afternoon
    return _within(morning, afternoon, hours)


def _within(morning: time, afternoon: time, hours: Hours) -> time:
    for moment in (morning, afternoon):
        if hours.opens <= moment < hours.closes:
            return moment
    return morning if time(7) < morning else afternoon


_HOUR = rf"(?P<hour>{one_of([word for word, value in CARDINALS.items() if value < 24])}|\d{{1,2}})"
_MINUTE = rf"(?P<minute>(?:oh?|zero) {one_of(list(CARDINALS)[1:10])}|{one_of(list(CARDINALS)[10:])}|[0-5]\d)"
_HALF = r"(?: ?(?P<half>[ap])[ .]?m)?"
_COUNT = rf"(?P<count>half|quarter|{one_of(CARDINALS)}|\d{{1,2}})(?: minutes?)?"
_AT = r"(?:at|around|about|by|for|from|to|till|until|after|before|say|make it)"
_NOT_A_TIME = r"(?! (?:days?|weeks?|months?|years?|minutes?|hours?|persons?|people|of|more|appointments?))"
_PART = re.compile(
    rf"\b(?:(?:in|during) (?:the )?|this |at )?(?P<part>{'|'.join(PARTS)}|(?<=at )night|tonight)\b"
)

Reader = Callable[[re.Match[str], str, Hours], time | None]
_PATTERNS: tuple[tuple[re.Pattern[str], Reader, bool], ...] = tuple(
    (re.compile(rf"(?<![\w.:-]){pattern}(?![\w:])"), reader, only_asked)
    for pattern, reader, only_asked in (
        (rf"(?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)(?::\d\d)?{_HALF}", _hour_and_minute, False),
        (
            rf"(?<!from )(?:a )?{_COUNT} (?P<way>past|after|to|before) {_HOUR}(?: oclock)?{_HALF}",
            _past,
            False,
        ),
        (rf"half {_HOUR}{_HALF}", _half, False),
        (r"(?:twelve )?(?:noon|midday|midnight)", _named, False),
        (rf"{_HOUR} {_MINUTE}{_HALF}", _hour_and_minute, False),
        (rf"{_HOUR} (?:oclock|sharp){_HALF}", _on_the_hour, False),
        (rf"{_HOUR} ?(?P<half>[ap])[ .]?m", _on_the_hour, False),
        (
            rf"{_HOUR}(?P<half>)(?= (?:in the |at |this )(?:morning|afternoon|evening|night))",
            _on_the_hour,
            False,
        ),
        (rf"{_AT} {_HOUR}(?P<half>){_NOT_A_TIME}", _on_the_hour, False),
        (rf"{_HOUR}(?P<half>){_NOT_A_TIME}", _on_the_hour, True),
    )
)
