"""The waiting list, from joining to the offer, the booking and the next in line."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clinic.booking.appointment import Waiting
from clinic.booking.change import Change
from clinic.contracts import events
from clinic.contracts.call_record import CallRecord
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.events import AppointmentCancelled, CallEnded
from clinic.contracts.function_table import FunctionTable
from clinic.directory import Clinic
from clinic.settings import Settings
from functions.dispatch import react, run_job
from functions.jobs.pass_on_offers import pass_on_offers
from functions.needs import Needs
from functions.reactions.offer_freed_slot import offer_freed_slot
from functions.reactions.release_holds import release_holds
from functions.reactions.send_appointment_email import send_appointment_email

Use = Callable[..., dict[str, Any]]
Ring = Callable[..., CallRecord]


@pytest.fixture
def give(needs: Needs, table: FunctionTable) -> Callable[[], None]:
    """Give every fact on the bus to its reaction of the waiting list and of the mails."""
    reactions: dict[str, Callable[..., Any]] = {
        "offer_freed_slot": offer_freed_slot,
        "send_appointment_email": send_appointment_email,
    }

    def run() -> None:
        for message in needs.open("bus").take_due(100):
            if message.function in reactions:
                letter = DeadLetter(message.data, message.attributes)
                react(table[message.function], reactions[message.function], needs, letter, message.id)

    return run


@pytest.fixture
def join(use_in: Use, next_call: Ring, free_day: str) -> Callable[[int], CallRecord]:
    """Let the patient of a number wait for Dr. Mehta on the free day."""

    def run(number: int) -> CallRecord:
        record = next_call(number, f"+91981234000{number}")
        result = use_in(
            record,
            "join_waitlist",
            patient_name=f"Patient {'ABCDEFGH'[number]}",
            email=f"patient{number}@example.com",
            doctor_name="Mehta",
            first_date=free_day,
        )
        assert result["success"] is True
        return record

    return run


def mails(folder: Path, start: str) -> list[Any]:
    files = sorted((folder / "outbox").glob(f"{start}*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def entry(needs: Needs, number: int) -> Waiting | None:
    everyone: list[Waiting] = needs.open("appointments").waiting()
    mine = [each for each in everyone if each.patient.email == f"patient{number}@example.com"]
    return mine[0] if mine else None


def end_offer(needs: Needs, number: int) -> None:
    """Let the time of a patient's offer pass: as if it had been made earlier."""
    appointments = needs.open("appointments")
    waiting = entry(needs, number)
    assert waiting is not None
    past = datetime.now(UTC) - timedelta(minutes=1)
    held = appointments.held_by(waiting.patient.id)
    cells = tuple(msgspec.structs.replace(each.cell, until=past) for each in held.values())
    over = {cell_id: each.version for cell_id, each in held.items()}
    old = msgspec.structs.replace(waiting, offered_until=past)
    appointments.apply(Change(takes=cells, over=over, waiting=(old,)))


def test_a_cancelled_slot_is_held_for_the_first_who_waits_and_offered_by_mail(
    book: Use,
    use: Use,
    join: Callable[[int], CallRecord],
    give: Callable[[], None],
    needs: Needs,
    tmp_path: Path,
) -> None:
    booked = book()
    join(2)
    join(3)
    use("cancel_appointment", appointment_id=booked["appointment_id"])
    give()
    (mail,) = mails(tmp_path, "offer")
    assert mail["To"] == "patient2@example.com"
    assert "10:30 AM" in mail.get_body(("plain",)).get_content()
    first, second = entry(needs, 2), entry(needs, 3)
    assert first is not None
    assert second is not None
    assert (first.status, first.told, second.status) == ("offered", True, "waiting")
    assert book(patient_name="Ravi Kumar", email="ravi@example.com")["reason_code"] == "slot_taken"
    (cancelled,) = mails(tmp_path, "cancellation")
    assert cancelled["To"] == "asha.rao@example.com"


def test_the_patient_who_was_offered_the_slot_books_it(
    book: Use,
    use: Use,
    use_in: Use,
    next_call: Ring,
    join: Callable[[int], CallRecord],
    give: Callable[[], None],
    needs: Needs,
    free_day: str,
) -> None:
    booked = book()
    join(2)
    use("cancel_appointment", appointment_id=booked["appointment_id"])
    give()
    taken = use_in(
        next_call(9, "+919812340002"),
        "book_appointment",
        patient_name="Patient C",
        email="patient2@example.com",
        appointment_date=free_day,
        appointment_time="10:30 AM",
        doctor_name="Mehta",
        department="Cardiology",
    )
    assert taken["success"] is True
    end = entry(needs, 2)
    assert end is not None
    appointments = needs.open("appointments")
    appointments.apply(
        Change(waiting=(msgspec.structs.replace(end, offered_until=datetime.now(UTC) - timedelta(1)),))
    )
    run_job(pass_on_offers, needs)
    assert entry(needs, 2) is None


