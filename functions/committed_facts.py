"""Publishes the facts that an answer has committed: after the commit, before the message is acknowledged."""

from __future__ import annotations

from clinic.contracts import events
from clinic.ports import Bus, Ledger


def publish_committed(ledger: Ledger, bus: Bus, tool_call_id: str) -> None:
    """Publish what nobody has published yet; killed in between, the next delivery publishes it again."""
    unpublished = ledger.unpublished(tool_call_id)
    for body in unpublished:
        fact = events.decode(body)
        bus.publish(fact.type, body, events.attributes(fact), fact.call_id)
    if unpublished:
        ledger.published(tool_call_id)
