"""What the receptionist does when it has understood something: it speaks, or it calls a tool."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Say(Struct, frozen=True):
    """Words to be spoken to the caller."""

    text: str


class Call(Struct, frozen=True):
    """A function call of a tool that the set-up message declared."""

    name: str
    args: dict[str, Any]


class Raw(Struct, frozen=True):
    """A server message sent exactly as it stands, right or wrong: a model that talks nonsense."""

    message: dict[str, Any]
    """Keys as on the wire: `{"toolCall": {"functionCalls": […]}}`."""


Action = Say | Call | Raw
