"""A message that no attempt could deliver, as Pub/Sub forwards it."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from clinic.contracts import events, tool_call


class DeadLetter(Struct, frozen=True):
    """The message as it was, and in its attributes where it came from."""

    data: bytes
    attributes: dict[str, str]

    @property
    def function(self) -> str:
        """The function that failed: subscriptions are named after theirs."""
        return self.attributes.get("CloudPubSubDeadLetterSourceSubscription", "")

    @property
    def unreadable(self) -> str:
        """Why nobody can read it, such as an unknown version; empty where that is not the reason."""
        try:
            tool_call.decode(self.data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _unreadable_fact(self.data)
        return ""


def _unreadable_fact(data: bytes) -> str:
    try:
        events.decode(data)
    except events.UnknownVersion as reason:
        return str(reason)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Not the decoder's own words: they may quote what they could not read.
        return "neither a tool call nor a fact"
    return ""
