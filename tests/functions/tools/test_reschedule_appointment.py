"""Moving: one commit, never both slots and never none."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from clinic.contracts.call_record import CallRecord
from functions.needs import Needs

Use = Callable[..., dict[str, Any]]
Ring = Callable[..., CallRecord]


def booked_cells(needs: Needs, appointment_id: str) -> list[str]:
    appointment = needs.open("appointments").get(appointment_id)
    day = timedelta(days=30)
    taken = needs.open("appointments").taken(
        ["mehta", "rao"], appointment.starts_at - day, appointment.starts_at + day
    )
    return sorted(cell_id for cell_id, entry in taken.items() if entry.cell.holder == appointment_id)


def test_a_moved_appointment_has_its_new_slot_and_not_the_old(
    book: Use, use: Use, needs: Needs, free_day: str
) -> None:
    booked = book()
    result = use(
        "reschedule_appointment",
        appointment_id=booked["appointment_id"],
        appointment_date=free_day,
        appointment_time="03:00 PM",
    )
    assert result["success"] is True
    assert result["appointment"]["time"] == "03:00 PM"
    cells = booked_cells(needs, booked["appointment_id"])
    assert [cell[-5:] for cell in cells] == ["0930Z", "0945Z"]
    assert book(patient_name="Ravi Kumar", email="ravi@example.com")["success"] is True


def test_a_move_by_a_quarter_of_an_hour_overlaps_with_itself_only(
    book: Use, use: Use, needs: Needs, free_day: str
) -> None:
    booked = book()
    result = use(
        "reschedule_appointment",
        appointment_id=booked["appointment_id"],
        appointment_date=free_day,
        appointment_time="10:45 AM",
    )
    assert result["success"] is True
    assert len(booked_cells(needs, booked["appointment_id"])) == 2


def test_a_move_to_a_taken_slot_leaves_everything_as_it_was(
    book: Use, use: Use, needs: Needs, free_day: str
) -> None:
    booked = book()
    book(patient_name="Ravi Kumar", email="ravi@example.com", appointment_time="11:00 AM")
    before = booked_cells(needs, booked["appointment_id"])
    result = use(
        "reschedule_appointment",
        appointment_id=booked["appointment_id"],
        appointment_date=free_day,
        appointment_time="11:00 AM",
    )
    assert (result["success"], result["reason_code"]) == (False, "slot_taken")
    assert result["alternatives"]
    assert booked_cells(needs, booked["appointment_id"]) == before


def test_a_move_to_another_doctor_is_one_change_too(book: Use, use: Use, needs: Needs, free_day: str) -> None:
    booked = book()
    result = use(
        "reschedule_appointment",
        appointment_id=booked["appointment_id"],
        appointment_date=free_day,
        appointment_time="10:30 AM",
        doctor_name="Kavita Rao",
    )
    assert result["success"] is True
    assert all(cell.startswith("rao_") for cell in booked_cells(needs, booked["appointment_id"]))


def test_of_two_who_move_and_cancel_at_once_one_wins_and_nothing_is_left_over(
    book: Use, use_in: Use, next_call: Ring, needs: Needs, ringing: CallRecord, free_day: str
) -> None:
    booked = book()
    first, second = next_call(2, ringing.caller_phone), next_call(3, ringing.caller_phone)
    identity = {"appointment_id": booked["appointment_id"]}
    when = {"appointment_date": free_day, "appointment_time": "03:00 PM"}
    with ThreadPoolExecutor(2) as pool:
        moving = pool.submit(use_in, first, "reschedule_appointment", **identity, **when)
        cancelling = pool.submit(use_in, second, "cancel_appointment", **identity)
    results = (moving.result(), cancelling.result())
    cells = booked_cells(needs, booked["appointment_id"])
    status = needs.open("appointments").get(booked["appointment_id"]).status
    assert any(result["success"] for result in results)
    assert (status == "cancelled") == (cells == [])
    assert len(cells) in (0, 2)


def test_somebody_elses_appointment_stays_where_it_is(
    book: Use, use_in: Use, next_call: Ring, free_day: str
) -> None:
    booked = book()
    result = use_in(
        next_call(),
        "reschedule_appointment",
        appointment_id=booked["appointment_id"],
        appointment_date=free_day,
        appointment_time="03:00 PM",
    )
    assert result["reason_code"] == "not_yours"


def test_the_way_back_after_a_second_move_is_a_move_too(
    book: Use, use: Use, needs: Needs, free_day: str
) -> None:
    booked = book()
    identity = {"appointment_id": booked["appointment_id"], "appointment_date": free_day}
    for moment in ("03:00 PM", "03:00 PM", "04:00 PM", "03:00 PM"):
        result = use("reschedule_appointment", appointment_time=moment, **identity)
        assert result["appointment"]["time"] == moment
        assert [cell[-5:] for cell in booked_cells(needs, booked["appointment_id"])] == (
            ["0930Z", "0945Z"] if moment == "03:00 PM" else ["1030Z", "1045Z"]
        )
