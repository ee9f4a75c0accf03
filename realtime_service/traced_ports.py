"""The service's ports with their calls as steps of a trace."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from clinic import telemetry
from realtime_service.ports import Ports, Publisher


class TracedPublisher:
    """Implements `Publisher`: its messages carry the trace they belong to."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def publish(
        self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = ""
    ) -> None:
        """Put a message on the bus."""
        with telemetry.sending(topic, attributes) as carrying:
            await self._publisher.publish(topic, data, carrying, ordering_key)


_EVERY_SO_OFTEN = ("alive", "notices")
"""What the service does by the clock: as steps, these would drown the caller's."""


class TracedPort:
    """Any port: a call of its method `m` is the step `<port>.m`. What it is called with is in no span."""

    def __init__(self, name: str, port: Any) -> None:
        self._name, self._port = name, port

    def __getattr__(self, method: str) -> Any:
        call = getattr(self._port, method)
        if method in _EVERY_SO_OFTEN:
            return call

        @functools.wraps(call)
        async def traced(*arguments: Any, **named: Any) -> Any:
            with telemetry.step(f"{self._name}.{method}"):
                return await call(*arguments, **named)

        return traced


def traced(ports: Ports) -> Ports:
    """Return the ports as they are while nothing is traced, else with their calls as steps."""
    if not telemetry.is_on():
        return ports
    return Ports(
        TracedPort("call_log", ports.call_log),
        TracedPort("ledger", ports.ledger),
        TracedPublisher(ports.publisher),
        ports.warm,
    )
