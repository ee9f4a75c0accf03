"""The topics and push subscriptions of the function table; Terraform makes them from the same two files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from clinic.contracts.function_table import DEAD_LETTERS, FunctionTable

PUBSUB_FILE = Path(__file__).with_name("pubsub.json")


class Delivery(Struct, frozen=True, forbid_unknown_fields=True):
    """How Pub/Sub pushes to the functions of one kind."""

    ack_deadline_seconds: int
    """Longer than any function may run, or Pub/Sub delivers again beside the first (10 to 600)."""
    most_attempts: int
    """Then the message is forwarded to the dead letters (5 to 100)."""
    minimum_backoff_seconds: int
    maximum_backoff_seconds: int
    """Between a failure and the next attempt, growing (0 to 600)."""
    ordered: bool
    """Messages of one ordering key come one after another: a call's facts of one kind."""


class Subscription(Struct, frozen=True):
    """One topic pushed to one function."""

    name: str
    topic: str
    function: str
    delivery: Delivery
    dead_letter_topic: str
    """Empty for the dead letters themselves: they are tried until somebody mends their function."""


class PubSub(Struct, frozen=True, forbid_unknown_fields=True):
    """What of Pub/Sub is not in the function table."""

    facts: tuple[str, ...]
    """Every kind of fact: each has its topic, whether somebody reacts to it or not."""
    deliveries: dict[str, Delivery]
    """By kind of function."""


def load_pubsub() -> PubSub:
    """Read the file. Raises msgspec.DecodeError with the path of what is wrong."""
    return msgspec.json.decode(PUBSUB_FILE.read_bytes(), type=PubSub)


def topics(table: FunctionTable) -> tuple[str, ...]:
    """Return every topic: to publish to one that is not there is a fault."""
    named = {topic for row in table for topic in row.topics}
    return tuple(sorted(named | {DEAD_LETTERS, *load_pubsub().facts}))


def subscriptions(table: FunctionTable) -> Iterator[Subscription]:
    """Yield the push subscriptions of all functions.

    One is named `<function>`, or `<function>.<topic>` where a reaction has its
    topics from others; what is before the first dot is always the function.
    """
    deliveries = load_pubsub().deliveries
    for row in table:
        for topic in row.topics:
            yield Subscription(
                name=row.name if topic == row.name else f"{row.name}.{topic}",
                topic=topic,
                function=row.name,
                delivery=deliveries[row.kind],
                dead_letter_topic="" if topic == DEAD_LETTERS else DEAD_LETTERS,
            )
