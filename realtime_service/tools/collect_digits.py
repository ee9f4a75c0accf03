"""Lets a caller key in on the phone what could not be understood: a number, a date, yes or no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from msgspec import Struct

from clinic.booking.patient_details import read_phone
from clinic.booking.refusals import NotUnderstood
from clinic.contracts.tool_call import Result, succeeded
from realtime_service.ongoing_call import OngoingCall


class DigitsAsked(Struct, frozen=True):
    """The arguments, as the model gives them."""

    what: str
    """`phone_number`, `date`, `yes_no`; anything else is just digits."""


async def collect_digits(asked: DigitsAsked, call: OngoingCall) -> Result:
    """Wait for an entry and return it read: E.164, `YYYY-MM-DD`, `yes` or `no`.

    Raises NotUnderstood where the digits can be no such thing.
    """
    entry = await call.digits()
    read = _READ.get(asked.what, _as_they_are)
    value = read(entry.digits, call)
    return succeeded(f"The caller keyed in {' '.join(entry.digits)}. Read it back.", value=value)


def _phone(digits: str, call: OngoingCall) -> str:
    return read_phone(digits, call.clinic.country)


def _day(digits: str, call: OngoingCall) -> str:
    return date_of(digits, datetime.now(UTC).astimezone(call.clinic.zone).date()).isoformat()


def _yes_or_no(digits: str, _: OngoingCall) -> str:
    if digits not in ("1", "2"):
        raise NotUnderstood("digits", "That was neither 1 for yes nor 2 for no.")
    return "yes" if digits == "1" else "no"


def _as_they_are(digits: str, _: OngoingCall) -> str:
    return digits


def date_of(digits: str, today: date) -> date:
    """Return the day that DDMM, DDMMYY or DDMMYYYY means; without a year, the next such day.

    Raises NotUnderstood where there is no such day.
    """
    try:
        if len(digits) == 4:
            return _next(int(digits[:2]), int(digits[2:]), today)
        if len(digits) == 6:
            return date(2000 + int(digits[4:]), int(digits[2:4]), int(digits[:2]))
        if len(digits) == 8:
            return date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        pass
    raise NotUnderstood("digits", "That is no date. Key in two digits for the day and two for the month.")


def _next(day: int, month: int, today: date) -> date:
    """Return the first such day from today on; the 29th of February is up to eight years away."""
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError


_READ: dict[str, Callable[[str, OngoingCall], str]] = {
    "phone_number": _phone,
    "date": _day,
    "yes_no": _yes_or_no,
}
