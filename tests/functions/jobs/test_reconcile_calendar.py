"""Book and calendars are brought together again; what staff did by hand is followed, put back or told."""

import typing
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from clinic.booking.drift import Kind
from clinic.booking.mirror import Place, event_of, place_of
from clinic.contracts.events import AppointmentRescheduled
from clinic.directory import Clinic
from functions.calendar_mirror import mirror
from functions.dispatch import run_job
from functions.jobs import reconcile_calendar as job
from functions.jobs.reconcile_calendar import reconcile_calendar
from functions.needs import Needs
from rehearsal.google_workspace.workspace import Workspace

Use = Callable[..., dict[str, Any]]
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def workspace(with_workspace: Any) -> Workspace:
    return with_workspace[0]  # type: ignore[no-any-return]


@pytest.fixture
def needs(with_workspace: Any, listener: Any) -> Needs:
    return Needs(with_workspace[1], {"bus": listener.needs.open("bus")})


@pytest.fixture
def booked(book: Use, needs: Needs, clinic: Clinic) -> Any:
    """An appointment that shows in Dr. Mehta's calendar."""
    appointment = needs.open("appointments").get(book()["appointment_id"])
    needs.open("calendar").put(event_of(appointment, clinic))
    return appointment


@pytest.fixture
def drifts(with_workspace: Any, needs: Needs, monkeypatch: Any, capsys: Any) -> Callable[..., list[str]]:
    """Run the job by hand; return the kinds of the differences that it prints."""
    for name, value in msgspec.structs.asdict(with_workspace[1]).items():
        monkeypatch.setenv(name.upper(), str(value))

    def run(*arguments: str) -> list[str]:
        assert job.main(arguments) == 0
        words = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
        return [word for word in words if word in typing.get_args(Kind)]

    return run


@pytest.fixture
def drag(workspace: Workspace, clinic: Clinic) -> Callable[..., None]:
    """Move an event as staff do: by so many half hours, or to a colleague."""

    def run(appointment: Any, later: int = 0, to: str = "") -> None:
        calendars, old = workspace.calendars, clinic.doctor(appointment.doctor_id).calendar_id
        event = calendars.events[old][appointment.id]
        kept = {name: event[name] for name in ("summary", "extendedProperties")}
        times = (appointment.starts_at + later * HALF_HOUR, appointment.ends_at + later * HALF_HOUR)
        if to:
            calendars.enter(old, appointment.id, *times, status="cancelled")
        calendars.enter(clinic.doctor(to).calendar_id if to else old, appointment.id, *times, **kept)

    return run


def places(needs: Needs, *doctor_ids: str) -> list[Place]:
    found = (needs.open("calendar").mirrored(each, needs.open("now")) for each in doctor_ids or ("mehta",))
    return [event.place for some in found for event in some if not event.deleted]


def in_book(needs: Needs, appointment: Any) -> Place:
    return place_of(needs.open("appointments").get(appointment.id))


def test_what_agrees_is_left_alone(booked: Any, drifts: Any, workspace: Workspace) -> None:
    before = dict(workspace.asked)
    assert drifts() == []
    written = {name for name, count in workspace.asked.items() if count != before.get(name, 0)}
    assert written == {"calendar.events.list"}


def test_what_is_missing_is_put(book: Use, drifts: Any, needs: Needs) -> None:
    appointment = needs.open("appointments").get(book()["appointment_id"])
    assert drifts("--dry-run") == ["missing"]
    assert places(needs) == []
    assert drifts() == ["missing"]
    assert places(needs) == [place_of(appointment)]
    assert drifts() == []


def test_what_was_moved_in_the_book_only_is_moved(booked: Any, use: Use, drifts: Any, needs: Needs) -> None:
    day = booked.starts_at.astimezone(needs.open("clinic").zone).date().isoformat()
    when = {"appointment_date": day, "appointment_time": "11:15 AM", "doctor_name": "Kavita Rao"}
    assert use("reschedule_appointment", appointment_id=booked.id, **when)["success"]
    assert drifts() == ["outdated"]
    assert places(needs, "mehta", "rao") == [in_book(needs, booked)]
    assert drifts() == []


def test_what_is_cancelled_is_taken_away(booked: Any, use: Use, drifts: Any, needs: Needs) -> None:
    use("cancel_appointment", appointment_id=booked.id)
    assert drifts() == ["left_over"]
    assert places(needs) == []
    assert drifts() == []


def test_what_was_pending_is_followed_up(book: Use, drifts: Any, needs: Needs, workspace: Workspace) -> None:
    appointments = needs.open("appointments")
    booked = book()["appointment_id"]
    needs.open("calendar")._api._patience = 0.1
    workspace.faults.add("calendar.", "unavailable", times=10_000)
    mirror(booked, (), appointments, needs.open("calendar"), needs.open("clinic"))
    assert appointments.get(booked).calendar == "pending"
    workspace.faults.clear()
    assert drifts() == ["missing"]
    assert appointments.get(booked).calendar == ""


