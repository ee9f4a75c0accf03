"""Calendar as Google's own client finds it: ids, times, conflicts, pages, free and busy."""

from collections.abc import Callable
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from rehearsal.google_workspace.workspace import Workspace

CALENDAR = "mehta@example.com"
Client = Callable[..., Any]


def event(
    start: str = "2026-12-04T10:30:00+05:30", end: str = "2026-12-04T11:00:00+05:30", **more: Any
) -> Any:
    return {"summary": "Asha Rao", "start": {"dateTime": start}, "end": {"dateTime": end}, **more}


@pytest.fixture
def events(client: Client) -> Any:
    return client("calendar.v3").events()


@pytest.fixture
def insert(events: Any) -> Callable[..., Any]:
    return lambda **fields: events.insert(calendarId=CALENDAR, body=event(**fields)).execute()


def refused(request: Any) -> tuple[int, str]:
    with pytest.raises(HttpError) as error:
        request.execute()
    return error.value.status_code, error.value.error_details[0]["reason"]


def test_an_inserted_event_keeps_what_it_was_given(insert: Any, events: Any) -> None:
    private = {"private": {"appointment": "abc"}}
    insert(id="abcde12345", extendedProperties=private, transparency="opaque", visibility="private")
    kept = events.get(calendarId=CALENDAR, eventId="abcde12345").execute()
    assert kept["extendedProperties"] == private
    assert kept["start"]["dateTime"] == "2026-12-04T10:30:00+05:30"
    assert kept["status"] == "confirmed"


def test_an_id_is_taken_also_after_its_event_was_deleted(insert: Any, events: Any) -> None:
    insert(id="abcde12345")
    again = events.insert(calendarId=CALENDAR, body=event(id="abcde12345"))
    assert refused(again) == (409, "duplicate")
    events.delete(calendarId=CALENDAR, eventId="abcde12345").execute()
    assert refused(again) == (409, "duplicate")
    assert refused(events.delete(calendarId=CALENDAR, eventId="abcde12345")) == (410, "deleted")


def test_an_update_brings_a_deleted_event_back(insert: Any, events: Any) -> None:
    insert(id="abcde12345")
    events.delete(calendarId=CALENDAR, eventId="abcde12345").execute()
    assert events.get(calendarId=CALENDAR, eventId="abcde12345").execute()["status"] == "cancelled"
    events.update(calendarId=CALENDAR, eventId="abcde12345", body=event(status="confirmed")).execute()
    assert len(events.list(calendarId=CALENDAR).execute()["items"]) == 1


def test_a_write_over_another_version_is_refused(insert: Any, events: Any) -> None:
    first = insert(id="abcde12345")
    events.patch(calendarId=CALENDAR, eventId="abcde12345", body={"summary": "Ravi"}).execute()
    late = events.patch(calendarId=CALENDAR, eventId="abcde12345", body={"summary": "Lakshmi"})
    late.headers["If-Match"] = first["etag"]
    assert refused(late) == (412, "conditionNotMet")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"start": "2026-12-04T11:30:00+05:30"}, "timeRangeEmpty"),
        ({"start": "2026-12-04T10:30:00"}, "required"),
        ({"start": "tomorrow"}, "invalid"),
        ({"id": "A_B"}, "invalid"),
        ({"summary": 5}, "invalid"),
        ({"sumary": "Asha"}, "invalid"),
    ],
)
def test_what_google_refuses_is_refused(events: Any, fields: dict[str, Any], reason: str) -> None:
    assert refused(events.insert(calendarId=CALENDAR, body=event(**fields))) == (400, reason)


def test_an_event_needs_a_start_and_one_kind_of_time(events: Any) -> None:
    no_start = {"end": {"date": "2026-12-04"}}
    mixed = {"start": {"date": "2026-12-04"}, "end": {"dateTime": "2026-12-04T10:30:00Z"}}
    odd = {"start": {"dateTime": "2026-12-04T10:30:00", "timeZone": "Asia/Nowhere"}}
    for body in (no_start, mixed, {**event(), **odd}):
        assert refused(events.insert(calendarId=CALENDAR, body=body))[0] == 400


def test_a_naive_time_counts_in_the_zone_beside_it(events: Any) -> None:
    body = event()
    body["start"] = {"dateTime": "2026-12-04T05:00:00", "timeZone": "UTC"}
    made = events.insert(calendarId=CALENDAR, body=body).execute()
    assert made["start"] == {"dateTime": "2026-12-04T10:30:00+05:30", "timeZone": "UTC"}