def test_an_offer_that_nobody_takes_goes_to_the_next(
    book: Use,
    use: Use,
    join: Callable[[int], CallRecord],
    give: Callable[[], None],
    needs: Needs,
    tmp_path: Path,
) -> None:
    booked = book()
    join(2)
    join(3)
    use("cancel_appointment", appointment_id=booked["appointment_id"])
    give()
    run_job(pass_on_offers, needs)
    assert len(mails(tmp_path, "offer")) == 1
    end_offer(needs, 2)
    run_job(pass_on_offers, needs)
    assert entry(needs, 2) is None
    second = entry(needs, 3)
    assert second is not None
    assert second.status == "offered"
    assert {mail["To"] for mail in mails(tmp_path, "offer")} == {
        "patient2@example.com",
        "patient3@example.com",
    }
    end_offer(needs, 3)
    run_job(pass_on_offers, needs)
    assert needs.open("appointments").waiting() == []
    assert book(patient_name="Ravi Kumar", email="ravi@example.com")["success"] is True


def test_an_offer_whose_address_is_refused_goes_to_the_next_at_once(
    book: Use,
    use: Use,
    use_in: Use,
    next_call: Ring,
    join: Callable[[int], CallRecord],
    give: Callable[[], None],
    needs: Needs,
    free_day: str,
    tmp_path: Path,
) -> None:
    booked = book()
    first = {"patient_name": "Patient A", "email": "patient0@nowhere.invalid", "doctor_name": "Mehta"}
    use_in(next_call(5, "+919812340005"), "join_waitlist", first_date=free_day, **first)
    join(3)
    use("cancel_appointment", appointment_id=booked["appointment_id"])
    give()
    assert mails(tmp_path, "offer") == []
    run_job(pass_on_offers, needs)
    (mail,) = mails(tmp_path, "offer")
    assert mail["To"] == "patient3@example.com"
    (left,) = needs.open("appointments").waiting()
    assert (left.patient.email, left.status, left.told) == ("patient3@example.com", "offered", True)


def test_who_waited_for_days_that_are_over_is_closed_and_the_last_day_counts_whole(
    join: Callable[[int], CallRecord], needs: Needs, settings: Settings, free_day: str
) -> None:
    join(2)
    last_minute = datetime.fromisoformat(f"{free_day}T23:59:00+05:30")
    for minutes, waits in ((0, True), (1, False)):
        now = last_minute + timedelta(minutes=minutes)
        run_job(pass_on_offers, Needs(settings, {"now": now}))
        assert (entry(needs, 2) is not None) is waits


def test_an_offer_of_a_doctor_who_has_left_stops_nobody_elses(
    book: Use,
    use: Use,
    join: Callable[[int], CallRecord],
    give: Callable[[], None],
    needs: Needs,
    clinic: Clinic,
    settings: Settings,
) -> None:
    booked = [book(), book(appointment_time="11:30 AM")]
    join(2)
    use("cancel_appointment", appointment_id=booked[0]["appointment_id"])
    give()
    end_offer(needs, 2)
    left = msgspec.structs.replace(
        clinic, doctors=tuple(each for each in clinic.doctors if each.id != "mehta")
    )
    run_job(pass_on_offers, Needs(settings, {"clinic": left}))
    assert entry(needs, 2) is None
    fact = AppointmentCancelled(
        id="c", call_id="call-1", occurred_at=datetime.now(UTC), appointment_id=booked[1]["appointment_id"],
        doctor_id="mehta", freed_at=datetime.now(UTC), freed_until=datetime.now(UTC) + timedelta(minutes=30),
    )  # fmt: skip
    offer_freed_slot(fact, **Needs(settings, {"clinic": left}).of(offer_freed_slot))


def test_an_offer_that_a_crash_left_unwritten_is_written_by_the_next_minute(
    book: Use,
    use: Use,
    join: Callable[[int], CallRecord],
    give: Callable[[], None],
    needs: Needs,
    tmp_path: Path,
) -> None:
    booked = book()
    join(2)
    use("cancel_appointment", appointment_id=booked["appointment_id"])
    give()
    waiting = entry(needs, 2)
    assert waiting is not None
    needs.open("appointments").apply(Change(waiting=(msgspec.structs.replace(waiting, told=False),)))
    for file in (tmp_path / "outbox").glob("offer*"):
        file.unlink()
    run_job(pass_on_offers, needs)
    assert len(mails(tmp_path, "offer")) == 1


def test_a_slot_that_nobody_waits_for_is_just_free(
    book: Use, use: Use, give: Callable[[], None], needs: Needs, tmp_path: Path
) -> None:
    booked = book()
    use("cancel_appointment", appointment_id=booked["appointment_id"])
    give()
    assert mails(tmp_path, "offer") == []


def test_days_that_have_passed_are_asked_again(use: Use) -> None:
    result = use(
        "join_waitlist",
        patient_name="Asha Rao",
        email="asha@example.com",
        department="Cardiology",
        first_date="2020-01-01",
    )
    assert (result["success"], result["reason_code"]) == (False, "invalid_first_date")


def test_what_was_held_for_a_call_is_free_when_it_ends(
    use: Use, needs: Needs, table: FunctionTable, ringing: CallRecord, free_day: str
) -> None:
    asked = {"appointment_date": free_day, "appointment_time": "10:30 AM", "doctor_name": "Mehta"}
    use("check_appointment_availability", **asked)
    assert needs.open("appointments").held_by(ringing.call_id)
    fact = CallEnded(id="e", call_id=ringing.call_id, occurred_at=datetime.now(UTC))
    react(table["release_holds"], release_holds, needs, DeadLetter(events.encode(fact), {}), "1")
    assert needs.open("appointments").held_by(ringing.call_id) == {}