def test_the_book_follows_an_event_that_staff_have_moved_and_everybody_is_told(
    booked: Any, drag: Any, drifts: Any, needs: Needs, listener: Any
) -> None:
    listener.heard()
    drag(booked, later=2)
    assert drifts("--dry-run") == ["moved_by_staff"]
    assert in_book(needs, booked) == place_of(booked)
    run_job(reconcile_calendar, needs)
    moved = Place("mehta", booked.starts_at + 2 * HALF_HOUR, booked.ends_at + 2 * HALF_HOUR)
    assert in_book(needs, booked) == moved
    assert places(needs) == [moved]
    (fact,) = listener.heard()
    assert isinstance(fact, AppointmentRescheduled)
    assert (fact.appointment_id, fact.doctor_id, fact.freed_at) == (booked.id, "mehta", booked.starts_at)
    assert drifts() == []
    assert listener.heard() == []


def test_the_book_follows_an_event_to_a_colleague(
    booked: Any, drag: Any, drifts: Any, needs: Needs, use: Use, free_day: str
) -> None:
    drag(booked, to="rao")
    assert drifts() == ["moved_by_staff"]
    assert in_book(needs, booked) == Place("rao", booked.starts_at, booked.ends_at)
    assert drifts() == []
    wish = {"appointment_date": free_day, "appointment_time": "10:30 AM", "doctor_name": "Anil Mehta"}
    assert use("check_appointment_availability", **wish)["available"] is True


def test_a_move_onto_taken_time_is_put_back(
    booked: Any, book: Use, drag: Any, drifts: Any, needs: Needs
) -> None:
    other = book(appointment_time="11:00 AM", patient_name="Ravi Rao", email="ravi@example.com")
    assert other["success"]
    drag(booked, later=1)
    assert sorted(drifts()) == ["missing", "moved_onto_taken_time"]
    assert in_book(needs, booked) == place_of(booked)
    assert place_of(booked) in places(needs)
    assert drifts() == []


def test_what_staff_have_deleted_is_put_back_and_told(
    booked: Any, drifts: Any, needs: Needs, workspace: Workspace, clinic: Clinic
) -> None:
    workspace.calendars.enter(
        clinic.doctor("mehta").calendar_id, booked.id, booked.starts_at, booked.ends_at, status="cancelled"
    )
    assert drifts() == ["deleted_by_staff"]
    assert places(needs) == [place_of(booked)]


def test_a_follower_that_was_interrupted_tells_it_again_under_the_same_id(
    booked: Any, drag: Any, drifts: Any, needs: Needs, listener: Any, monkeypatch: Any
) -> None:
    listener.heard()
    drag(booked, later=2)
    calendar = needs.open("calendar")

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the instance is gone")

    monkeypatch.setattr(calendar, "put", broken)
    with pytest.raises(RuntimeError):
        run_job(reconcile_calendar, needs)
    monkeypatch.undo()
    assert job._Desk(**needs.of(reconcile_calendar)).drifts().__next__()[0].kind == "followed"
    run_job(reconcile_calendar, needs)
    # The second of a call comes when the first is dealt with.
    heard = [fact.id for _ in range(2) for fact in listener.heard()]
    assert len(heard) == 2
    assert len(set(heard)) == 1
    assert next(job._Desk(**needs.of(reconcile_calendar)).drifts(), None) is None


def test_an_event_of_an_appointment_that_the_book_does_not_know_is_told_and_left(
    booked: Any, drifts: Any, needs: Needs, clinic: Clinic
) -> None:
    stranger = msgspec.structs.replace(event_of(booked, clinic), appointment_id="nobodi0")
    needs.open("calendar").put(stranger)
    assert drifts() == ["unknown_appointment"]
    assert drifts() == ["unknown_appointment"]


def test_a_calendar_that_can_not_be_seen_is_told_and_its_appointments_wait(
    booked: Any, drifts: Any, workspace: Workspace
) -> None:
    del workspace.calendars.events["mehta@clinic.example.com"]
    assert drifts() == ["unknown_calendar"]


def test_a_calendar_out_of_reach_is_waited_for_once_and_not_for_each_doctor(
    booked: Any, needs: Needs, workspace: Workspace, clinic: Clinic, capsys: Any
) -> None:
    needs.open("calendar")._api._patience = 0.0
    workspace.faults.add("calendar.", "unavailable", times=100)
    run_job(reconcile_calendar, needs)
    assert capsys.readouterr().out.count("= calendar out_of_reach") == len(clinic.doctors)
    assert workspace.faults.happened["unavailable"] == 1
    assert needs.open("appointments").get(booked.id) == booked


def test_what_staff_do_by_hand_is_logged_without_a_name(
    booked: Any, drag: Any, needs: Needs, capsys: Any
) -> None:
    drag(booked, later=2)
    run_job(reconcile_calendar, needs)
    logged = capsys.readouterr().out
    assert "moved_by_staff" in logged
    assert "Asha" not in logged


def test_bad_settings_are_one_line(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setenv("STORE", "nowhere")
    assert job.main([]) == 2
    assert "STORE" in capsys.readouterr().err
