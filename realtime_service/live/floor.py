"""Who has the floor: what both sides have said and do just now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from realtime_service.live import events as live
from realtime_service.live.hearing import CallerSpeech, Heard
from realtime_service.live.journal import Asked, Journal
from realtime_service.live.patience import Patience
from realtime_service.live.watch import Watch


class Floor:
    """The conversation as it stands, across connections. Times are seconds of one monotonic clock."""

    def __init__(self, patience: Patience) -> None:
        self.journal = Journal()
        self.watch = Watch(patience)
        self._speech = CallerSpeech()
        self._agent_speaks = False
        self._has_sounded = False
        self._is_answered = False
        """Whether the agent has spoken, or begun to do something, since the caller was last loud."""
        self._takes: dict[type, Callable[[Any], None]] = {
            live.AudioSpoken: self._audio,
            live.Interrupted: self._interrupted,
            live.TurnComplete: self._turn_complete,
            live.CallerTranscribed: self._caller_transcribed,
            live.AgentTranscribed: self._agent_transcribed,
            live.FunctionCalled: self._function_called,
            live.FunctionCallsCancelled: self._calls_cancelled,
            live.ResumptionUpdated: self._resumption,
        }

    @property
    def is_idle(self) -> bool:
        """Whether nobody speaks and nothing is awaited: the moment to change connections."""
        speaks = self._agent_speaks or self._speech.is_on
        return not (speaks or self.watch.owes or self.journal.has_open_calls)

    @property
    def caller_speaks(self) -> bool:
        """Whether the caller is in the midst of a turn, by loudness."""
        return self._speech.is_on

    def take(self, event: live.LiveEvent) -> bool:
        """Take what the model says or does; return whether it is a sign that the connection is sound."""
        if type(event) in self._takes:
            self._takes[type(event)](event)
        sign, self._has_sounded = self._has_sounded, False
        return sign

    def voice(self, pcm: bytes, now: float) -> None:
        """Take a piece of the caller's voice, PCM16 mono at 16 kHz."""
        heard = self._speech.feed(pcm)
        if self._speech.is_loud:
            self._is_answered = False
        self._heard(heard, now)

    def voice_paused(self, now: float) -> None:
        """Take that the caller has muted the microphone."""
        self._heard(self._speech.stop(), now)

    def told(self, text: str, now: float) -> None:
        """Take that the model was given a line in writing, which it answers."""
        self.journal.told(text)
        self.watch.understood()
        self.watch.asked(now)

    def gave(self, call: Asked, now: float) -> None:
        """Take that the model was given a function's result."""
        if not call.given:
            self.journal.gave(call)
        self.watch.informed(now)

    def came_up(self, now: float, told: Sequence[str], must_speak: bool) -> None:
        """Take that a connection is up and was told these lines; `must_speak`: it has something to answer."""
        self.watch.renewed(now)
        for line in told:
            self.told(line, now)
        if must_speak:
            self.watch.asked(now)

    def break_off(self) -> bool:
        """Take that the connection is gone; return whether the agent was in the midst of a turn."""
        spoke, self._agent_speaks = self._agent_speaks, False
        if spoke:
            self.journal.cut()
        return spoke

    def _heard(self, heard: Heard | None, now: float) -> None:
        if heard is Heard.BEGAN:
            self.watch.caller_began()
        elif heard is Heard.ENDED and not (
            self._is_answered or self._agent_speaks or self.journal.has_open_calls
        ):
            self.watch.caller_ended(now)
        elif heard is not None:
            # What is said while the agent speaks, and does not interrupt, need not be answered.
            self.watch.caller_fell_silent()

    def _audio(self, event: live.AudioSpoken) -> None:
        self._agent_speaks = True
        if self.watch.spoke(event.pcm):
            self._has_sounded = self._is_answered = True

    def _interrupted(self, _: live.Interrupted) -> None:
        self._agent_speaks = False
        self.journal.cut()

    def _turn_complete(self, event: live.TurnComplete) -> None:
        self._agent_speaks = event.more_to_come
        if not event.more_to_come:
            self.watch.turn_over()

    def _caller_transcribed(self, event: live.CallerTranscribed) -> None:
        self.watch.understood()
        self.journal.said("caller", event.text)

    def _agent_transcribed(self, event: live.AgentTranscribed) -> None:
        self.journal.said("agent", event.text)

    def _function_called(self, event: live.FunctionCalled) -> None:
        self._has_sounded = self._is_answered = True
        self.journal.asked(event)
        self.watch.answered()

    def _calls_cancelled(self, event: live.FunctionCallsCancelled) -> None:
        self.journal.cancelled(event.ids)

    def _resumption(self, event: live.ResumptionUpdated) -> None:
        if event.resumable:
            self.journal.bookmark()