def test_a_list_is_of_a_window_and_comes_in_pages(insert: Any, events: Any, workspace: Workspace) -> None:
    workspace.calendars.page_size = 2
    for hour in range(10, 15):
        insert(start=f"2026-12-04T{hour}:00:00+05:30", end=f"2026-12-04T{hour}:30:00+05:30")
    window = {"timeMin": "2026-12-04T11:00:00+05:30", "timeMax": "2026-12-04T14:00:00+05:30"}
    request = events.list(calendarId=CALENDAR, singleEvents=True, orderBy="startTime", **window)
    pages = []
    while request is not None:
        answer = request.execute()
        pages.append([each["start"]["dateTime"][11:13] for each in answer["items"]])
        request = events.list_next(request, answer)
    assert pages == [["11", "12"], ["13"]]
    assert refused(events.list(calendarId=CALENDAR, pageToken="garbage"))[0] == 400
    assert refused(events.list(calendarId=CALENDAR, timeMin="2026-12-04T11:00:00")) == (400, "badRequest")
    assert refused(events.list(calendarId=CALENDAR, orderBy="startTime"))[0] == 400


def test_a_private_property_chooses_events(insert: Any, events: Any) -> None:
    insert(extendedProperties={"private": {"clinic": "renova"}})
    insert()
    ours = events.list(calendarId=CALENDAR, privateExtendedProperty="clinic=renova").execute()
    assert len(ours["items"]) == 1


def test_an_event_moves_to_another_calendar_with_its_id(
    insert: Any, events: Any, workspace: Workspace
) -> None:
    workspace.calendars.add("rao@example.com", "Asia/Kolkata")
    insert(id="abcde12345")
    moved = {"calendarId": CALENDAR, "eventId": "abcde12345", "destination": "rao@example.com"}
    events.move(**moved).execute()
    assert [each["id"] for each in workspace.calendars.standing("rao@example.com")] == ["abcde12345"]
    assert workspace.calendars.standing(CALENDAR) == []


def test_busy_time_is_merged_clipped_and_in_utc(client: Client, insert: Any) -> None:
    insert(start="2026-12-04T08:00:00+05:30", end="2026-12-04T10:00:00+05:30")
    insert(start="2026-12-04T09:30:00+05:30", end="2026-12-04T10:30:00+05:30")
    insert(start="2026-12-04T12:00:00+05:30", end="2026-12-04T12:30:00+05:30", transparency="transparent")
    insert(start="2026-12-04T13:00:00+05:30", end="2026-12-04T19:00:00+05:30")
    body = {
        "timeMin": "2026-12-04T09:00:00+05:30",
        "timeMax": "2026-12-04T14:00:00+05:30",
        "items": [{"id": CALENDAR}, {"id": "nobody@example.com"}],
    }
    answer = client("calendar.v3").freebusy().query(body=body).execute()["calendars"]
    assert answer[CALENDAR]["busy"] == [
        {"start": "2026-12-04T03:30:00Z", "end": "2026-12-04T05:00:00Z"},
        {"start": "2026-12-04T07:30:00Z", "end": "2026-12-04T08:30:00Z"},
    ]
    assert answer["nobody@example.com"]["errors"][0]["reason"] == "notFound"
    empty = {**body, "timeMax": body["timeMin"]}
    assert refused(client("calendar.v3").freebusy().query(body=empty)) == (400, "timeRangeEmpty")
    naive = {**body, "timeMin": "2026-12-04T09:00:00"}
    assert refused(client("calendar.v3").freebusy().query(body=naive))[0] == 400


def test_a_day_off_is_busy_from_midnight_to_midnight_of_its_calendar(client: Client, events: Any) -> None:
    day_off = {"start": {"date": "2026-12-04"}, "end": {"date": "2026-12-05"}}
    events.insert(calendarId=CALENDAR, body=day_off).execute()
    window = {"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-09T00:00:00Z"}
    asked = client("calendar.v3").freebusy().query(body={**window, "items": [{"id": CALENDAR}]})
    assert asked.execute()["calendars"][CALENDAR]["busy"] == [
        {"start": "2026-12-03T18:30:00Z", "end": "2026-12-04T18:30:00Z"}
    ]


def test_no_calendar_no_event_and_no_method_are_not_found(events: Any, get: Any) -> None:
    assert refused(events.list(calendarId="nobody@example.com")) == (404, "notFound")
    assert refused(events.get(calendarId=CALENDAR, eventId="none0")) == (404, "notFound")
    assert get("/calendar/v3/nothing")[0] == 404


def test_what_is_not_played_says_so(client: Client, events: Any) -> None:
    assert refused(client("calendar.v3").acl().list(calendarId=CALENDAR))[0] == 403
    weekly = event(recurrence=["RRULE:FREQ=WEEKLY"])
    assert refused(events.insert(calendarId=CALENDAR, body=weekly))[0] == 501
