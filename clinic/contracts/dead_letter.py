"""A message that no attempt could deliver, as Pub/Sub forwards it."""

from __future__ import annotations

from msgspec import Struct


class DeadLetter(Struct, frozen=True):
    """The message as it was, and in its attributes where it came from."""

    data: bytes
    attributes: dict[str, str]

    @property
    def function(self) -> str:
        """The function that failed: subscriptions are named after theirs."""
        return self.attributes.get("CloudPubSubDeadLetterSourceSubscription", "")
