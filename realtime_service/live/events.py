"""What the model's side tells the session."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class AudioSpoken(Struct, frozen=True):
    """A piece of the agent's voice. It comes faster than real time; whoever plays it paces it."""

    pcm: bytes
    """PCM16 little-endian mono at 24 kHz, two bytes per frame; any length but zero."""


class Interrupted(Struct, frozen=True):
    """The caller spoke over the agent: drop all audio not played yet. May come when all has been sent."""


class GenerationComplete(Struct, frozen=True):
    """The answer's audio has all been sent; not so when it was interrupted."""


class TurnComplete(Struct, frozen=True):
    """The model has finished its turn and assumes its audio has been played."""

    reason: str = ""
    """The wire's turnCompleteReason, when the turn ended for one."""
    more_to_come: bool = False
    """True when the model goes on by itself, thinking or waiting for a function."""


class CallerTranscribed(Struct, frozen=True):
    """A fragment of what the caller said, in words; fragments are joined as they are, spaces included."""

    text: str
    finished: bool = False


class AgentTranscribed(Struct, frozen=True):
    """A fragment of what the agent says, in words; fragments are joined as they are, spaces included."""

    text: str
    finished: bool = False


class FunctionCalled(Struct, frozen=True):
    """The model calls a function; answer it with the same id and name."""

    id: str
    """Ours where the server gave none, as Vertex AI may."""
    name: str
    """As the model gave it: it may be none that was declared."""
    arguments: dict[str, Any]
    """As the model gave them; empty when it gave no object."""


class FunctionCallsCancelled(Struct, frozen=True):
    """The model no longer waits for these calls; an answer to them is dropped."""

    ids: tuple[str, ...]


class GoAway(Struct, frozen=True):
    """The connection will be cut; the server may fall silent before. Resume another before then."""

    seconds_left: float


class ResumptionUpdated(Struct, frozen=True):
    """Where a new connection could take this session up."""

    handle: str
    """For `session(handle=…)`; valid for two hours after this connection ends. Empty unless resumable."""
    resumable: bool
    """False while the model generates or a function call waits: then the last handle stands for less."""


class UsageCounted(Struct, frozen=True):
    """Tokens counted for a turn; the whole context counts again with every turn."""

    prompt_tokens: int = 0
    response_tokens: int = 0
    tool_use_tokens: int = 0
    thoughts_tokens: int = 0
    total_tokens: int = 0
    prompt_by_modality: dict[str, int] = {}
    """`AUDIO`, `TEXT` …: they have different prices."""
    response_by_modality: dict[str, int] = {}


class ConnectionLost(Struct, frozen=True):
    """The connection is gone, or was left; another is being made. The model is deaf and mute meanwhile."""


class ConnectionRestored(Struct, frozen=True):
    """The conversation goes on over another connection."""

    fresh: bool
    """Whether it is a new session, which was told what had been said; else it remembers by itself."""


LiveEvent = (
    AudioSpoken
    | Interrupted
    | GenerationComplete
    | TurnComplete
    | CallerTranscribed
    | AgentTranscribed
    | FunctionCalled
    | FunctionCallsCancelled
    | GoAway
    | ResumptionUpdated
    | UsageCounted
    | ConnectionLost
    | ConnectionRestored
)
