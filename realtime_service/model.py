"""The model's end of a conversation, from before it is there until after it is gone."""

from __future__ import annotations

from clinic.contracts.tool_call import Result
from realtime_service.live.conversation import Conversation


class Model:
    """Whom the caller talks to. Every method raises LiveClosed when the model is lost."""

    def __init__(self) -> None:
        self._conversation: Conversation | None = None
        self._told_early: list[str] = []

    @property
    def is_there(self) -> bool:
        """Whether it can be talked to."""
        return self._conversation is not None

    @property
    def is_listening(self) -> bool:
        """Whether it hears what it is told; False also while it is being brought back."""
        return self._conversation is not None and self._conversation.is_connected

    async def begin(self, conversation: Conversation, direction: str) -> None:
        """Take the conversation up with a stage direction, and pass on what was told too early."""
        await conversation.send_text(direction)
        for text in self._told_early:
            await conversation.send_text(text)
        self._conversation = conversation

    def leave(self) -> None:
        """Tell the model nothing any more: the caller is gone."""
        self._conversation = None

    async def hear(self, pcm: bytes) -> None:
        """Pass the caller's voice on, PCM16 little-endian mono at 16 kHz.

        What is said before the model is there could only come late, on top of the greeting: it is dropped.
        """
        if self._conversation and pcm:
            await self._conversation.send_audio(pcm)

    async def tell(self, text: str) -> None:
        """Pass on a line the caller typed, or a stage direction; at the beginning, if it is too early."""
        if self._conversation:
            await self._conversation.send_text(text)
        else:
            self._told_early.append(text)

    async def answer(self, id: str, name: str, result: Result) -> bool:  # noqa: A002
        """Answer a function call; False where there is nobody to answer any more."""
        if self._conversation is None:
            return False
        await self._conversation.send_function_response(id, name, result)
        return True
