"""Tells facts that follow from a webhook; reactions and tools return theirs to the dispatcher instead."""

from __future__ import annotations

from clinic.contracts import events
from clinic.contracts.events import Fact
from clinic.ports import Bus


def tell(bus: Bus, *facts: Fact) -> None:
    """Publish facts; durable on return."""
    for fact in facts:
        bus.publish(fact.type, events.encode(fact), events.attributes(fact))
