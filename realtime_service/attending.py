"""Attends to a call several times a second: no dead air, nobody left on the line, a goodbye heard out."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

import structlog
from msgspec import Struct

from clinic.settings import Settings
from realtime_service.answering import HUMAN, Answering
from realtime_service.call_life import Limits
from realtime_service.comfort_tone import ComfortTone
from realtime_service.keypad import Entry
from realtime_service.live.capabilities import capabilities_of
from realtime_service.live.events import FunctionCalled
from realtime_service.model import Model
from realtime_service.ongoing_call import OngoingCall
from realtime_service.phrases import Phrases
from realtime_service.speaking import Speaking

LOOKS_EVERY_SECONDS = 0.1
_TOOL_RUNS_SECONDS = 1.0
_NOBODY_SPEAKS_SECONDS = 2.0
"""Of silence before the tone. A model is usually reached, or brought back, within a second."""

_log = structlog.get_logger("clinic")


class Attention(Struct, frozen=True):
    """How calls are attended to."""

    limits: Limits = Limits()
    speaks_while_waiting: bool = True
    """False for a model whose function calls are BLOCKING: words would cancel them."""
    comfort_tone: bool = False
    """Also while a tool runs; while the model is away it is all that the caller can be given."""


def attention_of(settings: Settings) -> Attention:
    """Return how a clinic of these settings attends to its calls."""
    blocking = capabilities_of(settings.gemini_model).function_behavior == "BLOCKING"
    limits = Limits(settings.idle_seconds, settings.session_timeout)
    return Attention(limits, not blocking, settings.comfort_tone)


class Attending:
    """Whoever looks after one call."""

    def __init__(
        self,
        call: OngoingCall,
        speaking: Speaking,
        answering: Answering,
        model: Model,
        attention: Attention,
        is_away: Callable[[], bool],
    ) -> None:
        """`is_away`: whether the caller has left for a moment, as a page does that is loaded anew."""
        self._call, self._speaking, self._answering, self._model = call, speaking, answering, model
        self._attention, self._is_away = attention, is_away
        self._phrases = Phrases()
        self._tone = ComfortTone()
        self._asked_for_human = 0

    async def run(self) -> None:
        """Look after the call; return when it is to be closed."""
        while True:
            await asyncio.sleep(LOOKS_EVERY_SECONDS)
            if await self._look():
                return

    async def _look(self) -> bool:
        now, life = self._call.clock(), self._call.life
        sounds = self._speaking.is_sounding
        waits = self._answering.is_waiting or not self._model.is_listening or self._is_away()
        step = life.next(now, agent_sounds=sounds, tool_runs=waits)
        if step == "close":
            _log.info("= closing", call_id=self._call.call_id, reason=life.closing)
            return True
        if step:
            _log.info("= step", call_id=self._call.call_id, step=step)
            await self._model.tell(self._phrases.direction(step, self._call.language))
        if not sounds:
            await self._fill_dead_air(now)
        entry = self._call.keypad.due(now)
        if entry and not self._call.take(entry):
            await self._keyed_in(entry)
        return False

    async def _fill_dead_air(self, now: float) -> None:
        if self._model.is_listening and self._attention.speaks_while_waiting:
            due = self._call.dead_air.due(now, self._call.life.heard_until)
            if due:
                await self._model.tell(self._phrases.direction(due, self._call.language))
        silent_for = now - self._call.life.heard_until
        if silent_for > self._silence_before_tone() and self._tone.is_due(now):
            self._speaking.play_beside(self._tone.pulse)

    def _silence_before_tone(self) -> float:
        if not self._model.is_listening:
            # Nobody is there who could say a word.
            return _NOBODY_SPEAKS_SECONDS
        waits = self._call.dead_air.is_waiting and self._attention.comfort_tone
        return _TOOL_RUNS_SECONDS if waits else math.inf

    async def _keyed_in(self, entry: Entry) -> None:
        if not entry.wants_human:
            await self._model.tell(f"[The caller keyed in {' '.join(entry.digits)} on the phone.]")
        elif self._answering.knows(HUMAN):
            # The service asks for it itself: the way to a human must not hang on the model.
            self._asked_for_human += 1
            id_ = f"key-0-{self._asked_for_human}"
            await self._answering.ask(FunctionCalled(id_, HUMAN, {"reason": "the caller pressed 0"}))
        else:
            number = " ".join(self._call.clinic.human_number)
            await self._model.tell(
                self._phrases.direction("human_number", self._call.language, number=number)
            )
