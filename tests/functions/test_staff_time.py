"""What staff enter in a doctor's calendar is no free time; what can't be seen is not taken for free."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from clinic.booking.mirror import event_of
from clinic.booking.schedule import slot
from clinic.directory import Clinic
from clinic.ports import UnknownCalendar
from functions.needs import Needs
from functions.waiting_list import offer_to_next
from rehearsal.google_workspace.workspace import Workspace

MEHTA = "mehta@clinic.example.com"
Use = Callable[..., dict[str, Any]]


@pytest.fixture
def workspace(with_workspace: Any) -> Workspace:
    return with_workspace[0]  # type: ignore[no-any-return]


@pytest.fixture
def needs(with_workspace: Any) -> Needs:
    return Needs(with_workspace[1])


@pytest.fixture
def enter(workspace: Workspace, clinic: Clinic, free_day: str) -> Callable[..., None]:
    """Let staff enter half an hour in Dr. Mehta's calendar on the free day."""

    def run(at: str, minutes: int = 30, **fields: Any) -> None:
        start = datetime.fromisoformat(f"{free_day}T{at}").replace(tzinfo=clinic.zone)
        end = start + timedelta(minutes=minutes)
        workspace.calendars.enter(MEHTA, uuid.uuid4().hex, start, end, summary="Ward round", **fields)

    return run


@pytest.fixture
def check(use: Use, free_day: str) -> Use:
    def run(at: str = "10:30 AM", **more: Any) -> dict[str, Any]:
        wish = {"appointment_date": free_day, "appointment_time": at, "doctor_name": "Dr. Anil Mehta"}
        return use("check_appointment_availability", **{**wish, **more})

    return run


def test_a_staff_s_event_is_neither_offered_nor_booked(enter: Any, check: Use, book: Use) -> None:
    enter("10:30")
    offer = check()
    assert (offer["available"], offer["reason_code"]) == (False, "slot_taken")
    assert offer["alternatives"]
    assert "10:30 AM" not in [each["time"] for each in offer["alternatives"]]
    refused = book()
    assert (refused["success"], refused["reason_code"]) == (False, "slot_taken")
    assert book(appointment_time="11:00 AM")["success"] is True


def test_alternatives_keep_clear_of_staff_s_events(enter: Any, check: Use) -> None:
    enter("09:00", minutes=180)
    times = [each["time"] for each in check()["alternatives"]]
    assert times
    assert not {"09:00 AM", "09:30 AM", "10:00 AM", "11:00 AM", "11:30 AM"} & set(times)


@pytest.mark.parametrize(
    "fields",
    [
        {"transparency": "transparent"},
        {"status": "cancelled"},
    ],
)
def test_what_is_marked_free_is_free(enter: Any, check: Use, book: Use, fields: dict[str, str]) -> None:
    enter("10:30", **fields)
    assert check()["available"] is True
    assert book()["success"] is True


def test_an_event_that_comes_after_the_offer_still_counts(enter: Any, check: Use, book: Use) -> None:
    assert check()["available"] is True
    enter("10:30")
    assert check("11:00 AM")["available"] is True
    assert book()["reason_code"] == "slot_taken"


def test_an_answer_is_remembered_and_a_booking_asks_again(
    check: Use, book: Use, workspace: Workspace
) -> None:
    for at in ("10:30 AM", "11:00 AM", "11:30 AM"):
        assert check(at)["available"] is True
    assert workspace.asked == {"calendar.freebusy.query": 1}
    assert book()["success"] is True
    assert workspace.asked["calendar.events.list"] == 1


def test_an_event_of_ours_does_not_veto_the_slot_that_it_has_left(
    use: Use, book: Use, check: Use, needs: Needs, clinic: Clinic
) -> None:
    booked = book()
    mirrored = needs.open("appointments").get(booked["appointment_id"])
    needs.open("calendar").put(event_of(mirrored, clinic))
    moved = use(
        "reschedule_appointment",
        appointment_id=mirrored.id,
        appointment_date=mirrored.starts_at.astimezone(clinic.zone).date().isoformat(),
        appointment_time="11:00 AM",
    )
    assert moved["success"] is True
    assert check("10:30 AM")["available"] is True


def test_calendar_down_does_not_stop_the_clinic(check: Use, book: Use, workspace: Workspace) -> None:
    workspace.faults.add("calendar.", "unavailable", times=10_000)
    assert check()["available"] is True
    assert book()["success"] is True
    # It is waited for once, and not by every caller.
    assert workspace.faults.happened["unavailable"] < 20


def test_what_was_seen_before_calendar_went_down_still_counts(
    enter: Any, check: Use, book: Use, workspace: Workspace
) -> None:
    enter("10:30")
    assert check()["available"] is False
    workspace.faults.add("calendar.", "unavailable", times=10_000)
    assert book()["reason_code"] == "slot_taken"


def test_an_unknown_calendar_is_never_free(check: Use, book: Use, workspace: Workspace) -> None:
    del workspace.calendars.events[MEHTA]
    with pytest.raises(UnknownCalendar):
        check()
    with pytest.raises(UnknownCalendar):
        book()
    offer = check(doctor_name="", department="Cardiology", at="03:15 AM")
    assert {each["doctor_name"] for each in offer["alternatives"]} == {"Dr. Kavita Rao"}


def test_a_freed_slot_is_not_offered_to_who_waits_while_staff_have_entered_it(
    use: Use, book: Use, enter: Any, needs: Needs, free_day: str
) -> None:
    appointments, clinic = needs.open("appointments"), needs.open("clinic")
    use(
        "join_waitlist",
        patient_name="Lakshmi Rao",
        email="lakshmi@example.com",
        doctor_name="Dr. Anil Mehta",
        first_date=free_day,
    )
    start = datetime.fromisoformat(f"{free_day}T10:30").replace(tzinfo=clinic.zone)
    free = slot(clinic.doctor("mehta"), start)
    enter("10:30")
    ask = (free, None, appointments, needs.open("calendar"), clinic, needs.open("now"))
    assert offer_to_next(*ask) is None
