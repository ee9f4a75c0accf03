"""What the session needs of a caller's codec, and what the codecs share: reading JSON strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypeVar

import msgspec
from msgspec import Struct

from realtime_service.audio import AgentAudio, CallerAudio
from realtime_service.media.events import MediaEvent, ProtocolError

Speaker = Literal["caller", "agent"]
Message = TypeVar("Message")


class MediaStream(Protocol):
    """One caller's stream: messages in, events out; and what is to be sent, as the message to send."""

    @property
    def bytes_per_ms(self) -> int:
        """How many bytes of `audio()`'s payload are played in a millisecond."""
        ...

    def receive(self, message: str | bytes) -> list[MediaEvent]:
        """Read a text (str) or binary (bytes) message; messages of no interest give no event.

        Raises ProtocolError: close the connection with its code and reason.
        """
        ...

    def audio(self, payload: bytes) -> str | bytes:
        """Return the message that plays what `agent_audio()` gave."""
        ...

    def mark(self, name: str) -> str:
        """Return the message that asks for a MarkPlayed when all audio before it has been played."""
        ...

    def clear(self) -> str:
        """Return the message that drops all audio not played yet."""
        ...

    def ready(self) -> str | None:
        """Return the message that the agent is there; None where the caller's side has no use for it."""
        ...

    def caption(self, speaker: Speaker, text: str, final: bool) -> str | None:
        """Return the message that shows words as they are said; None where nothing can be shown."""
        ...

    def card(self, card: Mapping[str, Any]) -> str | None:
        """Return the message that shows a card, such as the appointment booked; None where nothing can be."""
        ...

    def caller_audio(self) -> CallerAudio:
        """Return a fresh converter from this stream's AudioReceived to the model."""
        ...

    def agent_audio(self) -> AgentAudio:
        """Return a fresh converter from the model to this stream's `audio()`."""
        ...


class _Named(Struct):
    event: str


_named = msgspec.json.Decoder(_Named)


def read(decoder: msgspec.json.Decoder[Message], names: frozenset[str], text: str) -> Message | None:
    """Return the message; None when its event is none of the names: a newer peer says more than we know.

    Raises ProtocolError 1007 on anything else that the decoder refuses.
    """
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        if _is_one_of(names, text):
            raise ProtocolError(1007, "not a valid message") from None
        return None


def _is_one_of(names: frozenset[str], text: str) -> bool:
    try:
        return _named.decode(text).event in names
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise ProtocolError(1007, "not a valid message") from None


def quoted(text: str) -> str:
    """Return the text as a JSON string, to go into a message's template."""
    return json.dumps(text)
