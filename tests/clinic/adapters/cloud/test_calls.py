"""The call log in Firestore: its lines, and what an auditor finds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import msgspec
import pytest
from google.cloud.firestore import Client

from clinic.adapters.cloud.calls import CloudCalls
from clinic.contracts.call_record import CallNotes, CallRecord, Status
from clinic.ports import TooManyCalls

Make = Callable[..., CallRecord]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def calls(client: Client) -> CloudCalls:
    return CloudCalls(client, 10 * MINUTE)


def lines(client: Client) -> dict[str, str]:
    return {line.id: line.get("call_id") for line in client.collection("lines").get()}


def test_a_call_gives_its_line_back(client: Client, calls: CloudCalls, record: Make, now: datetime) -> None:
    calls.ring(record(1), "ticket-1", now + MINUTE, 1)
    assert lines(client) == {"0": "call-1"}
    calls.end("call-1", "completed", now)
    assert lines(client) == {}


def test_a_call_that_lost_its_line_does_not_give_back_anothers(
    client: Client, calls: CloudCalls, record: Make, now: datetime
) -> None:
    calls.ring(record(1), "ticket-1", now + 5 * MINUTE, 1)
    calls.ring(record(2, timestamp=now + 2 * MINUTE), "ticket-2", now + 5 * MINUTE, 1)
    admitted = calls.admit("ticket-1", "CA1", now + 2 * MINUTE)
    assert admitted is not None
    calls.end("call-1", "completed", now + 3 * MINUTE)
    assert lines(client) == {"0": "call-2"}
    with pytest.raises(TooManyCalls):
        calls.ring(record(3, timestamp=now + 2 * MINUTE), "ticket-3", now + 5 * MINUTE, 1)


@pytest.mark.usefixtures("replies_lost")
def test_a_call_whose_commits_get_no_reply_rings_is_admitted_once_and_ends(
    client: Client, calls: CloudCalls, record: Make, now: datetime
) -> None:
    rung = calls.ring(record(1), "ticket-1", now + MINUTE, 1)
    assert calls.admit("ticket-1", "CA1", now) == msgspec.structs.replace(
        rung, status="in_progress", connected_at=now
    )
    assert calls.admit("ticket-1", "CA1", now + timedelta(microseconds=1)) is None
    calls.end("call-1", "completed", now + MINUTE)
    ended = calls.get("call-1")
    assert ended is not None
    assert (ended.status, ended.duration_seconds, lines(client)) == ("completed", 60, {})


def test_fewer_lines_than_before_are_kept_to(calls: CloudCalls, record: Make, now: datetime) -> None:
    for number in range(4):
        calls.ring(record(number), f"ticket-{number}", now + MINUTE, 4)
    with pytest.raises(TooManyCalls):
        calls.ring(record(9), "ticket-9", now + MINUTE, 2)


@pytest.mark.parametrize("most", [1, 5, 20])
def test_of_thirty_who_ring_at_once_as_many_get_a_line_as_there_are(
    client: Client, instances: list[Client], record: Make, now: datetime, most: int
) -> None:
    def ring(number: int) -> bool:
        calls = CloudCalls(instances[number % 2], 10 * MINUTE)
        try:
            calls.ring(record(number), f"ticket-{number}", now + MINUTE, most)
        except TooManyCalls:
            return False
        return True

    with ThreadPoolExecutor(30) as pool:
        assert sum(pool.map(ring, range(30))) == most
    assert sorted(map(int, lines(client))) == list(range(most))


def test_a_webhook_that_is_repeated_at_once_makes_one_record(
    client: Client, instances: list[Client], record: Make, now: datetime
) -> None:
    def ring(number: int) -> str:
        calls = CloudCalls(instances[number % 2], 10 * MINUTE)
        return calls.ring(record(number, session_id="CA1"), f"ticket-{number}", now + MINUTE, 2).call_id

    with ThreadPoolExecutor(6) as pool:
        (call_id,) = set(pool.map(ring, range(6)))
    assert [each.id for each in client.collection("calls").get()] == [call_id]
    assert list(lines(client).values()) == [call_id]
    kept = client.document(f"calls/{call_id}").get().get("tickets")
    assert set(kept) == {f"ticket-{number}" for number in range(6)}


def test_notes_that_arrive_while_a_call_is_admitted_and_ends_are_all_kept(
    calls: CloudCalls, record: Make, now: datetime
) -> None:
    calls.ring(record(), "ticket", now + MINUTE, 9)

    def note(number: int) -> None:
        calls.note(CallNotes(call_id="call-1", identity_failures=number))

    with ThreadPoolExecutor(4) as pool:
        noting = [pool.submit(note, number) for number in range(1, 13)]
        admitted = pool.submit(calls.admit, "ticket", "CA1", now)
        for each in noting:
            each.result()
        assert admitted.result() is not None
        noting = [pool.submit(note, 7) for _ in range(12)]
        pool.submit(calls.end, "call-1", "completed", now + MINUTE).result()
        for each in noting:
            each.result()
    ended = calls.get("call-1")
    assert ended is not None
    assert (ended.status, ended.duration_seconds, ended.identity_failures) == ("completed", 60, 7)


@pytest.mark.parametrize("session", ["", "..", "a/b", "__x__", "ఆశా 😀"])
def test_any_session_and_call_may_be_asked_for(
    calls: CloudCalls, record: Make, now: datetime, session: str
) -> None:
    assert (calls.get(session), calls.of_session(session), calls.turns(session)) == (None, None, [])
    assert calls.admit("ticket", session, now) is None
    calls.ring(record(session_id=session), "ticket", now + MINUTE, 9)
    assert calls.ring(record(2, session_id=session), "ticket-2", now + MINUTE, 9).call_id == "call-1"
    assert calls.admit("ticket-2", session, now) is not None


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_an_auditor_finds_every_field_of_a_call_under_its_own_name(
    client: Client, calls: CloudCalls, record: Make, now: datetime, status: Status
) -> None:
    calls.ring(record(caller_phone="+919812345678"), "ticket", now + MINUTE, 9)
    calls.admit("ticket", "CA1", now)
    calls.end("call-1", status, now + MINUTE)
    kept = client.document("calls/call-1").get().to_dict() or {}
    assert set(kept) == {*CallRecord.__struct_fields__, "tickets", "admitted_by", "line"}
    ended = msgspec.structs.asdict(calls.get("call-1") or record())
    assert {name: kept[name] for name in ended if name != "identified"} == {
        name: value for name, value in ended.items() if name != "identified"
    }
    assert kept["timestamp"] == now
    assert (kept["status"], kept["tickets"]) == (status, {})
