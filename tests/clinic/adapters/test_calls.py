"""The contract of `Calls`: one record and its turns per conversation, and tickets that are used once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

import msgspec
import pytest

from clinic.contracts.call_record import CallNotes, CallRecord, Status, Turn
from clinic.contracts.notice import Notice
from clinic.ports import Calls, TooManyCalls

Make = Callable[..., CallRecord]
Ring = Callable[..., CallRecord]

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LONGEST_CALL = timedelta(seconds=600)


@pytest.fixture
def ring(calls: Calls, record: Make, now: datetime) -> Ring:
    """Ring with ticket `ticket-<number>`, good for a minute."""

    def ring_up(number: int = 1, most: int = 9, **changes: Any) -> CallRecord:
        return calls.ring(record(number, **changes), f"ticket-{number}", now + MINUTE, most)

    return ring_up


def test_a_call_that_rings_has_a_record(calls: Calls, record: Make, ring: Ring) -> None:
    assert ring() == record()
    assert calls.get("call-1") == record()
    assert calls.of_session("CA1") == record()


def test_there_is_no_record_of_a_call_that_never_was(calls: Calls) -> None:
    assert (calls.get("call-1"), calls.of_session("CA1"), calls.turns("call-1")) == (None, None, [])


def test_the_same_session_twice_finds_its_record(calls: Calls, record: Make, now: datetime) -> None:
    first = calls.ring(record(1), "ticket-1", now + MINUTE, 9)
    again = calls.ring(record(2, session_id="CA1"), "ticket-2", now + MINUTE, 9)
    assert again == first
    assert calls.get("call-2") is None


@pytest.mark.parametrize("ticket", ["ticket-1", "ticket-2"])
def test_either_ticket_of_a_repeated_webhook_admits_but_then_neither(
    calls: Calls, record: Make, now: datetime, ticket: str
) -> None:
    calls.ring(record(1), "ticket-1", now + MINUTE, 9)
    calls.ring(record(2, session_id="CA1"), "ticket-2", now + MINUTE, 9)
    admitted = calls.admit(ticket, "CA1", now)
    assert admitted is not None
    assert admitted.call_id == "call-1"
    assert [calls.admit(each, "CA1", now) for each in ("ticket-1", "ticket-2")] == [None, None]


def test_a_webhook_repeated_after_the_call_was_picked_up_gets_no_new_ticket(
    calls: Calls, record: Make, ring: Ring, now: datetime
) -> None:
    ring()
    assert calls.admit("ticket-1", "CA1", now)
    again = calls.ring(record(2, session_id="CA1"), "ticket-2", now + MINUTE, 9)
    assert (again.call_id, again.status) == ("call-1", "in_progress")
    assert calls.admit("ticket-2", "CA1", now) is None


def test_the_same_ticket_left_twice_is_one_ticket(calls: Calls, ring: Ring, now: datetime) -> None:
    ring()
    ring()
    assert calls.admit("ticket-1", "CA1", now)
    assert calls.admit("ticket-1", "CA1", now) is None


def test_a_ticket_admits_its_session_which_is_then_in_progress(
    calls: Calls, record: Make, ring: Ring, now: datetime
) -> None:
    ring()
    expected = msgspec.structs.replace(record(), status="in_progress", connected_at=now + SECOND)
    assert calls.admit("ticket-1", "CA1", now + SECOND) == expected
    assert calls.get("call-1") == expected


def test_a_ticket_is_used_once(calls: Calls, ring: Ring, now: datetime) -> None:
    ring()
    assert calls.admit("ticket-1", "CA1", now)
    assert calls.admit("ticket-1", "CA1", now) is None


def test_of_ten_who_bring_one_ticket_one_is_admitted(store: Any, ring: Ring, now: datetime) -> None:
    ring()
    instances = cycle([store.open("calls") for _ in range(2)])
    with ThreadPoolExecutor(10) as pool:
        admitted = list(pool.map(lambda _, calls: calls.admit("ticket-1", "CA1", now), range(10), instances))
    assert sum(each is not None for each in admitted) == 1


@pytest.mark.parametrize(
    ("ticket", "session", "after"),
    [
        ("ticket-1", "CA1", MINUTE + timedelta(microseconds=1)),
        ("ticket-1", "CA1", timedelta(days=1)),
        ("ticket-1", "CA2", SECOND),
        ("ticket-2", "CA1", SECOND),
        ("ticket-3", "CA1", SECOND),
        ("", "CA1", SECOND),
        ("ticket-1", "", SECOND),
    ],
)
def test_an_expired_foreign_or_invented_ticket_admits_nobody_and_harms_nobody(
    calls: Calls, record: Make, ring: Ring, now: datetime, ticket: str, session: str, after: timedelta
) -> None:
    ring(1)
    ring(2)
    assert calls.admit(ticket, session, now + after) is None
    assert calls.get("call-1") == record(1)
    assert calls.admit("ticket-1", "CA1", now + MINUTE)
    assert calls.admit("ticket-2", "CA2", now + MINUTE)


def test_one_call_more_than_allowed_is_too_many_and_leaves_nothing_behind(
    calls: Calls, ring: Ring, now: datetime
) -> None:
    ring(1, most=2)
    ring(2, most=2)
    with pytest.raises(TooManyCalls):
        ring(3, most=2)
    assert calls.get("call-3") is None
    assert calls.admit("ticket-3", "CA3", now) is None


def test_a_repeated_webhook_is_no_further_call(calls: Calls, record: Make, ring: Ring, now: datetime) -> None:
    ring(1, most=1)
    assert calls.ring(record(1), "ticket-1b", now + MINUTE, 1).call_id == "call-1"


def test_ringing_and_running_calls_count_ended_ones_do_not(calls: Calls, ring: Ring, now: datetime) -> None:
    ring(1, most=1)
    calls.admit("ticket-1", "CA1", now)
    with pytest.raises(TooManyCalls):
        ring(2, most=1)
    calls.end("call-1", "completed", now)
    assert ring(2, most=1).call_id == "call-2"


def test_a_call_that_was_never_picked_up_counts_for_a_minute(ring: Ring, now: datetime) -> None:
    ring(1, most=1)
    with pytest.raises(TooManyCalls):
        ring(2, most=1, timestamp=now + MINUTE - SECOND)
    assert ring(3, most=1, timestamp=now + MINUTE + SECOND).call_id == "call-3"


def test_a_call_whose_end_nobody_noted_counts_no_longer_than_a_call_can_last(
    calls: Calls, ring: Ring, now: datetime
) -> None:
    ring(1, most=1)
    calls.admit("ticket-1", "CA1", now)
    with pytest.raises(TooManyCalls):
        ring(2, most=1, timestamp=now + LONGEST_CALL)
    assert ring(3, most=1, timestamp=now + LONGEST_CALL + 2 * MINUTE).call_id == "call-3"


def test_of_ten_who_ring_at_once_no_more_get_through_than_are_allowed(
    store: Any, record: Make, now: datetime
) -> None:
    instances = cycle([store.open("calls") for _ in range(2)])

    def ring_up(number: int, calls: Calls) -> bool:
        try:
            calls.ring(record(number), f"ticket-{number}", now + MINUTE, 3)
        except TooManyCalls:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(ring_up, range(10), instances)) == 3


def test_notes_merge_and_an_empty_one_takes_nothing_away(calls: Calls, ring: Ring) -> None:
    ring()
    calls.note(CallNotes(call_id="call-1", customer_name="Asha", doctor_enquired="Dr. Mehta"))
    calls.note(CallNotes(call_id="call-1", customer_name="", call_type="booking", customer_type="new"))
    calls.note(CallNotes(call_id="call-1", doctor_enquired="Dr. Rao", notes="ఆశా 😀"))
    noted = calls.get("call-1")
    assert noted is not None
    assert (noted.customer_name, noted.call_type, noted.customer_type) == ("Asha", "booking", "new")
    assert (noted.doctor_enquired, noted.notes, noted.language) == ("Dr. Rao", "ఆశా 😀", "en")


def test_notes_that_arrive_together_are_all_kept(store: Any, calls: Calls, ring: Ring) -> None:
    ring()
    fields = ["customer_name", "customer_email", "call_type", "notes", "resolution", "doctor_enquired"]
    instances = cycle([store.open("calls") for _ in range(2)])

    def note(field: str, calls: Calls) -> None:
        calls.note(CallNotes(call_id="call-1", **{field: field}))  # type: ignore[arg-type]

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(note, fields, instances))
    assert [getattr(calls.get("call-1"), field) for field in fields] == fields


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_the_end_of_a_call_is_noted_with_its_length(
    calls: Calls, ring: Ring, now: datetime, status: Status
) -> None:
    ring()
    calls.admit("ticket-1", "CA1", now + SECOND)
    calls.end("call-1", status, now + timedelta(seconds=91.4))
    ended = calls.get("call-1")
    assert ended is not None
    assert (ended.status, ended.duration_seconds) == (status, 90)
    assert ended.ended_at == now + timedelta(seconds=91.4)


def test_a_call_that_was_never_connected_lasted_nothing(calls: Calls, ring: Ring, now: datetime) -> None:
    ring()
    calls.end("call-1", "failed", now + MINUTE)
    ended = calls.get("call-1")
    assert ended is not None
    assert (ended.status, ended.duration_seconds) == ("failed", 0)


def test_a_call_ends_once(calls: Calls, ring: Ring, now: datetime) -> None:
    ring()
    calls.admit("ticket-1", "CA1", now)
    calls.end("call-1", "completed", now + MINUTE)
    calls.end("call-1", "failed", now + 2 * MINUTE)
    ended = calls.get("call-1")
    assert ended is not None
    assert (ended.status, ended.ended_at) == ("completed", now + MINUTE)


def test_the_end_of_a_call_that_never_was_is_no_fault(calls: Calls, now: datetime) -> None:
    calls.end("call-1", "failed", now)
    calls.note(CallNotes(call_id="call-1", notes="?"))
    assert calls.get("call-1") is None


def test_turns_are_in_their_order_whatever_order_they_come_in(calls: Calls, now: datetime) -> None:
    turns = [
        Turn(number, "caller" if number % 2 else "agent", f"turn {number} 😀", now) for number in range(1, 13)
    ]
    for turn in reversed(turns):
        calls.add_turn("call-1", turn)
    calls.add_turn("call-2", Turn(1, "caller", "another call", now))
    assert calls.turns("call-1") == turns
    assert calls.turns("call-1", after=10) == turns[10:]
    assert calls.turns("call-1", after=12) == []


def test_the_same_turn_again_changes_nothing(calls: Calls, now: datetime) -> None:
    first = Turn(1, "caller", "Hello", now)
    calls.add_turn("call-1", first)
    calls.add_turn("call-1", Turn(1, "agent", "Something else", now))
    assert calls.turns("call-1") == [first]


def test_news_for_a_call_is_there_once_in_the_order_it_came(calls: Calls, ring: Ring) -> None:
    ring()
    refused, moved = (
        Notice(id=each, call_id="call-1", text=f"It was {each}.") for each in ("refused/1", "moved")
    )
    for notice in (refused, moved, refused):
        calls.leave_notice(notice)
    assert calls.notices("call-1") == [refused, moved]
    assert calls.notices("call-2") == []


def test_a_call_is_abandoned_when_its_service_has_been_silent(
    calls: Calls, ring: Ring, now: datetime
) -> None:
    for number in (1, 2, 3):
        ring(number)
        calls.admit(f"ticket-{number}", f"CA{number}", now)
    calls.alive("call-2", now + MINUTE)
    calls.end("call-3", "completed", now + SECOND)
    assert calls.abandoned(now, now) == []
    assert [call.call_id for call in calls.abandoned(now + SECOND, now)] == ["call-1"]
    abandoned = calls.abandoned(now + MINUTE + SECOND, now)
    assert sorted((call.call_id, call.alive_at) for call in abandoned if call.alive_at) == [
        ("call-2", now + MINUTE)
    ]
    assert sorted(call.call_id for call in abandoned) == ["call-1", "call-2"]


def test_a_call_that_rang_and_never_connected_is_abandoned(calls: Calls, ring: Ring, now: datetime) -> None:
    ring(1)
    assert calls.abandoned(now + MINUTE, now) == []
    assert [call.call_id for call in calls.abandoned(now, now + SECOND)] == ["call-1"]


def test_an_abandoned_call_that_is_ended_gives_its_line_back(calls: Calls, ring: Ring, now: datetime) -> None:
    ring(1, most=1)
    calls.admit("ticket-1", "CA1", now)
    with pytest.raises(TooManyCalls):
        ring(2, most=1)
    for call in calls.abandoned(now + SECOND, now):
        calls.end(call.call_id, "failed", now)
    assert ring(2, most=1).call_id == "call-2"
    assert calls.abandoned(now + MINUTE, now) == []


def test_to_be_alive_is_no_call_of_its_own(calls: Calls, now: datetime) -> None:
    calls.alive("call-9", now)
    assert calls.get("call-9") is None


def test_a_call_that_ended_is_unlogged_until_its_record_is_finished(
    calls: Calls, ring: Ring, now: datetime
) -> None:
    ring(1)
    calls.admit("ticket-1", "CA1", now)
    assert calls.unlogged(now, now + MINUTE) == []
    calls.end("call-1", "completed", now + SECOND)
    assert [call.call_id for call in calls.unlogged(now + SECOND, now + MINUTE)] == ["call-1"]
    assert calls.unlogged(now, now + SECOND) == calls.unlogged(now + 2 * SECOND, now + MINUTE) == []
    calls.note(CallNotes(call_id="call-1", logged_at=now + MINUTE))
    assert calls.unlogged(now, now + MINUTE) == []
