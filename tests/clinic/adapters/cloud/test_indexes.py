"""`indexes.json` lists what the adapters need and no more: each index a query, each expiry a document.

The emulator answers any query without an index; the cloud refuses what has none. So every method
of every port is called here, and what it sends is held against the file.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.cloud.firestore import Client
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.types import StructuredQuery, Value

import clinic.adapters.cloud
from clinic.adapters.cloud.appointments import CloudAppointments
from clinic.adapters.cloud.attempts import CloudAttempts
from clinic.adapters.cloud.bus import CloudBus
from clinic.adapters.cloud.calls import CloudCalls
from clinic.adapters.cloud.dead_letters import CloudDeadLetters
from clinic.adapters.cloud.ledger import CloudLedger
from clinic.adapters.cloud.limits import CloudLimits
from clinic.adapters.cloud.patients import CloudPatients
from clinic.adapters.cloud.reacted import CloudReacted
from clinic.booking.appointment import Patient
from clinic.booking.change import Cell, Change
from clinic.contracts.call_record import CallNotes, CallRecord, Turn
from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.events import CallStarted
from clinic.contracts.notice import Notice
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.ports import Appointments, Attempts, Calls, DeadLetters, Ledger, Limits, Patients, Reacted

FILE = json.loads(Path(clinic.adapters.cloud.__file__).with_name("indexes.json").read_text())
NOW = datetime.fromisoformat("2027-01-01T10:00:00+00:00")
LATER = NOW + timedelta(minutes=1)

HELD = Cell("mehta", NOW, "held", "call-1", LATER)
CALL: ToolCall[dict[str, Any]] = ToolCall(
    id="call-1-1", call_id="call-1", tool="book", arguments={}, requested_at=NOW, expires_at=LATER
)
CHANGE = Change(patient=Patient(id="asha", name="Asha", email="asha@example.com"))
FACTS = (CallStarted(id="fact-1", call_id="call-1", occurred_at=NOW),)

DEAD = DeadLetter(b"{}", {"CloudPubSubDeadLetterSourceSubscription": "book_appointment"})

USES: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("calls", "ring"): lambda port: port.ring(
        CallRecord(call_id="call-1", session_id="CA1", channel="phone", timestamp=NOW), "ticket", LATER, 9
    ),
    ("calls", "admit"): lambda port: port.admit("ticket", "CA1", NOW),
    ("calls", "get"): lambda port: port.get("call-1"),
    ("calls", "of_session"): lambda port: port.of_session("CA1"),
    ("calls", "note"): lambda port: port.note(CallNotes(call_id="call-1", notes="?")),
    ("calls", "leave_notice"): lambda port: port.leave_notice(
        Notice(id="notice-1", call_id="call-1", text="The letter was refused.")
    ),
    ("calls", "notices"): lambda port: port.notices("call-1"),
    ("calls", "add_turn"): lambda port: port.add_turn("call-1", Turn(1, "caller", "Hello", NOW)),
    ("calls", "turns"): lambda port: port.turns("call-1"),
    ("calls", "alive"): lambda port: port.alive("call-1", NOW),
    ("calls", "abandoned"): lambda port: port.abandoned(NOW, NOW),
    ("calls", "unlogged"): lambda port: port.unlogged(NOW, LATER),
    ("calls", "end"): lambda port: port.end("call-1", "completed", LATER),
    ("appointments", "apply"): lambda port: port.apply(Change(takes=(HELD,))),
    ("appointments", "taken"): lambda port: port.taken(["mehta", "rao"], NOW, LATER),
    ("appointments", "held_by"): lambda port: port.held_by("call-1"),
    ("appointments", "get"): lambda port: port.get("appointment"),
    ("appointments", "of_call"): lambda port: port.of_call("call-1"),
    ("appointments", "of_patients"): lambda port: port.of_patients(["asha", "ravi"], NOW),
    ("appointments", "coming"): lambda port: port.coming(NOW, LATER),
    ("appointments", "waiting"): lambda port: port.waiting(),
    ("patients", "with_phone"): lambda port: port.with_phone("+919812345678"),
    ("patients", "with_email"): lambda port: port.with_email("asha@example.com"),
    ("ledger", "request"): lambda port: port.request(CALL),
    ("ledger", "commit"): lambda port: port.commit(
        CALL, "succeeded", succeeded("Done."), CHANGE, FACTS, "meaning"
    ),
    ("ledger", "answer"): lambda port: port.answer("call-1-1"),
    ("ledger", "answer_to"): lambda port: port.answer_to("meaning"),
    ("ledger", "unpublished"): lambda port: port.unpublished("call-1-1"),
    ("ledger", "published"): lambda port: port.published("call-1-1"),
    ("ledger", "delivered"): lambda port: port.delivered("call-1-1", NOW),
    ("ledger", "of_call"): lambda port: port.of_call("call-1"),
    ("dead_letters", "note_fault"): lambda port: port.note_fault("book", b"{}", "KeyError"),
    ("dead_letters", "keep"): lambda port: port.keep(DEAD, NOW),
    ("dead_letters", "all"): lambda port: port.all(),
    ("dead_letters", "replay"): lambda port: port.replay("none"),
    ("attempts", "begin"): lambda port: port.begin("key", "state"),
    ("attempts", "state"): lambda port: port.state("key"),
    ("attempts", "advance"): lambda port: port.advance("key", "state"),
    ("reacted", "once"): lambda port: port.once("reaction", "fact-1"),
    ("reacted", "done"): lambda port: port.done("reaction", "fact-1"),
    ("limits", "count"): lambda port: port.count("key", NOW),
}
PORTS: list[tuple[str, type[Any], type[Any]]] = [
    ("appointments", Appointments, CloudAppointments),
    ("attempts", Attempts, CloudAttempts),
    ("calls", Calls, CloudCalls),
    ("dead_letters", DeadLetters, CloudDeadLetters),
    ("ledger", Ledger, CloudLedger),
    ("limits", Limits, CloudLimits),
    ("patients", Patients, CloudPatients),
    ("reacted", Reacted, CloudReacted),
]


def every_port(
    client: Client,
) -> tuple[Appointments, Attempts, Calls, DeadLetters, Ledger, Limits, Patients, Reacted]:
    """Say to mypy that each adapter is what its port asks for."""
    return (
        CloudAppointments(client),
        CloudAttempts(client),
        CloudCalls(client, timedelta(0)),
        CloudDeadLetters(client, CloudBus("test")),
        CloudLedger(client),
        CloudLimits(client),
        CloudPatients(client),
        CloudReacted(client),
    )


def methods(one: type[Any]) -> set[str]:
    return {name for name in vars(one) if not name.startswith("_")}


class Traffic:
    """What the adapters have sent: queries, and the fields of documents by collection."""

    def __init__(self) -> None:
        self.queries: list[StructuredQuery] = []
        self.written: dict[str, dict[str, Value]] = {}

    def note(self, request: dict[str, Any]) -> None:
        if "structured_query" in request:
            self.queries.append(StructuredQuery(request["structured_query"]))
        for write in request.get("writes", ()):
            collection = write.update.name.split("/")[-2] if write.update.name else ""
            self.written.setdefault(collection, {}).update(write.update.fields)


@pytest.fixture
def traffic(firestore: Any, monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """The traffic of every method of every port, called in the order of a call."""
    sent = Traffic()

    def overhear(method: Callable[..., Any]) -> Callable[..., Any]:
        def send(client: FirestoreClient, request: dict[str, Any], **how: Any) -> Any:
            sent.note(request)
            return method(client, request=request, **how)

        return send

    for name in ("run_query", "commit"):
        monkeypatch.setattr(FirestoreClient, name, overhear(getattr(FirestoreClient, name)))
    for (port, _), use in USES.items():
        use(firestore.open(port))
    return sent


def conditions(query: StructuredQuery) -> Iterator[tuple[str, bool]]:
    """Return the fields that a query filters on, and whether by equality."""
    operator = StructuredQuery.FieldFilter.Operator
    filters = query.where.composite_filter.filters or ([query.where] if query.where else [])
    for each in filters:
        only = each.field_filter
        yield only.field.field_path, only.op in (operator.EQUAL, operator.IN)


def composite(query: StructuredQuery) -> tuple[str, ...] | None:
    """Return the index a query needs beyond single fields: equalities first, then the range."""
    wanted = dict.fromkeys(sorted(conditions(query), key=lambda each: not each[1]))
    fields = tuple(dict.fromkeys(field for field, _ in wanted))
    assert not query.order_by, "an order needs its field in the index: teach this test"
    return (query.from_[0].collection_id, *fields) if len(fields) > 1 else None


def test_every_method_of_every_port_is_called_here() -> None:
    for name, port, cloud in PORTS:
        assert methods(cloud) == methods(port) == {method for of, method in USES if of == name}


def test_the_composite_indexes_are_those_that_queries_need(traffic: Traffic) -> None:
    listed = {
        (index["collectionGroup"], *(field["fieldPath"] for field in index["fields"]))
        for index in FILE["indexes"]
    }
    assert listed == set(filter(None, map(composite, traffic.queries)))
    assert all(field["order"] == "ASCENDING" for index in FILE["indexes"] for field in index["fields"])


def test_what_expires_is_what_has_an_instant_to_expire_at(traffic: Traffic) -> None:
    listed = {each["collectionGroup"] for each in FILE["fieldOverrides"] if each.get("ttl")}
    expiring = {
        name: fields["expire_at"] for name, fields in traffic.written.items() if "expire_at" in fields
    }
    assert set(expiring) == listed
    assert all("timestamp_value" in each for each in expiring.values())


def test_a_field_without_an_index_is_written_and_never_asked_for(traffic: Traffic) -> None:
    asked_for = {
        (query.from_[0].collection_id, field) for query in traffic.queries for field, _ in conditions(query)
    }
    for each in FILE["fieldOverrides"]:
        assert each["indexes"] == []
        assert each["fieldPath"] in traffic.written[each["collectionGroup"]]
        assert (each["collectionGroup"], each["fieldPath"]) not in asked_for


def test_a_booked_cell_never_expires_and_a_hold_that_is_over_does(firestore: Any) -> None:
    book, client = firestore.open("appointments"), firestore.open("appointments")._client
    book.apply(Change(takes=(HELD,)))
    document = client.document(f"cells/{HELD.id}")
    assert document.get().get("expire_at") == LATER
    (version,) = [entry.version for entry in book.held_by("call-1").values()]
    book.apply(Change(takes=(Cell("mehta", NOW, "booked", "one"),), over={HELD.id: version}))
    assert document.get().get("expire_at") is None
