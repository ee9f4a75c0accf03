"""What each Live model takes and refuses, as one table."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Capabilities(Struct, frozen=True, kw_only=True):
    """How a model's set-up and manners differ from the others'.

    Sources: the model pages, the function-calling and the session pages of ai.google.dev/gemini-api/docs;
    docs.cloud.google.com/vertex-ai/generative-ai/docs/live-api. Not asked of any: affective dialog, which the
    default model no longer takes, and proactive audio, which it always has and refuses to be without.
    """

    function_behavior: Literal["BLOCKING", "NON_BLOCKING"] = "NON_BLOCKING"
    """Sent with every declaration, for the models' defaults differ. NON_BLOCKING wherever it is taken: audio
    sent while a blocking call waits cancels the call or closes the connection."""
    thinking_level: Literal["LOW", "MEDIUM", "HIGH"] | None = None
    """None where naming one is an error, or where the model's own is quick enough."""
    gates_voice: bool = False
    """Whether the caller must not be heard while a function call waits. Undocumented; connections of models
    that only know blocking calls have been seen to end with 1007 or 1008 otherwise."""
    takes_history: bool = True
    """Whether a new session takes its history as such (`historyConfig`). Elsewhere it is context, sent
    without an end, to which the line that follows is the end."""


_BY_DEFAULT = Capabilities()

_TABLE = {
    "gemini-3.8-live": _BY_DEFAULT,
    "gemini-3.8-live-extended-thinking": Capabilities(thinking_level="LOW"),
    "gemini-3.1-flash-live-preview": Capabilities(function_behavior="BLOCKING", gates_voice=True),
    "gemini-2.5-flash-native-audio-preview-12-2025": Capabilities(takes_history=False),
    "gemini-live-2.5-flash-native-audio": Capabilities(takes_history=False),
}


def capabilities_of(model: str) -> Capabilities:
    """Return the model's row, whatever folders its resource name has; unknown ones are the default's kin."""
    return _TABLE.get(model.rpartition("/")[2], _BY_DEFAULT)
