"""The caller's voice, words and keys on their way to the model."""

from __future__ import annotations

from realtime_service.live import events as live
from realtime_service.media import events as media
from realtime_service.media.codec import MediaStream
from realtime_service.model import Model
from realtime_service.words import Words


class Hearing:
    """What the caller says in one call, however it is said."""

    def __init__(self, stream: MediaStream, model: Model, words: Words) -> None:
        self._model, self._words = model, words
        self._audio = stream.caller_audio()

    async def spoke(self, event: media.AudioReceived) -> None:
        """Pass the caller's voice on."""
        if self._model.is_there:
            await self._model.hear(self._audio.convert(event.payload))

    async def said(self, event: live.CallerTranscribed) -> None:
        """Take the caller's words, as the model has understood them."""
        await self._words.caller_said(event.text)

    async def typed(self, event: media.TextTyped) -> None:
        """Pass on what was typed instead of said."""
        await self._words.caller_said(event.text)
        await self._model.tell(event.text)

    async def pressed(self, event: media.DigitPressed) -> None:
        """Pass on a key of the phone."""
        await self._model.tell(f"[The caller pressed the key {event.digit}.]")
