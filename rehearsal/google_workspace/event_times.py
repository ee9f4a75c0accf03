"""When an event is: Calendar's three ways of writing a time, and what of it is busy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rehearsal.google_workspace.refusal import invalid

Span = tuple[datetime, datetime]


def read_instant(text: str, name: str) -> datetime:
    """Return an RFC 3339 instant, UTC. Raises Refused, 400, where it has no offset."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise invalid(f"Invalid value for {name}: {text!r} has no time zone offset", "badRequest")
    return instant.astimezone(UTC)


def read_zone(name: str) -> ZoneInfo:
    """Return an IANA zone. Raises Refused, 400."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise invalid(f"Invalid time zone definition for {name!r}") from error


def span_of(event: dict[str, Any], zone: ZoneInfo) -> Span:
    """Return the start and end of an event, UTC. `zone` is its calendar's, of events that last all day.

    Raises Refused, 400: start or end missing, of two kinds, without offset or zone, or in the wrong order.
    """
    start, end = event.get("start") or {}, event.get("end") or {}
    if not start:
        raise invalid("Missing start time.", "required")
    if not end:
        raise invalid("Missing end time.", "required")
    if ("date" in start) != ("date" in end):
        raise invalid("Start and end times must either both be date or both be dateTime.")
    first, last = _instant(start, zone), _instant(end, zone)
    if last < first or (last == first and "date" in start):
        raise invalid("The specified time range is empty.", "timeRangeEmpty")
    return first, last


def written(instant: datetime, zone: ZoneInfo) -> str:
    """Return an instant as Calendar writes it in a calendar's zone: `2026-12-04T10:30:00+05:30`."""
    return instant.astimezone(zone).isoformat()


def in_utc(instant: datetime) -> str:
    """Return an instant as free/busy writes it, `2026-12-04T05:00:00Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def busy(spans: Iterable[Span], first: datetime, last: datetime) -> list[Span]:
    """Return the busy time of events within a window: clipped to it, merged, in order."""
    merged: list[Span] = []
    for start, end in sorted((max(start, first), min(end, last)) for start, end in spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _instant(time: dict[str, Any], zone: ZoneInfo) -> datetime:
    own = read_zone(time["timeZone"]) if time.get("timeZone") else None
    if "date" in time:
        day = date.fromisoformat(time["date"])
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    if "dateTime" not in time:
        raise invalid("Missing dateTime.", "required")
    instant = datetime.fromisoformat(time["dateTime"])
    if instant.tzinfo is None and own is None:
        raise invalid("Missing time zone definition for start time.", "required")
    return (instant if instant.tzinfo else instant.replace(tzinfo=own)).astimezone(UTC)
