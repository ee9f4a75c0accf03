"""A call whose service was killed gets an honest end, within minutes, and everybody is told once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clinic.contracts import events
from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.function_table import FunctionTable
from clinic.contracts.tool_call import ToolCall
from clinic.settings import Settings
from functions.dispatch import react, run_job
from functions.jobs.end_abandoned_calls import end_abandoned_calls
from functions.needs import Needs
from functions.reactions.finish_call import finish_call

Ask = Callable[..., ToolCall[dict[str, Any]]]
BOUND = timedelta(seconds=91)
"""After the last sign of life; the job comes once a minute."""


def sweep(listener: Any, settings: Settings, after: timedelta) -> list[events.Fact]:
    """Run the job at a later time, and return what was told."""
    world = {"bus": listener.needs.open("bus"), "now": datetime.now(UTC) + after}
    run_job(end_abandoned_calls, Needs(settings, world))
    heard: list[events.Fact] = listener.heard()
    return heard


def test_a_call_whose_service_was_killed_is_ended_when_it_was_heard_of_last(
    listener: Any, settings: Settings, ringing: CallRecord
) -> None:
    calls = listener.needs.open("calls")
    calls.admit("ticket", ringing.session_id, datetime.now(UTC))
    heard_of = datetime.now(UTC) + timedelta(seconds=60)
    calls.alive(ringing.call_id, heard_of)
    (fact,) = sweep(listener, settings, timedelta(seconds=60) + BOUND)
    record = calls.get(ringing.call_id)
    assert (fact.type, fact.id) == ("call.ended", f"{ringing.call_id}.ended")
    assert (record.status, record.ended_at, record.duration_seconds) == ("failed", heard_of, 60)
    assert record.resolution == "broken off: our service was lost"


@pytest.mark.parametrize(("hung_up", "lasted"), [(40, 40), (80, 60)])
def test_a_call_that_was_hung_up_before_its_service_was_lost_ended_then(
    listener: Any, settings: Settings, ringing: CallRecord, hung_up: int, lasted: int
) -> None:
    calls = listener.needs.open("calls")
    began = datetime.now(UTC)
    calls.admit("ticket", ringing.session_id, began)
    calls.alive(ringing.call_id, began + timedelta(seconds=60))
    calls.note(CallNotes(call_id=ringing.call_id, hung_up_at=began + timedelta(seconds=hung_up)))
    sweep(listener, settings, timedelta(seconds=60) + BOUND)
    record = calls.get(ringing.call_id)
    assert (record.ended_at, record.duration_seconds) == (began + timedelta(seconds=lasted), lasted)


def test_a_call_that_is_still_held_is_left_alone(
    listener: Any, settings: Settings, ringing: CallRecord
) -> None:
    calls = listener.needs.open("calls")
    calls.admit("ticket", ringing.session_id, datetime.now(UTC))
    calls.alive(ringing.call_id, datetime.now(UTC) + timedelta(hours=1))
    assert sweep(listener, settings, timedelta(hours=1) + timedelta(seconds=80)) == []
    assert calls.get(ringing.call_id).status == "in_progress"


def test_a_call_that_rang_and_never_connected_says_so(
    listener: Any, settings: Settings, ringing: CallRecord
) -> None:
    assert sweep(listener, settings, timedelta(minutes=4)) == []
    assert len(sweep(listener, settings, timedelta(minutes=6))) == 1
    record = listener.needs.open("calls").get(ringing.call_id)
    assert (record.status, record.resolution) == ("failed", "never connected")


def test_what_was_booked_before_the_service_was_lost_stays_the_resolution(
    listener: Any, settings: Settings, table: FunctionTable, book: Callable[..., Any], ringing: CallRecord
) -> None:
    calls = listener.needs.open("calls")
    calls.admit("ticket", ringing.session_id, datetime.now(UTC))
    assert book()["success"]
    (fact,) = sweep(listener, settings, BOUND)
    react(table["finish_call"], finish_call, listener.needs, DeadLetter(events.encode(fact), {}), "1")
    record = calls.get(ringing.call_id)
    assert (record.status, record.resolution) == ("failed", "appointment booked")


def test_it_is_told_again_under_the_same_id_until_the_record_is_finished_and_then_no_more(
    listener: Any, settings: Settings, table: FunctionTable, ringing: CallRecord
) -> None:
    listener.needs.open("calls").admit("ticket", ringing.session_id, datetime.now(UTC))
    told = [fact for minutes in (2, 4, 5) for fact in sweep(listener, settings, timedelta(minutes=minutes))]
    assert [fact.id for fact in told] == [f"{ringing.call_id}.ended"] * 3
    for fact in told:
        react(table["finish_call"], finish_call, listener.needs, DeadLetter(events.encode(fact), {}), "1")
    assert [fact.type for fact in listener.heard()] == ["call.logged"]
    assert sweep(listener, settings, timedelta(minutes=6)) == []


def test_the_end_of_a_call_that_a_crash_left_untold_is_told(
    listener: Any, settings: Settings, ringing: CallRecord
) -> None:
    calls = listener.needs.open("calls")
    calls.admit("ticket", ringing.session_id, datetime.now(UTC))
    calls.end(ringing.call_id, "completed", datetime.now(UTC))
    assert sweep(listener, settings, timedelta(seconds=30)) == []
    (fact,) = sweep(listener, settings, timedelta(minutes=3))
    assert fact.id == f"{ringing.call_id}.ended"
    assert calls.get(ringing.call_id).status == "completed"
