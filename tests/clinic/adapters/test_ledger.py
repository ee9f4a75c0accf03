"""The contract of `Ledger`: asked, answered once, delivered; answer, effect and facts are one commit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import cycle
from threading import Barrier
from typing import Any

import pytest

from clinic.booking.appointment import Appointment, Patient
from clinic.booking.change import CELL, Cell, Change
from clinic.contracts import events
from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.contracts.events import AppointmentBooked, CallStarted
from clinic.contracts.tool_call import Outcome, ToolCall, succeeded
from clinic.ports import AlreadyAnswered, Appointments, Calls, Ledger, Patients, SlotTaken

Make = Callable[..., ToolCall[dict[str, Any]]]

START = datetime(2027, 1, 1, 5, tzinfo=UTC)
RACERS = 30


def booking(number: int = 1, quarters: int = 2, start: datetime = START) -> Change:
    """Return the change that books one appointment of as many quarters of an hour."""
    appointment = Appointment(
        id=f"appointment{number}",
        call_id="call-1",
        patient_id=f"patient{number}",
        patient_name="Asha Rao",
        email="asha@example.com",
        phone="+919812345678",
        doctor_id="mehta",
        department_id="hearts",
        starts_at=start,
        ends_at=start + CELL * quarters,
    )
    return Change(
        takes=tuple(Cell("mehta", start + CELL * each, "booked", appointment.id) for each in range(quarters)),
        appointment=appointment,
        patient=Patient(id=f"patient{number}", name="Asha Rao", email="a@example.com", phone="+919812345678"),
        call_notes=CallNotes(call_id="call-1", customer_name=f"Asha {number}"),
    )


def booked_fact(number: int = 1) -> AppointmentBooked:
    return AppointmentBooked(
        id=f"fact-{number}", call_id="call-1", occurred_at=START, appointment_id=f"appointment{number}"
    )


def taken(appointments: Appointments) -> int:
    return len(appointments.taken(["mehta"], START - timedelta(days=1), START + timedelta(days=1)))


def noted_name(calls: Calls) -> str:
    record = calls.get("call-1")
    return record.customer_name if record else ""


def test_a_tool_call_has_no_answer_until_one_is_committed(ledger: Ledger, tool_call: Make) -> None:
    call = tool_call()
    ledger.request(call)
    assert ledger.answer(call.id) is None
    ledger.commit(call, "succeeded", succeeded("Done.", number=7, nested={"list": [None, True]}))
    assert ledger.answer(call.id) == succeeded("Done.", number=7, nested={"list": [None, True]})


def test_answer_effect_and_facts_are_there_together(
    ledger: Ledger,
    appointments: Appointments,
    patients: Patients,
    calls: Calls,
    tool_call: Make,
    record: Callable[..., CallRecord],
) -> None:
    change = booking()
    calls.ring(record(), "ticket", START, 9)
    ledger.commit(tool_call(), "succeeded", succeeded("Booked."), change, (booked_fact(),))
    assert appointments.get("appointment1") == change.appointment
    assert taken(appointments) == 2
    assert patients.with_phone("+919812345678") == [change.patient]
    assert noted_name(calls) == "Asha 1"
    assert [events.decode(body) for body in ledger.unpublished("call-1-1")] == [booked_fact()]


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_taken_slot_leaves_nothing_behind(
    ledger: Ledger,
    appointments: Appointments,
    patients: Patients,
    calls: Calls,
    tool_call: Make,
    record: Callable[..., CallRecord],
    offset: int,
) -> None:
    calls.ring(record(), "ticket", START, 9)
    ledger.commit(tool_call(1), "succeeded", succeeded("Booked."), booking(1))
    late = booking(2, start=START + CELL * offset)
    with pytest.raises(SlotTaken):
        ledger.commit(tool_call(2), "succeeded", succeeded("Booked."), late, (booked_fact(2),))
    assert ledger.answer("call-1-2") is None
    assert ledger.unpublished("call-1-2") == []
    assert [call.id for call in ledger.of_call("call-1")] == ["call-1-1"]
    assert appointments.get("appointment2") is None
    assert taken(appointments) == 2
    assert [patient.id for patient in patients.with_phone("+919812345678")] == ["patient1"]
    assert noted_name(calls) == "Asha 1"


def test_after_a_taken_slot_the_same_tool_call_can_be_answered_otherwise(
    ledger: Ledger, tool_call: Make
) -> None:
    ledger.commit(tool_call(1), "succeeded", succeeded("Booked."), booking(1))
    with pytest.raises(SlotTaken):
        ledger.commit(tool_call(2), "succeeded", succeeded("Booked."), booking(2))
    ledger.commit(tool_call(2), "refused", {"success": False, "message": "Taken."})
    assert ledger.answer("call-1-2") == {"success": False, "message": "Taken."}


def test_an_appointment_that_begins_where_another_ends_collides_with_nothing(
    ledger: Ledger, appointments: Appointments, tool_call: Make
) -> None:
    ledger.commit(tool_call(1), "succeeded", succeeded("Booked."), booking(1))
    ledger.commit(tool_call(2), "succeeded", succeeded("Booked."), booking(2, start=START + CELL * 2))
    assert taken(appointments) == 4


def test_a_tool_call_is_answered_once(ledger: Ledger, appointments: Appointments, tool_call: Make) -> None:
    ledger.commit(tool_call(), "refused", {"success": False, "message": "No."})
    with pytest.raises(AlreadyAnswered):
        ledger.commit(tool_call(), "succeeded", succeeded("Booked."), booking(), (booked_fact(),))
    assert ledger.answer("call-1-1") == {"success": False, "message": "No."}
    assert (taken(appointments), ledger.unpublished("call-1-1")) == (0, [])


def test_a_duplicate_that_would_find_its_own_slot_taken_is_told_that_it_is_answered(
    ledger: Ledger, tool_call: Make
) -> None:
    ledger.commit(tool_call(), "succeeded", succeeded("Booked."), booking())
    with pytest.raises(AlreadyAnswered):
        ledger.commit(tool_call(), "succeeded", succeeded("Booked."), booking())


def test_of_thirty_who_race_for_one_slot_exactly_one_wins(
    store: Any, appointments: Appointments, tool_call: Make
) -> None:
    instances = cycle([store.open("ledger") for _ in range(3)])
    start = Barrier(RACERS)

    def race(number: int, ledger: Ledger) -> bool:
        start.wait(10)
        change = booking(number, start=START + CELL * (number % 2))
        try:
            ledger.commit(
                tool_call(number), "succeeded", succeeded("Booked."), change, (booked_fact(number),)
            )
        except SlotTaken:
            return False
        return True

    with ThreadPoolExecutor(RACERS) as pool:
        won = list(pool.map(race, range(RACERS), instances))
    (winner,) = (number for number in range(RACERS) if won[number])
    assert [each.id for each in appointments.of_call("call-1")] == [f"appointment{winner}"]
    assert taken(appointments) == 2


def test_of_ten_deliveries_of_one_tool_call_exactly_one_answers(
    store: Any, appointments: Appointments, tool_call: Make
) -> None:
    instances = cycle([store.open("ledger") for _ in range(2)])

    def deliver(number: int, ledger: Ledger) -> int:
        try:
            ledger.commit(tool_call(), "succeeded", succeeded(str(number)), booking(), (booked_fact(),))
        except AlreadyAnswered:
            return -1
        return number

    with ThreadPoolExecutor(10) as pool:
        answered = set(pool.map(deliver, range(10), instances)) - {-1}
    assert len(answered) == 1
    assert store.open("ledger").answer("call-1-1") == succeeded(str(answered.pop()))
    assert len(appointments.of_call("call-1")) == 1


def test_facts_wait_until_they_are_published(ledger: Ledger, tool_call: Make) -> None:
    facts = (booked_fact(), CallStarted(id="fact-2", call_id="call-1", occurred_at=START))
    ledger.commit(tool_call(1), "succeeded", succeeded("Done."), facts=facts)
    ledger.commit(tool_call(2), "succeeded", succeeded("Done."), facts=(booked_fact(3),))
    assert [events.decode(body).id for body in ledger.unpublished("call-1-1")] == ["fact-1", "fact-2"]
    ledger.published("call-1-1")
    assert ledger.unpublished("call-1-1") == []
    assert len(ledger.unpublished("call-1-2")) == 1


def test_asking_again_changes_nothing(ledger: Ledger, tool_call: Make, now: datetime) -> None:
    ledger.request(tool_call())
    ledger.commit(tool_call(), "succeeded", succeeded("Done."))
    ledger.request(tool_call(requested_at=now + timedelta(hours=1), tool="another"))
    (logged,) = ledger.of_call("call-1")
    assert (logged.requested_at, logged.tool, logged.message) == (now, "book_appointment", "Done.")


def test_an_answer_that_overtakes_its_request_is_logged_too(ledger: Ledger, tool_call: Make) -> None:
    ledger.commit(tool_call(), "succeeded", succeeded("Done."))
    ledger.request(tool_call())
    assert [call.outcome for call in ledger.of_call("call-1")] == ["succeeded"]


@pytest.mark.parametrize("outcome", ["succeeded", "refused", "failed", "expired"])
def test_the_log_shows_when_what_was_asked_answered_and_delivered(
    ledger: Ledger, tool_call: Make, now: datetime, outcome: Outcome
) -> None:
    ledger.request(tool_call())
    (asked,) = ledger.of_call("call-1")
    assert (asked.outcome, asked.answered_at, asked.delivered_at) == (None, None, None)
    ledger.commit(tool_call(), outcome, {"success": outcome == "succeeded", "message": "Hm."})
    ledger.delivered("call-1-1", now + timedelta(seconds=2))
    logged = ledger.of_call("call-1")[0]
    assert (logged.outcome, logged.message, logged.requested_at) == (outcome, "Hm.", now)
    assert logged.delivered_at == now + timedelta(seconds=2)
    assert logged.answered_at is not None
    assert abs(datetime.now(UTC) - logged.answered_at) < timedelta(minutes=1)


def test_an_answer_is_delivered_once(ledger: Ledger, tool_call: Make, now: datetime) -> None:
    ledger.commit(tool_call(), "succeeded", succeeded("Done."))
    ledger.delivered("call-1-1", now)
    ledger.delivered("call-1-1", now + timedelta(minutes=5))
    assert ledger.of_call("call-1")[0].delivered_at == now


def test_a_calls_tool_calls_are_in_the_order_they_were_asked(ledger: Ledger, tool_call: Make) -> None:
    for seconds, number in enumerate((3, 1, 2)):
        ledger.request(tool_call(number, requested_at=START + timedelta(seconds=seconds)))
    ledger.request(tool_call(4, call_id="call-2"))
    ledger.commit(tool_call(1), "succeeded", succeeded("Done."))
    assert [call.id for call in ledger.of_call("call-1")] == ["call-1-3", "call-1-1", "call-1-2"]
    assert ledger.of_call("call-3") == []


def test_what_one_instance_writes_another_reads(store: Any, ledger: Ledger, tool_call: Make) -> None:
    other: Ledger = store.open("ledger")
    ledger.commit(tool_call(), "succeeded", succeeded("Done."), facts=(booked_fact(),))
    assert other.answer("call-1-1") == succeeded("Done.")
    assert len(other.unpublished("call-1-1")) == 1
