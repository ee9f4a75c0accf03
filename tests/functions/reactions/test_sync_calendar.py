"""A doctor's calendar follows the book, whatever is lost, late or twice."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from clinic.contracts.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentRescheduled,
    Fact,
)
from clinic.directory import Clinic
from functions.needs import Needs
from functions.reactions.sync_calendar import sync_calendar
from rehearsal.google_workspace.workspace import Workspace

Use = Callable[..., dict[str, Any]]


@pytest.fixture
def workspace(with_workspace: Any) -> Workspace:
    return with_workspace[0]  # type: ignore[no-any-return]


@pytest.fixture
def needs(with_workspace: Any) -> Needs:
    return Needs(with_workspace[1])


@pytest.fixture
def react_to(needs: Needs) -> Callable[[Fact], None]:
    def run(fact: Any) -> None:
        sync_calendar(fact, **needs.of(sync_calendar))

    return run


@pytest.fixture
def shown(workspace: Workspace, clinic: Clinic) -> Callable[[], list[tuple[str, str, str]]]:
    """Return what stands in the calendars: whose, when on the clinic's clock, and what."""

    def look() -> list[tuple[str, str, str]]:
        return [
            (doctor.id, event["start"]["dateTime"][11:16], event["summary"])
            for doctor in clinic.doctors
            for event in workspace.calendars.standing(doctor.calendar_id)
        ]

    return look


def fact(kind: type[Any], appointment_id: str, was: str = "mehta") -> Any:
    now = datetime.now(UTC)
    named = {"id": "fact", "call_id": "call-1", "occurred_at": now, "appointment_id": appointment_id}
    freed = {"doctor_id": was, "freed_at": now, "freed_until": now}
    return kind(**named, **({} if kind is AppointmentBooked else freed))


def test_a_booking_a_move_and_a_cancellation_show(
    book: Use, use: Use, react_to: Any, shown: Any, free_day: str
) -> None:
    booked = book()["appointment_id"]
    react_to(fact(AppointmentBooked, booked))
    assert shown() == [("mehta", "10:30", "Asha Rao (Cardiology)")]
    when = {"appointment_date": free_day, "appointment_time": "11:00 AM"}
    use("reschedule_appointment", appointment_id=booked, **when)
    react_to(fact(AppointmentRescheduled, booked))
    assert shown() == [("mehta", "11:00", "Asha Rao (Cardiology)")]
    when["appointment_time"] = "11:15 AM"
    assert use("reschedule_appointment", appointment_id=booked, doctor_name="Kavita Rao", **when)["success"]
    react_to(fact(AppointmentRescheduled, booked))
    assert shown() == [("rao", "11:15", "Asha Rao (Cardiology)")]
    when["appointment_time"] = "10:30 AM"
    assert use("reschedule_appointment", appointment_id=booked, doctor_name="Anil Mehta", **when)["success"]
    react_to(fact(AppointmentRescheduled, booked, was="rao"))
    assert shown() == [("mehta", "10:30", "Asha Rao (Cardiology)")]
    use("cancel_appointment", appointment_id=booked)
    react_to(fact(AppointmentCancelled, booked))
    assert shown() == []


def test_the_event_says_who_and_how_to_reach_them_and_hides_it_from_strangers(
    book: Use, react_to: Any, workspace: Workspace
) -> None:
    react_to(fact(AppointmentBooked, book()["appointment_id"]))
    (event,) = workspace.calendars.standing("mehta@clinic.example.com")
    for words in ("Asha Rao", "+919812345678", "asha.rao@example.com", "Cardiology"):
        assert words in event["description"]
    assert event["visibility"] == "private"


def test_facts_in_any_order_and_any_number_show_what_the_book_says(
    book: Use, use: Use, react_to: Any, shown: Any, free_day: str
) -> None:
    booked = book()["appointment_id"]
    when = {"appointment_date": free_day, "appointment_time": "11:15 AM"}
    use("reschedule_appointment", appointment_id=booked, doctor_name="Kavita Rao", **when)
    facts = [fact(AppointmentBooked, booked), fact(AppointmentRescheduled, booked)] * 3
    random.Random(3).shuffle(facts)  # noqa: S311
    for each in facts:
        react_to(each)
    assert shown() == [("rao", "11:15", "Asha Rao (Cardiology)")]


@pytest.mark.parametrize("kind", ["answer_lost", "internal", "rate_limit", "quota", "unauthorised"])
def test_a_lost_answer_makes_no_second_event(
    book: Use, react_to: Any, shown: Any, workspace: Workspace, kind: Any
) -> None:
    workspace.faults.add("calendar.events", kind, times=2)
    booked = book()["appointment_id"]
    react_to(fact(AppointmentBooked, booked))
    assert len(shown()) == 1


def test_calendar_down_leaves_the_booking_standing_and_marked_until_it_shows(
    book: Use, use: Use, react_to: Any, shown: Any, needs: Needs, workspace: Workspace
) -> None:
    needs.open("calendar")._api._patience = 0.2
    booked = book()["appointment_id"]
    appointments = needs.open("appointments")
    workspace.faults.add("calendar.", "unavailable", times=10_000)
    react_to(fact(AppointmentBooked, booked))
    assert (appointments.get(booked).status, appointments.get(booked).calendar) == ("booked", "pending")
    workspace.faults.clear()
    react_to(fact(AppointmentBooked, booked))
    assert appointments.get(booked).calendar == ""
    assert len(shown()) == 1
    use("cancel_appointment", appointment_id=booked)
    workspace.faults.add("calendar.", "unavailable", times=10_000)
    react_to(fact(AppointmentCancelled, booked))
    assert (appointments.get(booked).status, appointments.get(booked).calendar) == ("cancelled", "pending")
    workspace.faults.clear()
    react_to(fact(AppointmentCancelled, booked))
    assert appointments.get(booked).calendar == ""
    assert shown() == []


def test_a_change_under_its_hands_is_shown_in_the_end(
    book: Use, use: Use, needs: Needs, clinic: Clinic, shown: Any, free_day: str
) -> None:
    booked = book()["appointment_id"]
    real = needs.open("calendar")

    class Slow:
        """Between reading the book and writing the event, the caller moves the appointment."""

        moved = False

        def put(self, event: Any) -> None:
            if not self.moved:
                self.moved = True
                when = {"appointment_date": free_day, "appointment_time": "11:00 AM"}
                use("reschedule_appointment", appointment_id=booked, **when)
            real.put(event)

        def remove(self, doctor_id: str, appointment_id: str) -> None:
            real.remove(doctor_id, appointment_id)

    sync_calendar(
        fact(AppointmentBooked, booked),
        appointments=needs.open("appointments"),
        calendar=Slow(),  # type: ignore[arg-type]
        clinic=clinic,
    )
    assert [at for _, at, _ in shown()] == ["11:00"]


def test_an_appointment_that_the_book_does_not_hold_is_a_fault(react_to: Any) -> None:
    with pytest.raises(LookupError):
        react_to(fact(AppointmentBooked, "nobody0"))
