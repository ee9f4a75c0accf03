"""Publishes the facts that an answer has committed: after the commit, before the message is acknowledged."""

from __future__ import annotations

from collections.abc import Sequence

from clinic.contracts import events
from clinic.contracts.events import Fact
from clinic.ports import Bus, Ledger


def publish_committed(
    ledger: Ledger, bus: Bus, tool_call_id: str, committed: Sequence[Fact] | None = None
) -> None:
    """Publish what nobody has published yet; killed in between, the next delivery publishes it again.

    `committed` are the facts that this delivery has committed itself; without them the ledger is asked.
    """
    facts = committed
    if facts is None:
        facts = [events.decode(body) for body in ledger.unpublished(tool_call_id)]
    for fact in facts:
        bus.publish(fact.type, events.encode(fact), events.attributes(fact), fact.call_id)
    if facts:
        ledger.published(tool_call_id)
