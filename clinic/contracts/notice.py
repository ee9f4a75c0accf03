"""What the agent of a running call is told while it speaks: news that a function has come by."""

from __future__ import annotations

from msgspec import Struct


class Notice(Struct, frozen=True, kw_only=True):
    """News for the agent of one call."""

    id: str
    """The same again changes nothing, such as that of the fact it follows from."""
    call_id: str
    text: str
    """In English: what has happened and what the agent should do. The model reads it in square brackets."""
