"""A message that no attempt could deliver, as Pub/Sub forwards it."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec
from msgspec import Struct

from clinic.contracts import events, tool_call

_SOURCE = "CloudPubSubDeadLetterSource"
"""Pub/Sub's own prefix (cloud.google.com/pubsub/docs/dead-letter-topics)."""

REPLAYED_FOR = "replayed-for"
"""The attribute of a message that is played again: the one function that it is for. All others of its topic
get it too, and may have dealt with it so long ago that they have forgotten it."""


class KeptLetter(Struct, frozen=True, kw_only=True):
    """A dead letter in the work list."""

    id: str
    topic: str
    function: str
    data: bytes
    published_at: datetime
    attempts: int
    reason: str
    """What the function raised, by name: faults may quote what is personal."""


class DeadLetter(Struct, frozen=True):
    """The message as it was, and in its attributes where it came from."""

    data: bytes
    attributes: dict[str, str]

    def is_for(self, function: str) -> bool:
        """Tell whether that function is to deal with it: all of its topic, or the one it is replayed for."""
        return self.attributes.get(REPLAYED_FOR, function) == function

    @property
    def function(self) -> str:
        """The function that failed: subscriptions are named after theirs."""
        return self._subscription.partition(".")[0]

    @property
    def topic(self) -> str:
        """Where it was published."""
        return self._subscription.partition(".")[2] or self._subscription

    @property
    def attempts(self) -> int:
        """How often it was delivered, as well as Pub/Sub knows."""
        return int(self.attributes.get(f"{_SOURCE}DeliveryCount", 0))

    @property
    def original_attributes(self) -> dict[str, str]:
        """What it carried before it died."""
        return {name: value for name, value in self.attributes.items() if not name.startswith(_SOURCE)}

    @property
    def _subscription(self) -> str:
        return self.attributes.get(f"{_SOURCE}Subscription", "").rpartition("/")[2]

    @property
    def unreadable(self) -> str:
        """Why nobody can read it, such as an unknown version; empty where that is not the reason."""
        try:
            tool_call.decode(self.data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _unreadable_fact(self.data)
        return ""


def letter_key(function: str, data: bytes) -> str:
    """Return what a message to a function is known by, however often it is delivered: 12 characters."""
    return hashlib.sha256(function.encode() + b" " + data).hexdigest()[:12]


def _unreadable_fact(data: bytes) -> str:
    try:
        events.decode(data)
    except events.UnknownVersion as reason:
        return str(reason)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Not the decoder's own words: they may quote what they could not read.
        return "neither a tool call nor a fact"
    return ""
