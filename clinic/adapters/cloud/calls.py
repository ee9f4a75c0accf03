"""The call log in Firestore: records, the tickets of their media streams, and the turns of both sides.

As many calls go on as there are lines: a call that rings takes one, `lines/{number}`, and gives it
back when it ends. Taking one is a `create`, so two calls never share the last.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from google.api_core.exceptions import NotFound
from google.cloud.firestore import Client, DocumentReference, WriteBatch

from clinic.adapters.cloud import firestore
from clinic.adapters.cloud.firestore import Snapshot
from clinic.contracts.call_record import CallNotes, CallRecord, Status, Turn
from clinic.contracts.notice import Notice
from clinic.ports import TooManyCalls
from clinic.settings import Settings

_RINGS_FOR = timedelta(seconds=60)
"""A record that was never picked up stops counting as a call after this."""

_SESSION_KEPT_FOR = timedelta(days=2)
"""Twilio ends any call after a day; no webhook of it comes later."""


class CloudCalls:
    """Implements `Calls`."""

    def __init__(self, client: Client, longest_call: timedelta) -> None:
        self._client = client
        self._longest_call = longest_call

    def ring(self, record: CallRecord, ticket: str, admit_until: datetime, most: int) -> CallRecord:
        """Begin a record and leave a ticket for its media stream."""

        def begin_or_find() -> CallRecord:
            try:
                return self._begin(record, {ticket: admit_until}, most)
            except (TooManyCalls, *firestore.DISTURBED):
                known = self.of_session(record.session_id)
                if known is None:
                    raise
            if known.status == "ringing":
                self._leave(known.call_id, ticket, admit_until)
            return known

        return firestore.until_undisturbed(begin_or_find)

    def admit(self, ticket: str, session_id: str, now: datetime) -> CallRecord | None:
        """Use a ticket up, and every other of that call."""
        by = uuid.uuid4().hex
        return firestore.until_undisturbed(lambda: self._admit(ticket, session_id, now, by))

    def get(self, call_id: str) -> CallRecord | None:
        """Return a record."""
        return _record(firestore.get(self._call(call_id)))

    def of_session(self, session_id: str) -> CallRecord | None:
        """Return the record of a CallSid or web visit."""
        found = firestore.find(self._client, "calls", ("session_id", "==", session_id))
        return _record(found[0]) if found else None

    def note(self, notes: CallNotes) -> None:
        """Add what a function found out."""
        self._change(notes.call_id, _noted(notes))

    def end(self, call_id: str, status: Status, at: datetime) -> None:
        """Note how and when the conversation ended."""
        firestore.until_undisturbed(lambda: self._end(call_id, status, at))

    def alive(self, call_id: str, at: datetime) -> None:
        """Note that the service still holds the call."""
        self._change(call_id, {"alive_at": at})

    def abandoned(self, silent_since: datetime, ringing_since: datetime) -> list[CallRecord]:
        """Return the calls that nobody holds any more."""
        since = {"in_progress": silent_since, "ringing": ringing_since}
        # Those that go on are few, so that what they say is compared here and needs no index.
        going_on = firestore.find(self._client, "calls", ("status", "in", list(since)))
        records = [firestore.read(CallRecord, each) for each in going_on]
        return [record for record in records if _heard_of(record) < since[record.status]]

    def unlogged(self, first: datetime, last: datetime) -> list[CallRecord]:
        """Return the calls that ended in [first, last) and whose record is not finished."""
        found = firestore.find(self._client, "calls", ("ended_at", ">=", first), ("ended_at", "<", last))
        records = [firestore.read(CallRecord, each) for each in found]
        return [record for record in records if record.logged_at is None]

    def leave_notice(self, notice: Notice) -> None:
        """Leave news for the agent of a call."""
        left = self._call(notice.call_id).collection("notices").document(firestore.document_id(notice.id))
        firestore.create(left, firestore.fields_of(notice))

    def notices(self, call_id: str) -> list[Notice]:
        """Return the news left for the agent of a call, the oldest first."""
        found = firestore.find(self._call(call_id), "notices")
        # Not by a server timestamp in a field: those are whole milliseconds, which two may share.
        in_order = sorted(found, key=lambda each: each.create_time)
        return [firestore.read(Notice, each) for each in in_order]

    def add_turn(self, call_id: str, turn: Turn) -> None:
        """Append one side's words."""
        turns = self._call(call_id).collection("turns")
        firestore.create(turns.document(f"{turn.number:06}"), firestore.fields_of(turn))

    def turns(self, call_id: str, after: int = 0) -> list[Turn]:
        """Return the turns with a higher number, in order."""
        found = firestore.find(self._call(call_id), "turns", ("number", ">", after))
        return sorted((firestore.read(Turn, each) for each in found), key=lambda turn: turn.number)

    def _begin(self, record: CallRecord, tickets: Mapping[str, datetime], most: int) -> CallRecord:
        batch = self._client.batch()
        until = record.timestamp + _RINGS_FOR
        line = self._take_line(batch, {"call_id": record.call_id, "until": until}, record.timestamp, most)
        session = {"call_id": record.call_id, "expire_at": record.timestamp + _SESSION_KEPT_FOR}
        batch.create(firestore.document(self._client, "sessions", record.session_id), session)
        fields = {**firestore.fields_of(record), "tickets": dict(tickets), "line": line}
        batch.create(self._call(record.call_id), fields)
        firestore.commit(batch)
        return record

    def _take_line(self, batch: WriteBatch, fields: dict[str, Any], now: datetime, most: int) -> str:
        lines = {line.id: line for line in firestore.find(self._client, "lines")}
        busy = {number for number, line in lines.items() if line.get("until") > now}
        free = [number for number in map(str, range(most)) if number not in busy]
        if len(busy) >= most:
            raise TooManyCalls
        # Any of them: those who ring at once should not all want the first.
        number = random.choice(free)  # noqa: S311
        if number in lines:
            batch.update(lines[number].reference, fields, firestore.unchanged(lines[number]))
        else:
            batch.create(firestore.document(self._client, "lines", number), fields)
        return number

    def _change(self, call_id: str, fields: Mapping[str, Any]) -> None:
        batch = self._client.batch()
        batch.update(self._call(call_id), dict(fields))
        try:
            firestore.commit(batch)
        except NotFound:
            # There is no such call, and a note makes none.
            return

    def _leave(self, call_id: str, ticket: str, admit_until: datetime) -> None:
        batch = self._client.batch()
        batch.set(self._call(call_id), {"tickets": {ticket: admit_until}}, merge=True)
        firestore.commit(batch)

    def _admit(self, ticket: str, session_id: str, now: datetime, by: str) -> CallRecord | None:
        found = firestore.find(self._client, "calls", ("session_id", "==", session_id))
        if not found:
            return None
        record, seen = firestore.read(CallRecord, found[0]), found[0].to_dict() or {}
        if seen.get("admitted_by") == by:
            # By ourselves: the commit was done, its reply was lost, and it was sent again.
            return record
        kept = seen["tickets"]
        if ticket not in kept or kept[ticket] < now or record.status != "ringing":
            return None
        batch = self._client.batch()
        admitted = {"status": "in_progress", "connected_at": now, "admitted_by": by, "tickets": {}}
        batch.update(found[0].reference, admitted, firestore.unchanged(found[0]))
        line = self._line_of(found[0])
        if line:
            batch.update(line.reference, {"until": now + self._longest_call}, firestore.unchanged(line))
        firestore.commit(batch)
        return msgspec.structs.replace(record, status="in_progress", connected_at=now)

    def _end(self, call_id: str, status: Status, at: datetime) -> None:
        snapshot = firestore.get(self._call(call_id))
        record = _record(snapshot)
        if record is None or record.ended_at is not None:
            return
        lasted = round((at - (record.connected_at or at)).total_seconds())
        batch = self._client.batch()
        ended = {"status": status, "ended_at": at, "duration_seconds": lasted}
        batch.update(snapshot.reference, ended, firestore.unchanged(snapshot))
        line = self._line_of(snapshot)
        if line:
            batch.delete(line.reference, firestore.unchanged(line))
        firestore.commit(batch)

    def _line_of(self, call: Snapshot) -> Snapshot | None:
        line = firestore.get(firestore.document(self._client, "lines", call.get("line")))
        # A call that lasted too long has lost its line to another.
        return line if line.exists and line.get("call_id") == call.get("call_id") else None

    def _call(self, call_id: str) -> DocumentReference:
        return firestore.document(self._client, "calls", call_id)


def write_notes(client: Client, batch: WriteBatch, notes: CallNotes) -> None:
    """Add notes to a batch; empty fields change nothing."""
    batch.set(firestore.document(client, "calls", notes.call_id), _noted(notes), merge=True)


def open_port(settings: Settings) -> CloudCalls:
    """Open the call log."""
    longest_call = timedelta(seconds=settings.session_timeout + 60)
    return CloudCalls(firestore.client(settings), longest_call)


def _noted(notes: CallNotes) -> dict[str, Any]:
    return {name: value for name, value in firestore.fields_of(notes).items() if value}


def _heard_of(record: CallRecord) -> datetime:
    return record.alive_at or record.connected_at or record.timestamp


def _record(snapshot: Snapshot) -> CallRecord | None:
    # Notes that came with a tool call of no known conversation make a document, but no record.
    known = snapshot.exists and "session_id" in (snapshot.to_dict() or {})
    return firestore.read(CallRecord, snapshot) if known else None
