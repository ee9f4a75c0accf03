"""Google Calendar: one calendar per doctor, in which an appointment is one event, whatever is lost.

An event's id is the appointment's: an insert that is sent again meets its own id (409), and becomes an
update. A deleted event keeps its id, too, and an update brings it back ("restored (undeleted)", Calendar
API, Events, `status`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from googleapiclient.errors import HttpError

from clinic.adapters.cloud.busy_cache import BusyCache
from clinic.adapters.cloud.credentials import CALENDAR_SCOPES
from clinic.adapters.cloud.workspace import WorkspaceApi
from clinic.booking.change import TakenCell
from clinic.booking.mirror import CalendarEvent, Mirrored, Place, blocked_cells
from clinic.directory import Clinic, load_clinic
from clinic.ports import Overtaken, Unavailable, UnknownCalendar
from clinic.settings import Settings

_ATTEMPT_SECONDS, _PATIENCE_SECONDS = 4.0, 15.0
"""Of what nobody waits for; well within the functions' 30 seconds."""
_LIVE_ATTEMPT_SECONDS, _LIVE_PATIENCE_SECONDS = 1.5, 1.5
"""Of what a caller waits for: at most 3 seconds of a tool's 6."""
_PAGE = 2500
_GONE = (404, 410)


class GoogleCalendar:
    """Implements `Calendar`. `api` is patient; `live` is not."""

    def __init__(self, clinic: Clinic, api: WorkspaceApi, live: WorkspaceApi) -> None:
        self._clinic_id, self._zone = clinic.id, clinic.zone
        self._calendar_ids = {each.id: each.calendar_id for each in clinic.doctors if each.calendar_id}
        self._api, self._live = api, live
        self._busy = BusyCache(self._calendar_ids, live)

    def put(self, event: CalendarEvent, over: str = "") -> None:
        """Make an appointment's event be what `event` says."""
        calendar_id = self._calendar_ids.get(event.place.doctor_id)
        if not calendar_id:
            return
        body = self._body(event)
        if over or not self._insert(calendar_id, event, body):
            self._update(calendar_id, event, body, over)

    def remove(self, doctor_id: str, appointment_id: str) -> None:
        """Make an appointment's event be gone from a doctor's calendar."""
        calendar_id = self._calendar_ids.get(doctor_id)
        if not calendar_id:
            return
        place = {"calendarId": calendar_id, "eventId": appointment_id, "sendUpdates": "none"}
        try:
            self._api.ask(lambda api: api.events().delete(**place))
        except HttpError as error:
            if error.status_code not in _GONE:
                raise

    def mirrored(self, doctor_id: str, after: datetime) -> list[Mirrored]:
        """Return the events of ours that end after an instant, deleted ones too."""
        mine = {"privateExtendedProperty": f"clinic={self._clinic_id}", "showDeleted": True}
        events = self._events(self._api, doctor_id, **mine, timeMin=_written(after))
        return [found for event in events if (found := self._mirrored(doctor_id, event))]

    def blocked(self, doctor_ids: Sequence[str], first: datetime, last: datetime) -> dict[str, TakenCell]:
        """Return the cells in [first, last) that are busy in the doctors' calendars."""
        return self._busy.blocked(doctor_ids, first, last)

    def blocked_now(self, doctor_id: str, first: datetime, last: datetime) -> dict[str, TakenCell]:
        """Return the cells in [first, last) that staff's own events touch."""
        self._busy.check_in_reach()
        window = {"timeMin": _written(first), "timeMax": _written(last), "singleEvents": True}
        try:
            events = list(self._events(self._live, doctor_id, **window))
        except Unavailable:
            self._busy.note_out_of_reach()
            raise
        spans = [_span(event, self._zone) for event in events if self._is_staffs(event)]
        cells = blocked_cells(doctor_id, spans, first, last)
        self._busy.confirm(doctor_id, first, last, cells)
        return cells

    def _insert(self, calendar_id: str, event: CalendarEvent, body: dict[str, Any]) -> bool:
        """Insert an event; False where its id is taken, by itself."""
        new = {**body, "id": event.appointment_id}
        try:
            self._api.ask(
                lambda api: api.events().insert(calendarId=calendar_id, body=new, sendUpdates="none")
            )
        except HttpError as error:
            if error.status_code == 404:
                raise UnknownCalendar(event.place.doctor_id) from error
            if error.status_code != 409:
                raise
            return False
        return True

    def _update(self, calendar_id: str, event: CalendarEvent, body: dict[str, Any], over: str) -> None:
        place = {"calendarId": calendar_id, "eventId": event.appointment_id, "sendUpdates": "none"}

        def update(api: Any) -> Any:
            request = api.events().update(**place, body={**body, "status": "confirmed"})
            if over:
                request.headers["If-Match"] = over
            return request

        try:
            self._api.ask(update)
        except HttpError as error:
            if over and error.status_code in (404, 412):
                raise Overtaken(event.appointment_id) from error
            raise

    def _events(self, api: WorkspaceApi, doctor_id: str, **query: Any) -> Iterator[dict[str, Any]]:
        calendar_id = self._calendar_ids.get(doctor_id)
        page: dict[str, Any] = {}
        while calendar_id:
            asked = {**query, "calendarId": calendar_id, "maxResults": _PAGE, **page}
            try:
                answer = api.ask(lambda api: api.events().list(**asked))  # noqa: B023
            except HttpError as error:
                if error.status_code == 404:
                    raise UnknownCalendar(doctor_id) from error
                raise
            yield from answer.get("items", ())
            if "nextPageToken" not in answer:
                return
            page = {"pageToken": answer["nextPageToken"]}

    def _body(self, event: CalendarEvent) -> dict[str, Any]:
        place = event.place
        written = {"starts_at": _written(place.starts_at), "ends_at": _written(place.ends_at)}
        return {
            "summary": event.title,
            "description": event.details,
            "start": {"dateTime": written["starts_at"]},
            "end": {"dateTime": written["ends_at"]},
            # Whoever shares the calendar to see when a doctor is busy does not read who the patients are.
            "visibility": "private",
            "extendedProperties": {
                "private": {"clinic": self._clinic_id, "doctor_id": place.doctor_id, **written}
            },
        }

    def _mirrored(self, doctor_id: str, event: dict[str, Any]) -> Mirrored | None:
        private = event["extendedProperties"]["private"]
        if "dateTime" not in event.get("start", {}):
            # Of a deleted event only the id is certain. It is put again as if there were none.
            return None
        starts_at, ends_at = (datetime.fromisoformat(private[name]) for name in ("starts_at", "ends_at"))
        return Mirrored(
            appointment_id=event["id"],
            place=Place(doctor_id, *_span(event, self._zone)),
            written=Place(private["doctor_id"], starts_at, ends_at),
            version=event["etag"],
            deleted=event["status"] == "cancelled",
        )

    def _is_staffs(self, event: dict[str, Any]) -> bool:
        ours = event.get("extendedProperties", {}).get("private", {}).get("clinic") == self._clinic_id
        free = event.get("transparency") == "transparent" or event.get("eventType") == "workingLocation"
        declined = any(
            each.get("self") and each.get("responseStatus") == "declined"
            for each in event.get("attendees", ())
        )
        return not (ours or free or declined or event.get("status") == "cancelled")


def open_port(settings: Settings) -> GoogleCalendar:
    """Open the calendars that the clinic's file names."""
    clinic = load_clinic(settings.clinic_path)
    return GoogleCalendar(
        clinic,
        WorkspaceApi(settings, "calendar.v3", CALENDAR_SCOPES, _ATTEMPT_SECONDS, _PATIENCE_SECONDS),
        WorkspaceApi(settings, "calendar.v3", CALENDAR_SCOPES, _LIVE_ATTEMPT_SECONDS, _LIVE_PATIENCE_SECONDS),
    )


def _span(event: dict[str, Any], zone: ZoneInfo) -> tuple[datetime, datetime]:
    return _instant(event["start"], zone), _instant(event["end"], zone)


def _instant(time: dict[str, str], zone: ZoneInfo) -> datetime:
    if "dateTime" in time:
        return datetime.fromisoformat(time["dateTime"]).astimezone(UTC)
    return datetime.fromisoformat(time["date"]).replace(tzinfo=zone).astimezone(UTC)


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
