"""Ports whose calls are steps of a trace. What they are called with is in no span."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from clinic import telemetry
from clinic.ports import Bus


class TracedBus:
    """A bus whose messages carry the trace they belong to."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def publish(self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = "") -> None:
        """Accept a message for all subscribers of a topic."""
        with telemetry.sending(topic, attributes) as carrying:
            self._bus.publish(topic, data, carrying, ordering_key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)


class TracedPort:
    """Any port: a call of its method `m` is the step `<port>.m`."""

    def __init__(self, name: str, port: Any) -> None:
        self._name, self._port = name, port

    def __getattr__(self, method: str) -> Any:
        call = getattr(self._port, method)

        @functools.wraps(call)
        def traced(*arguments: Any, **named: Any) -> Any:
            with telemetry.step(f"{self._name}.{method}"):
                return call(*arguments, **named)

        return traced


def traced(name: str, port: Any) -> Any:
    """Return the port as it is while nothing is traced, else with its calls as steps."""
    if not telemetry.is_on():
        return port
    return TracedBus(port) if name == "bus" else TracedPort(name, port)
