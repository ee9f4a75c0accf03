"""What the bridge holds of the model's side: one conversation, over however many connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from realtime_service.live.events import LiveEvent


class Conversation(Protocol):
    """A conversation with the model. A connection's end is not its end."""

    def events(self) -> AsyncIterator[LiveEvent]:
        """Yield what the model says and does, turn after turn; one reader at a time.

        Raises LiveClosed when the model is lost and could not be brought back.
        """

    async def send_audio(self, pcm: bytes) -> None:
        """Send the caller's voice: PCM16 little-endian mono at 16 kHz, any number of bytes."""

    async def end_audio(self) -> None:
        """Tell the model that the caller's voice pauses for a second or more: a muted microphone."""

    async def send_text(self, text: str) -> None:
        """Send a line typed by the caller, or a stage direction; the model answers it."""

    async def send_function_response(self, id: str, name: str, response: Mapping[str, Any]) -> None:  # noqa: A002
        """Answer a function call, JSON values; return when the model has been given the answer.

        Raises LiveClosed where it never will be.
        """
