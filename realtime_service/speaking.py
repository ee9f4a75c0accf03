"""The agent's voice on its way to the caller: sent as it comes, marked, cleared on an interruption."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from realtime_service.live import events as live
from realtime_service.media.codec import MediaStream
from realtime_service.media.events import MarkPlayed
from realtime_service.outgoing import Outgoing
from realtime_service.playout import Playout
from realtime_service.words import Words


class Speaking:
    """What the agent says in one call, until it was heard or cut off."""

    def __init__(
        self,
        stream: MediaStream,
        outgoing: Outgoing,
        words: Words,
        playout: Playout,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream, self._outgoing, self._words, self._playout = stream, outgoing, words, playout
        self._audio, self._beside = stream.agent_audio(), stream.agent_audio()
        self._clock = clock
        self._was_cut = False

    @property
    def is_sounding(self) -> bool:
        """Whether the caller is still hearing the agent."""
        return self._playout.is_sounding(self._clock())

    @property
    def greeting_is_over(self) -> bool:
        """Whether the agent's first utterance was heard to its end, or was cut off."""
        return self._playout.utterances_over > 0 and not self.is_sounding

    def play_beside(self, pcm: bytes) -> None:
        """Send a sound that is not the agent's, and counts as silence: PCM16 mono at 24 kHz."""
        payload = self._beside.convert(pcm) + self._beside.flush()
        self._outgoing.put(self._stream.audio(payload), audio=True)

    async def spoke(self, event: live.AudioSpoken) -> None:
        """Send a piece of the agent's voice at once; the caller's side buffers what is early."""
        self._was_cut = False
        self._send(self._audio.convert(event.pcm))
        self._put_mark(self._playout.mark_within())

    async def said(self, event: live.AgentTranscribed) -> None:
        """Take the agent's words, which come with its voice or a little later."""
        if not self._was_cut:
            # Words of what was cut off, which nobody heard, are left out.
            self._words.agent_said(event.text, self._playout.sent_ms)

    async def interrupted(self, _: live.Interrupted) -> None:
        """Let the caller hear no more of it.

        Also when the model thinks it has finished: seconds of its voice may still wait at the caller's side.
        """
        self._outgoing.drop_audio()
        self._outgoing.put(self._stream.clear())
        self._audio.reset()
        heard_ms = self._playout.heard_ms
        self._playout.cleared()
        self._was_cut = True
        self._words.interrupted(heard_ms)

    async def generation_complete(self, _: live.GenerationComplete) -> None:
        """Send the last of an utterance, and the mark that tells when it was heard."""
        self._end_utterance()
        self._words.agent_finished(heard=not self._playout.brings_marks_back)

    async def turn_complete(self, _: live.TurnComplete) -> None:
        """Take that nothing more belongs to the turn; after an interruption no generation was complete."""
        self._end_utterance()
        self._was_cut = False
        self._words.agent_finished(heard=not self._playout.brings_marks_back)

    async def mark_played(self, event: MarkPlayed) -> bool:
        """Take how far the caller has heard; False where the mark does not tell."""
        tells = self._playout.played(event.name)
        self._words.heard(self._playout.heard_ms)
        return tells

    async def finish(self) -> None:
        """Keep what was heard of the last words: the call is over."""
        await self._words.finish(self._playout.heard_ms if self._playout.brings_marks_back else math.inf)

    def _end_utterance(self) -> None:
        self._send(self._audio.flush())
        self._put_mark(self._playout.mark_end())

    def _send(self, payload: bytes) -> None:
        if payload:
            self._playout.sent(len(payload) / self._stream.bytes_per_ms, self._clock())
            self._outgoing.put(self._stream.audio(payload), audio=True)

    def _put_mark(self, name: str | None) -> None:
        if name:
            self._outgoing.put(self._stream.mark(name))
