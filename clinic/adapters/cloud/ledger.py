"""The ledger of tool calls in Firestore: answer, effect and facts are one batch."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from google.cloud.firestore import DELETE_FIELD, Client, WriteBatch

from clinic.adapters.cloud import firestore
from clinic.adapters.cloud.change import write_change
from clinic.adapters.cloud.firestore import Snapshot
from clinic.booking.change import Change
from clinic.contracts import events
from clinic.contracts.tool_call import LoggedToolCall, Outcome, Result, ToolCall
from clinic.ports import AlreadyAnswered, AskedBefore, SlotTaken
from clinic.settings import Settings

_NOTHING = Change()

_MEANT_FOR = timedelta(days=1)
"""A meaning holds within one call, and no call is that long."""


class CloudLedger:
    """Implements `Ledger`. `tool_calls/{id}` is the request, `tool_answers/{id}` the answer.

    Each is created once, and an auditor finds both by `call_id`. The arguments are
    not kept: nobody asks for them again.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def request(self, call: ToolCall[Any]) -> None:
        """Note that the model asked."""
        firestore.create(firestore.document(self._client, "tool_calls", call.id), _asked(call))

    def answer(self, call_id: str) -> Result | None:
        """Return the answer of a tool call, once it has one."""
        snapshot = self._answer(call_id)
        return msgspec.json.decode(snapshot.get("result"), type=Result) if snapshot.exists else None

    def commit(
        self,
        call: ToolCall[Any],
        outcome: Outcome,
        result: Result,
        change: Change = _NOTHING,
        facts: Sequence[events.Fact] = (),
        meaning: str = "",
    ) -> None:
        """Write change, answer and facts, all or nothing."""
        batch, by = self._client.batch(), uuid.uuid4().hex
        self._write_answer(batch, call, outcome, result, facts, by)
        if meaning:
            means = {"tool_call_id": call.id, "expire_at": datetime.now(UTC) + _MEANT_FOR}
            batch.create(firestore.document(self._client, "meanings", meaning), means)
        write_change(self._client, batch, change)
        try:
            firestore.commit(batch)
        except firestore.DISTURBED as error:
            stands = self._answer(call.id).to_dict() or {}
            if stands.get("answered_by") == by:
                # By ourselves: the commit was done, its reply was lost, and it was sent again.
                return
            refusal = AlreadyAnswered(call.id) if stands else self._refusal(meaning, change)
            if refusal is None:
                raise
            raise refusal from error

    def answer_to(self, meaning: str) -> Result | None:
        """Return the answer that was committed with this meaning."""
        snapshot = firestore.get(firestore.document(self._client, "meanings", meaning))
        return self.answer(snapshot.get("tool_call_id")) if snapshot.exists else None

    def unpublished(self, tool_call_id: str) -> list[bytes]:
        """Return the facts that nobody has published yet."""
        return list((self._answer(tool_call_id).to_dict() or {}).get("unpublished", ()))

    def published(self, tool_call_id: str) -> None:
        """Note that the facts of an answer are on the bus."""
        batch = self._client.batch()
        answer = firestore.document(self._client, "tool_answers", tool_call_id)
        batch.update(answer, {"unpublished": DELETE_FIELD})
        firestore.commit(batch)

    def delivered(self, tool_call_id: str, at: datetime) -> None:
        """Note that the model has been given the answer."""
        firestore.until_undisturbed(lambda: self._note_delivery(tool_call_id, at))

    def of_call(self, call_id: str) -> list[LoggedToolCall]:
        """Return a call's tool calls in the order they were asked."""
        found: dict[str, list[Snapshot]] = {}
        # The request last: it knows when it was asked.
        for collection in ("tool_answers", "tool_calls"):
            for each in firestore.find(self._client, collection, ("call_id", "==", call_id)):
                found.setdefault(each.id, []).append(each)
        logged = [(firestore.read(LoggedToolCall, *each), each[-1].create_time) for each in found.values()]
        return [call for call, _ in sorted(logged, key=lambda each: (each[0].requested_at, each[1]))]

    def _answer(self, tool_call_id: str) -> Snapshot:
        return firestore.get(firestore.document(self._client, "tool_answers", tool_call_id))

    def _write_answer(
        self,
        batch: WriteBatch,
        call: ToolCall[Any],
        outcome: Outcome,
        result: Result,
        facts: Sequence[events.Fact],
        by: str,
    ) -> None:
        answer = {**_asked(call), "outcome": outcome, "answered_at": datetime.now(UTC), "answered_by": by}
        # As text: a list in a list, which JSON has, Firestore refuses.
        answer |= {"message": str(result.get("message", "")), "result": msgspec.json.encode(result).decode()}
        if facts:
            answer["unpublished"] = [events.encode(fact) for fact in facts]
        batch.create(firestore.document(self._client, "tool_answers", call.id), answer)

    def _refusal(self, meaning: str, change: Change) -> Exception | None:
        if meaning and firestore.get(firestore.document(self._client, "meanings", meaning)).exists:
            return AskedBefore(meaning)
        return SlotTaken() if change.takes or change.frees else None

    def _note_delivery(self, tool_call_id: str, at: datetime) -> None:
        asked = firestore.get(firestore.document(self._client, "tool_calls", tool_call_id))
        # An answer may overtake its request.
        entry = asked if asked.exists else self._answer(tool_call_id)
        if not entry.exists or "delivered_at" in (entry.to_dict() or {}):
            return
        batch = self._client.batch()
        batch.update(entry.reference, {"delivered_at": at}, firestore.unchanged(entry))
        firestore.commit(batch)


def open_port(settings: Settings) -> CloudLedger:
    """Open the ledger."""
    return CloudLedger(firestore.client(settings))


def _asked(call: ToolCall[Any]) -> dict[str, Any]:
    fields = firestore.fields_of(call)
    return {name: value for name, value in fields.items() if name != "arguments"}
