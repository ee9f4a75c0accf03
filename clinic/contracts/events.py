"""Facts: what has happened, told to whoever reacts. They carry ids where the reader can look the rest up."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

VERSION = 1


class UnknownVersion(ValueError):
    """The fact is of a major version that this reader was not written for."""


class Fact(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every fact carries. Its type is also the name of its topic."""

    id: str
    """Readers deduplicate by it."""
    call_id: str
    occurred_at: datetime
    version: int = VERSION

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


class EmailFailed(Fact, frozen=True, kw_only=True, tag="email.failed"):
    """A letter about an appointment was refused for good; the address itself is with the appointment."""

    appointment_id: str
    letter: str
    """Which one: confirmation, change, cancellation …"""
    reason_code: str
    """Why, in a word for programs: `address_refused` …"""


AnyFact = (
    CallStarted
    | CallEnded
    | CallLogged
    | AppointmentBooked
    | AppointmentCancelled
    | AppointmentRescheduled
    | EmailFailed
)


def encode(fact: Fact) -> bytes:
    """Return the fact's body, JSON with its `type`."""
    return msgspec.json.encode(fact)


def decode(data: bytes) -> AnyFact:
    """Read a fact; fields it does not know are ignored.

    Raises msgspec.DecodeError where it is no fact, UnknownVersion where it is from the future.
    """
    fact: AnyFact = msgspec.json.decode(data, type=AnyFact)
    if fact.version != VERSION:
        raise UnknownVersion(f"{fact.type} of version {fact.version}; this reader knows {VERSION}")
    return fact


def attributes(fact: Fact) -> dict[str, str]:
    """Return the message attributes: CloudEvents' context, Pub/Sub protocol binding §3.1."""
    return {
        "ce-specversion": "1.0",
        "ce-id": fact.id,
        "ce-type": fact.type,
        "ce-source": f"/calls/{fact.call_id}",
        "ce-time": fact.occurred_at.isoformat(),
    }
