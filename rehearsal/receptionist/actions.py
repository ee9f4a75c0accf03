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


class Break(Struct, frozen=True):
    """The connection ends here and now, as the service ends them in the field."""

    code: int
    """A close code; 1006 is an end without a word."""
    reason: str = ""


class Hang(Struct, frozen=True):
    """Nothing more comes of this turn, not even its end: the service has forgotten it."""


Action = Say | Call | Raw | Break | Hang
