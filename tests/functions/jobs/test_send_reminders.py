"""Reminders of appointments in the book, mailed once each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clinic.booking.appointment import Appointment
from clinic.booking.book import rewritten
from clinic.contracts.events import EmailFailed
from clinic.settings import Settings
from functions.dispatch import run_job
from functions.jobs.send_reminders import send_reminders
from functions.needs import Needs

Use = Callable[..., dict[str, Any]]
DAY, TWO_HOURS = timedelta(hours=24), timedelta(hours=2)


@pytest.fixture
def booked(book: Use, needs: Needs) -> Appointment:
    """An appointment that was booked a week ago."""
    appointments = needs.open("appointments")
    made: Appointment = appointments.get(book()["appointment_id"])
    old = msgspec.structs.replace(made, arranged_at=made.starts_at - timedelta(days=9))
    cells = appointments.taken([made.doctor_id], made.starts_at, made.ends_at)
    appointments.apply(rewritten(old, cells))
    return old


@pytest.fixture
def run(needs: Needs, settings: Settings) -> Callable[..., None]:
    """Run the job at an instant."""

    def at(now: datetime, **given: Any) -> None:
        run_job(send_reminders, Needs(settings, {"now": now, **given}))

    return at


def reminders(folder: Path) -> list[Any]:
    files = sorted((folder / "outbox").glob("reminder*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def test_each_reminder_is_mailed_once_however_often_the_job_runs(
    booked: Appointment, run: Callable[..., None], tmp_path: Path
) -> None:
    for before in (DAY + TWO_HOURS, DAY, DAY - timedelta(minutes=5), TWO_HOURS, timedelta(hours=1)):
        run(booked.starts_at - before)
    first, second = reminders(tmp_path)
    assert first["To"] == second["To"] == booked.email
    assert {first["Subject"].split()[0], second["Subject"].split()[0]} == {"Reminder:", "Your"}


def test_a_reminder_that_was_sent_is_not_handed_to_the_mailer_again(
    booked: Appointment, run: Callable[..., None], tmp_path: Path
) -> None:
    run(booked.starts_at - DAY)
    for file in (tmp_path / "outbox").glob("reminder*"):
        file.unlink()
    run(booked.starts_at - DAY + timedelta(minutes=5))
    assert reminders(tmp_path) == []


def test_what_was_booked_today_for_tomorrow_gets_no_reminder_but_the_last(
    book: Use, needs: Needs, run: Callable[..., None], tmp_path: Path
) -> None:
    made = needs.open("appointments").get(book()["appointment_id"])
    assert made.arranged_at is not None
    late = msgspec.structs.replace(made, arranged_at=made.starts_at - timedelta(hours=20))
    appointments = needs.open("appointments")
    appointments.apply(rewritten(late, appointments.taken([made.doctor_id], made.starts_at, made.ends_at)))
    run(made.starts_at - timedelta(hours=19))
    assert reminders(tmp_path) == []
    run(made.starts_at - TWO_HOURS)
    assert len(reminders(tmp_path)) == 1


def test_a_cancelled_appointment_gets_none(
    booked: Appointment, use: Use, run: Callable[..., None], tmp_path: Path
) -> None:
    use("cancel_appointment", appointment_id=booked.id)
    run(booked.starts_at - DAY)
    assert reminders(tmp_path) == []


def test_a_moved_one_gets_those_of_its_new_time(
    booked: Appointment, use: Use, run: Callable[..., None], tmp_path: Path, free_day: str, needs: Needs
) -> None:
    run(booked.starts_at - DAY)
    answer = use(
        "reschedule_appointment",
        appointment_id=booked.id,
        appointment_date=free_day,
        appointment_time="03:00 PM",
    )
    assert answer["success"] is True
    moved = needs.open("appointments").get(booked.id)
    run(moved.starts_at - DAY)
    assert len(reminders(tmp_path)) == 2


def test_an_address_that_is_refused_is_told_once(
    book: Use, needs: Needs, run: Callable[..., None], tmp_path: Path
) -> None:
    made = needs.open("appointments").get(book(email="asha@nowhere.invalid")["appointment_id"])
    needs.open("bus").take_due(100)
    for _ in range(2):
        run(made.starts_at - DAY)
    told = {
        message.data
        for message in needs.open("bus").take_due(100)
        if message.topic == EmailFailed.__struct_config__.tag
    }
    assert len(told) == 1
    assert b"address_refused" in told.pop()


def test_one_letter_that_breaks_keeps_nobody_elses_back(
    booked: Appointment, book: Use, run: Callable[..., None], needs: Needs, tmp_path: Path
) -> None:
    other = needs.open("appointments").get(
        book(patient_name="Ravi Kumar", email="ravi@example.com", appointment_time="11:00 AM")[
            "appointment_id"
        ]
    )
    outbox = needs.open("mailer")

    class BrokenForAsha:
        def send(self, message: EmailMessage, key: str) -> None:
            if "asha" in message["To"]:
                raise ConnectionError("the line broke")
            outbox.send(message, key)

    with pytest.raises(ExceptionGroup, match="1 reminders were not sent"):
        run(other.starts_at - DAY, mailer=BrokenForAsha())
    assert [mail["To"] for mail in reminders(tmp_path)] == ["ravi@example.com"]
    run(other.starts_at - DAY)
    assert len(reminders(tmp_path)) == 2
