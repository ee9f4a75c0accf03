"""Firestore or Pub/Sub that stand still, or are gone: the caller hears words in time, and they are true."""

import asyncio
import signal
from typing import Any

import pytest

pytestmark = pytest.mark.emulators


async def is_told_the_truth(clinic: Any, result: Any) -> None:
    """Assert that what the caller was told is so, once all that was under way has come to its end."""
    await clinic.until(lambda: clinic.of_call().outcome is not None)
    booked = bool(clinic.booked())
    outcome = clinic.of_call().outcome
    assert booked == (outcome == "succeeded") == bool(clinic.cells())
    # Words that leave it open are allowed where the store itself could not be asked.
    assert result.get("reason_code") == "deadline" or result["success"] == booked


async def test_firestore_that_stands_still_for_five_seconds_mid_booking(
    own_clinic: Any, own_emulators: Any
) -> None:
    own_clinic.host("slow", seconds="0.5")
    record = await asyncio.to_thread(own_clinic.ring)
    service = own_clinic.service(record)
    asking = asyncio.create_task(own_clinic.answered(service))
    await own_clinic.committing()
    own_emulators["Firestore"].signal(signal.SIGSTOP)
    for _ in range(10):
        await asyncio.sleep(0.5)
    own_emulators["Firestore"].signal(signal.SIGCONT)
    await is_told_the_truth(own_clinic, await asking)
    again = await own_clinic.answered(service, "fc-2", appointment_time="11:30 AM")
    assert again["success"] is True


async def test_firestore_that_is_gone_for_good_during_a_call(own_clinic: Any, own_emulators: Any) -> None:
    own_clinic.host("slow", seconds="0.5")
    record = await asyncio.to_thread(own_clinic.ring)
    service = own_clinic.service(record, deadline=4.0)
    asking = asyncio.create_task(own_clinic.answered(service, deadline=4.0))
    await own_clinic.committing()
    own_emulators["Firestore"].signal(signal.SIGKILL)
    result = await asking
    assert (result["success"], result["reason_code"]) == (False, "deadline")
    assert "can not say" in result["message"]
    again = await own_clinic.answered(service, "fc-2", deadline=4.0)
    assert again["success"] is False
    assert again["message"]


async def test_pubsub_that_can_not_be_reached_when_a_tool_call_is_published(
    own_clinic: Any, own_emulators: Any
) -> None:
    own_clinic.host()
    record = await asyncio.to_thread(own_clinic.ring)
    service = own_clinic.service(record, deadline=3.0)
    own_emulators["Pub/Sub"].signal(signal.SIGSTOP)
    result = await own_clinic.answered(service, deadline=3.0)
    assert (result["success"], result["reason_code"]) == (False, "expired")
    own_emulators["Pub/Sub"].signal(signal.SIGCONT)
    await is_told_the_truth(own_clinic, result)
    # Whatever was sent to it meanwhile has arrived by then, and has changed nothing.
    again = await own_clinic.answered(own_clinic.service(record), "fc-2", appointment_time="11:30 AM")
    assert again["success"] is True
    assert [made.id for made in own_clinic.booked()] == [again["appointment_id"]]


async def test_pubsub_that_can_not_be_reached_when_the_facts_of_a_booking_are_published(
    own_clinic: Any, own_emulators: Any
) -> None:
    own_clinic.host("slow", seconds="1")
    record = await asyncio.to_thread(own_clinic.ring)
    asking = asyncio.create_task(own_clinic.answered(own_clinic.service(record)))
    await own_clinic.committing()
    own_emulators["Pub/Sub"].signal(signal.SIGSTOP)
    assert (await asking)["success"] is True
    own_emulators["Pub/Sub"].signal(signal.SIGCONT)
    await own_clinic.until(lambda: bool(own_clinic.facts()))
    assert len(own_clinic.facts()) == len(own_clinic.booked()) == 1
