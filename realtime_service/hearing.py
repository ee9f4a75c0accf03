"""The caller's voice, words and keys on their way to the model."""

from __future__ import annotations

from realtime_service.audio import is_loud
from realtime_service.first_words import FirstWords
from realtime_service.live import events as live
from realtime_service.media import events as media
from realtime_service.media.codec import MediaStream
from realtime_service.model import Model
from realtime_service.ongoing_call import OngoingCall
from realtime_service.speaking import Speaking
from realtime_service.words import Words

_GREETING_MUST_BEGIN_SECONDS = 8.0
"""A model that has not greeted by then hears whatever is said."""


class Hearing:
    """What the caller says in one call, however it is said."""

    def __init__(
        self, stream: MediaStream, call: OngoingCall, model: Model, speaking: Speaking, words: Words
    ) -> None:
        self._call, self._model, self._speaking, self._words = call, model, speaking, words
        self._audio = stream.caller_audio()
        self._first_words = FirstWords()
        self._begun_at: float | None = None

    async def spoke(self, event: media.AudioReceived) -> None:
        """Pass the caller's voice on, but for a "hello?" over the greeting."""
        if not self._model.is_there:
            return
        pcm = self._audio.convert(event.payload)
        now = self._call.clock()
        if is_loud(pcm):
            self._call.life.sound(now)
        if self._first_words.protects and self._greeting_is_over(now):
            self._first_words.greeting_over()
        await self._model.hear(self._first_words.passed_on(pcm))

    def _greeting_is_over(self, now: float) -> bool:
        if self._begun_at is None:
            self._begun_at = now
        begins_late = now - self._begun_at > _GREETING_MUST_BEGIN_SECONDS and not self._speaking.is_sounding
        return self._speaking.greeting_is_over or begins_late

    async def said(self, event: live.CallerTranscribed) -> None:
        """Take the caller's words, as the model has understood them."""
        self._call.caller_said(event.text)
        self._words.caller_said(event.text)

    async def typed(self, event: media.TextTyped) -> None:
        """Pass on what was typed instead of said."""
        self._call.caller_said(event.text)
        self._words.caller_said(event.text, final=True)
        await self._model.tell(event.text)

    async def pressed(self, event: media.DigitPressed) -> None:
        """Take a key of the phone; what was keyed in is passed on as a whole."""
        now = self._call.clock()
        self._call.life.person(now)
        self._call.keypad.press(event.digit, now)
