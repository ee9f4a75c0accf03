"""Google Calendar's events and free/busy, kept in memory."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rehearsal.google_workspace.discovery import Asked
from rehearsal.google_workspace.event_times import (
    Span,
    busy,
    in_utc,
    read_instant,
    read_zone,
    span_of,
    written,
)
from rehearsal.google_workspace.refusal import Refused, invalid, not_found

Event = dict[str, Any]
_ID = re.compile(r"[a-v0-9]{5,1024}")
_MOST_CALENDARS = 50


class Calendars:
    """The calendars of one Workspace. A deleted event lives on as `cancelled`, and keeps its id."""

    def __init__(self) -> None:
        self.zones: dict[str, ZoneInfo] = {}
        self.events: dict[str, dict[str, Event]] = {}
        self.page_size = 250
        """Events in a page, unless asked otherwise; a test makes it small."""
        self.changes = 0

    def add(self, calendar_id: str, zone: str) -> None:
        """Make an empty calendar in an IANA time zone."""
        self.zones[calendar_id] = ZoneInfo(zone)
        self.events[calendar_id] = {}

    def enter(self, calendar_id: str, event_id: str, start: datetime, end: datetime, **fields: Any) -> Event:
        """Write an event as staff do by hand; one that is there is changed, and brought back if deleted."""
        new = {"iCalUID": event_id, "sequence": 0, "created": in_utc(datetime.now(UTC))}
        old = self.events[calendar_id].get(event_id, new)
        times = {"start": {"dateTime": in_utc(start)}, "end": {"dateTime": in_utc(end)}}
        return self._write(calendar_id, {**old, "id": event_id, "status": "confirmed", **times, **fields})

    def standing(self, calendar_id: str) -> list[Event]:
        """Return the events that are not deleted, by start."""
        events = (event for event in self.events[calendar_id].values() if event["status"] != "cancelled")
        return sorted(events, key=lambda event: self.span(calendar_id, event))

    def span(self, calendar_id: str, event: Event) -> Span:
        """Return an event's start and end, UTC."""
        return span_of(event, self.zones[calendar_id])

    def routes(self) -> dict[str, Callable[[Asked], Any]]:
        """Return what answers each method that is played."""
        return {
            "calendar.events.insert": self._insert,
            "calendar.events.get": lambda asked: self._event(asked)[1],
            "calendar.events.update": self._update,
            "calendar.events.patch": self._patch,
            "calendar.events.delete": self._delete,
            "calendar.events.move": self._move,
            "calendar.events.list": self._list,
            "calendar.freebusy.query": self._free_busy,
        }

    def _insert(self, asked: Asked) -> Event:
        events = self._calendar(asked.path["calendarId"])
        event_id = asked.body.get("id") or uuid.uuid4().hex
        if not _ID.fullmatch(event_id):
            raise invalid("Invalid resource id value.")
        if event_id in events:
            # Also after its deletion.
            raise Refused(409, "duplicate", "The requested identifier already exists.")
        now = in_utc(datetime.now(UTC))
        fresh = {"id": event_id, "iCalUID": f"{event_id}@google.com", "created": now, "sequence": 0}
        return self._write(asked.path["calendarId"], {**asked.body, **fresh})

    def _update(self, asked: Asked) -> Event:
        calendar_id, old = self._event(asked)
        kept = {name: old[name] for name in ("id", "iCalUID", "created")}
        return self._write(calendar_id, {**asked.body, **kept, "sequence": old["sequence"] + 1})

    def _patch(self, asked: Asked) -> Event:
        calendar_id, old = self._event(asked)
        changed = {**old, **asked.body, "id": old["id"], "sequence": old["sequence"] + 1}
        return self._write(calendar_id, {name: value for name, value in changed.items() if value is not None})

    def _delete(self, asked: Asked) -> None:
        calendar_id, old = self._event(asked)
        if old["status"] == "cancelled":
            raise Refused(410, "deleted", "Resource has been deleted")
        self._write(calendar_id, {**old, "status": "cancelled"})

    def _move(self, asked: Asked) -> Event:
        calendar_id, old = self._event(asked)
        destination = asked.query["destination"]
        if old["id"] in self._calendar(destination):
            raise Refused(409, "duplicate", "The requested identifier already exists.")
        self._write(calendar_id, {**old, "status": "cancelled"})
        return self._write(destination, old)

    def _list(self, asked: Asked) -> dict[str, Any]:
        query = asked.query
        if query.get("orderBy") == "startTime" and not query.get("singleEvents"):
            raise invalid("The requested ordering is not available for the particular query.")
        if unplayed := {"syncToken", "q", "updatedMin"} & set(query):
            raise Refused(501, "notImplemented", f"the rehearsal does not play {sorted(unplayed)}")
        calendar_id = asked.path["calendarId"]
        found = [
            event for event in self._calendar(calendar_id).values() if self._fits(calendar_id, event, query)
        ]
        if query.get("orderBy") == "startTime":
            found.sort(key=lambda event: self.span(calendar_id, event))
        size = min(query.get("maxResults", self.page_size), 2500)
        start = self._page_start(query.get("pageToken", ""), len(found))
        answer = {"kind": "calendar#events", "timeZone": str(self.zones[calendar_id]), "accessRole": "owner"}
        more = {"nextPageToken": f"page{start + size}"} if start + size < len(found) else {}
        return {**answer, "items": found[start : start + size], **more}

    def _fits(self, calendar_id: str, event: Event, query: dict[str, Any]) -> bool:
        if event["status"] == "cancelled" and not query.get("showDeleted"):
            return False
        start, end = self.span(calendar_id, event)
        if "timeMin" in query and end <= read_instant(query["timeMin"], "timeMin"):
            return False
        if "timeMax" in query and start >= read_instant(query["timeMax"], "timeMax"):
            return False
        private = event.get("extendedProperties", {}).get("private", {})
        wanted = [each.partition("=") for each in query.get("privateExtendedProperty", ())]
        return all(private.get(name) == value for name, _, value in wanted) and query.get("iCalUID") in (
            None,
            event["iCalUID"],
        )

    def _page_start(self, token: str, found: int) -> int:
        if not token:
            return 0
        if not re.fullmatch(r"page\d+", token) or int(token[4:]) > found:
            raise invalid("Invalid page token value.")
        return int(token[4:])

    def _free_busy(self, asked: Asked) -> dict[str, Any]:
        body = asked.body
        if "timeMin" not in body or "timeMax" not in body:
            raise invalid("Missing timeMin or timeMax.", "required")
        first, last = (read_instant(body[name], name) for name in ("timeMin", "timeMax"))
        if last <= first:
            raise invalid("The specified time range is empty.", "timeRangeEmpty")
        if len(body.get("items", ())) > _MOST_CALENDARS:
            raise invalid("Too many calendars requested.", "tooManyCalendarsRequested")
        read_zone(body.get("timeZone", "UTC"))
        calendars = {each["id"]: self._busy(each["id"], first, last) for each in body.get("items", ())}
        window = {"timeMin": in_utc(first), "timeMax": in_utc(last)}
        return {"kind": "calendar#freeBusy", **window, "calendars": calendars}

    def _busy(self, calendar_id: str, first: datetime, last: datetime) -> dict[str, Any]:
        if calendar_id not in self.events:
            return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
        opaque = [
            self.span(calendar_id, event)
            for event in self.standing(calendar_id)
            if event.get("transparency", "opaque") == "opaque"
        ]
        return {"busy": [{"start": in_utc(a), "end": in_utc(b)} for a, b in busy(opaque, first, last)]}

    def _calendar(self, calendar_id: str) -> dict[str, Event]:
        if calendar_id not in self.events:
            raise not_found()
        return self.events[calendar_id]

    def _event(self, asked: Asked) -> tuple[str, Event]:
        calendar_id = asked.path["calendarId"]
        event = self._calendar(calendar_id).get(asked.path["eventId"])
        if event is None:
            raise not_found()
        if asked.if_match not in ("", "*", event["etag"]):
            raise Refused(412, "conditionNotMet", "Precondition Failed")
        return calendar_id, event

    def _write(self, calendar_id: str, event: Event) -> Event:
        if "recurrence" in event:
            raise Refused(501, "notImplemented", "the rehearsal does not play recurring events")
        start, end = self.span(calendar_id, event)
        self.changes += 1
        stamp = {"kind": "calendar#event", "etag": f'"{self.changes}"', "updated": in_utc(datetime.now(UTC))}
        whole = {"status": "confirmed", **event, **stamp}
        if "dateTime" in event["start"]:
            zone = self.zones[calendar_id]
            times = {"start": start, "end": end}
            whole |= {name: {**event[name], "dateTime": written(at, zone)} for name, at in times.items()}
        self.events[calendar_id][whole["id"]] = whole
        return whole
