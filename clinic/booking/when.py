"""Dates and times between a caller's words, the clinic's wall clock and UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from clinic.booking.refusals import NotUnderstood

_TIME = re.compile(r"\s*(\d{1,2})(?:[:.](\d{2}))?\s*(?:([ap])\.?\s*(?:m\.?)?)?\s*", re.IGNORECASE)
_YEARS = range(2, 9999)


def read_date(text: str) -> date:
    """Read `YYYY-MM-DD`; NotUnderstood if there is no such day."""
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise _no_date() from None
    # In the calendar's first and last year, a time zone or a fortnight more could lead out of it.
    if day.year not in _YEARS:
        raise _no_date()
    return day


def _no_date() -> NotUnderstood:
    return NotUnderstood("appointment_date", "I did not get the date. Which day would you like?")


def read_time(text: str) -> time:
    """Read `HH:MM AM/PM`, or 24-hour `HH:MM`; NotUnderstood if it is neither."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise _no_time()
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise _no_time()
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        raise _no_time()
    return time(hour, minute)


def _no_time() -> NotUnderstood:
    return NotUnderstood("appointment_time", "I did not get the time. At what time would you like to come?")


def to_utc(day: date, moment: time, zone: ZoneInfo) -> datetime:
    """Return the instant at which the clinic's clock shows that day and time.

    In the hour that a clock change repeats, the first pass is meant. Raises
    NotUnderstood for a time that the clock skips that night.
    """
    instant = opening_time(day, moment, zone)
    if instant.astimezone(zone).time() != moment:
        raise NotUnderstood("appointment_time", "The clock skips that time on that day. Which other time?")
    return instant


@lru_cache(maxsize=4096)
def opening_time(day: date, moment: time, zone: ZoneInfo) -> datetime:
    """Return `to_utc` of the directory's hours: who opens at a skipped time opens as much after the skip."""
    return datetime.combine(day, moment, tzinfo=zone).astimezone(UTC)


def written_time(moment: time) -> str:
    """Return `HH:MM AM/PM`, the form that tools are called with."""
    return f"{moment.hour % 12 or 12:02}:{moment.minute:02} {'AM' if moment.hour < 12 else 'PM'}"


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants at which the clinic's day begins and ends: 23 to 25 hours apart."""
    first = datetime.combine(day, time(), tzinfo=zone)
    last = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return first.astimezone(UTC), last.astimezone(UTC)
