"""What each Live model takes and refuses, as one table."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Capabilities(Struct, frozen=True, kw_only=True):
    """How a model's set-up differs from the others'. Source: the model pages of ai.google.dev/gemini-api."""

    function_behavior: Literal["BLOCKING", "NON_BLOCKING"]
    """Sent with every declaration, for the models' defaults differ. NON_BLOCKING wherever it is taken: audio
    sent while a blocking call waits cancels the call or closes the connection."""
    thinking_level: Literal["LOW", "MEDIUM", "HIGH"] | None = None
    """None where naming one is an error."""


_EXTENDED_THINKING = Capabilities(function_behavior="NON_BLOCKING", thinking_level="LOW")
_CONVERSATION = Capabilities(function_behavior="NON_BLOCKING")
_BLOCKING_ONLY = Capabilities(function_behavior="BLOCKING")

_TABLE = {
    "gemini-3.8-live": _CONVERSATION,
    "gemini-3.8-live-extended-thinking": _EXTENDED_THINKING,
    "gemini-3.1-flash-live-preview": _BLOCKING_ONLY,
    "gemini-2.5-flash-native-audio-preview-12-2025": _CONVERSATION,
    "gemini-live-2.5-flash-native-audio": _CONVERSATION,
}


def capabilities_of(model: str) -> Capabilities:
    """Return the model's row, `models/` before its name or not; unknown ones are the default's kin."""
    return _TABLE.get(model.removeprefix("models/"), _CONVERSATION)
