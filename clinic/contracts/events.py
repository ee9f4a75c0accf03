"""Facts: what has happened, told to whoever reacts. They carry ids where the reader can look the rest up.

A new field with a default changes no version: readers ignore what they do not know, and
yesterday's messages stay readable. What a reader could misunderstand is a new major
version of that kind, and is refused by readers of the old one. `docs/facts.md` lists all.
"""

from __future__ import annotations

import typing
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from clinic.contracts.tool_call import Outcome, Result, ToolCall


class UnknownVersion(ValueError):
    """The fact is of a major version that this reader was not written for."""


class Fact(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every fact carries. Its type is also the name of its topic."""

    id: str
    """Readers deduplicate by it."""
    call_id: str
    occurred_at: datetime
    version: int = 1
    """Major version of this kind of fact; a kind that breaks with its past sets another default."""

    @property
    def type(self) -> str:
        """The fact's type and topic, such as `call.started`."""
        return str(self.__struct_config__.tag)


class CallStarted(Fact, frozen=True, kw_only=True, tag="call.started"):
    """A caller is connected to the agent."""


class CallEnded(Fact, frozen=True, kw_only=True, tag="call.ended"):
    """The media stream is closed and both transcripts are in the record."""


class CallLogged(Fact, frozen=True, kw_only=True, tag="call.logged"):
    """The record of a call is finished."""


class ToolFact(Fact, frozen=True, kw_only=True):
    """What every fact about a tool call carries. Arguments and words stay in the ledger."""

    tool_call_id: str
    tool: str


class ToolRequested(ToolFact, frozen=True, kw_only=True, tag="tool.requested"):
    """The model asked for something, and the tool's function has been told."""


class ToolSucceeded(ToolFact, frozen=True, kw_only=True, tag="tool.succeeded"):
    """It was done, and the answer says so."""


class ToolRefused(ToolFact, frozen=True, kw_only=True, tag="tool.refused"):
    """The clinic said no, in words."""

    reason_code: str


class ToolFailed(ToolFact, frozen=True, kw_only=True, tag="tool.failed"):
    """It could not be answered, and the caller was told that nothing was changed."""

    reason_code: str


class ToolExpired(ToolFact, frozen=True, kw_only=True, tag="tool.expired"):
    """It had no answer by its deadline, and nothing was changed."""


class AppointmentBooked(Fact, frozen=True, kw_only=True, tag="appointment.booked"):
    """An appointment stands in the book."""

    appointment_id: str


class AppointmentCancelled(Fact, frozen=True, kw_only=True, tag="appointment.cancelled"):
    """An appointment no longer stands, and its slot is free."""

    appointment_id: str
    doctor_id: str
    freed_at: datetime
    """When the slot that is free now begins."""
    freed_until: datetime


class AppointmentRescheduled(Fact, frozen=True, kw_only=True, tag="appointment.rescheduled"):
    """An appointment stands at another time, and its old slot is free."""

    appointment_id: str
    doctor_id: str
    """Of the old slot."""
    freed_at: datetime
    freed_until: datetime


class AppointmentCorrected(Fact, frozen=True, kw_only=True, tag="appointment.corrected"):
    """The e-mail address of an appointment was corrected: what was sent before may not have arrived."""

    appointment_id: str


class EmailFailed(Fact, frozen=True, kw_only=True, tag="email.failed"):
    """A letter about an appointment was refused for good; the address itself is with the appointment."""

    appointment_id: str
    letter: str
    """Which one: confirmation, change, cancellation …"""
    reason_code: str
    """Why, in a word for programs: `address_refused`, `mail_returned`."""
    address_id: str = ""
    """Derived from the address, to tell whether it was corrected since; empty in facts of before."""


AnyFact = (
    CallStarted
    | CallEnded
    | CallLogged
    | ToolRequested
    | ToolSucceeded
    | ToolRefused
    | ToolFailed
    | ToolExpired
    | AppointmentBooked
    | AppointmentCancelled
    | AppointmentRescheduled
    | AppointmentCorrected
    | EmailFailed
)
KINDS: tuple[type[Fact], ...] = typing.get_args(AnyFact)

_READ_VERSIONS = {
    kind.__struct_config__.tag: field.default
    for kind in KINDS
    for field in msgspec.structs.fields(kind)
    if field.name == "version"
}


class _Head(Struct, frozen=True):
    type: str
    version: int = 1


def encode(fact: Fact) -> bytes:
    """Return the fact's body, JSON with its `type`."""
    return msgspec.json.encode(fact)


def decode(data: bytes) -> AnyFact:
    """Read a fact; fields it does not know are ignored.

    Raises msgspec.DecodeError where it is no fact, UnknownVersion where it is from another major version.
    """
    # The version first: another one may look quite different.
    head = msgspec.json.decode(data, type=_Head)
    known = _READ_VERSIONS.get(head.type, head.version)
    if head.version != known:
        raise UnknownVersion(f"{head.type} of version {head.version}; this reader knows {known}")
    fact: AnyFact = msgspec.json.decode(data, type=AnyFact)
    return fact


def attributes(fact: Fact) -> dict[str, str]:
    """Return the message attributes: CloudEvents' context, binary content mode.

    Source: the Pub/Sub protocol binding, §3.1
    (github.com/googleapis/google-cloudevents, docs/spec/pubsub.md).
    """
    return {
        "ce-specversion": "1.0",
        "ce-id": fact.id,
        "ce-type": fact.type,
        "ce-source": f"/calls/{fact.call_id}",
        "ce-time": fact.occurred_at.isoformat(),
        "ce-dataschema": f"urn:clinic-voice-agent:fact:{fact.type}:{fact.version}",
        "content-type": "application/json",
    }


def tool_requested(call: ToolCall[Any]) -> ToolRequested:
    """Return the fact that the model asked."""
    return ToolRequested(
        id=f"{call.id}.requested",
        call_id=call.call_id,
        occurred_at=call.requested_at,
        tool_call_id=call.id,
        tool=call.tool,
    )


def tool_answered(call: ToolCall[Any], outcome: Outcome, result: Result, at: datetime) -> ToolFact:
    """Return the fact of an answer; a tool call has one of them, whatever its outcome."""
    kind = _ANSWERED[outcome]
    fields: dict[str, Any] = {"tool_call_id": call.id, "tool": call.tool}
    if "reason_code" in kind.__struct_fields__:
        fields["reason_code"] = str(result.get("reason_code", ""))
    return kind(id=f"{call.id}.answered", call_id=call.call_id, occurred_at=at, **fields)


_ANSWERED: dict[Outcome, type[ToolFact]] = {
    "succeeded": ToolSucceeded,
    "refused": ToolRefused,
    "failed": ToolFailed,
    "expired": ToolExpired,
}
