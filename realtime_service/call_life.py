"""How a call comes to its end by itself: silence, too long a time, a goodbye that must be heard. Pure.

Times are seconds of a steady clock. A person is known by words, typed lines and keys; sounds alone may be
music on hold, and only put things off for a while.
"""

from __future__ import annotations

import math
from typing import Literal

from msgspec import Struct

Step = Literal["ask", "warn", "goodbye", "nearly_over", "time_up", "close"]

_RUNGS: tuple[Step, ...] = ("ask", "warn", "goodbye")
_SOUND_IS_BELIEVED_SECONDS = 15.0
"""How long somebody may speak before any word of it is understood."""
_SOUND_GAP_SECONDS = 2.0
_MOST_UNANSWERED_TURNS = 6
"""Turns of the agent without a word from anybody: it is talking to a machine."""
_WARNING_SECONDS = 60.0
_LATE_WORDS_SECONDS = 1.5
"""The words before the goodbye may be understood only after it."""
_HEARD_OUT_SECONDS = 0.6
"""After the last mark: the line's own delay, and a caller's last "bye"."""
_GOODBYE_MAY_FOLLOW_SECONDS = 3.0
_GOODBYE_MUST_FOLLOW_SECONDS = 8.0
_LONGEST_GOODBYE_SECONDS = 20.0


class Limits(Struct, frozen=True):
    """How patient a call is, seconds."""

    idle: float = 10.0
    """Silence before the agent asks whether somebody is there; the later rungs are shorter."""
    longest: float = 1800.0

    @property
    def rungs(self) -> tuple[float, ...]:
        """Silence before each rung."""
        return self.idle, 0.8 * self.idle, 0.6 * self.idle

    @property
    def warning(self) -> float:
        """How long before the end the agent says so."""
        return min(_WARNING_SECONDS, self.longest / 4)


class _Closing(Struct):
    reason: str
    since: float
    waits: float
    """How long a goodbye is waited for that has not begun."""
    spoken: bool = False


class CallLife:
    """One call's patience. `next` is asked several times a second."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits, self._began = limits, now
        self._quiet_since = self._person_at = self._agent_until = now
        self._sounds_from = self._sounds_at = -math.inf
        self._rung = 0
        self._unanswered = 0
        self._has_warned = False
        self._closing: _Closing | None = None

    @property
    def heard_until(self) -> float:
        """When either side was heard last, at the latest."""
        return max(self._agent_until, self._sounds_at, self._person_at)

    @property
    def closing(self) -> str:
        """Why the call is about to end; empty while it is not."""
        return self._closing.reason if self._closing else ""

    def person(self, now: float) -> None:
        """Take that somebody is there: words, a typed line, a key. Whoever goes on is not hung up on."""
        self._person_at, self._rung, self._unanswered = now, 0, 0
        closing = self._closing
        if closing and closing.reason != "time_up" and now - closing.since > _LATE_WORDS_SECONDS:
            self._closing = None

    def sound(self, now: float) -> None:
        """Take that something is to be heard from the caller's side."""
        if now - self._sounds_at > _SOUND_GAP_SECONDS:
            self._sounds_from = now
        self._sounds_at = now

    def agent_turn(self) -> None:
        """Take that the agent has finished a turn."""
        self._unanswered += 1

    def interrupted(self) -> None:
        """Take that the caller spoke over the agent: over its goodbye, too."""
        if self._closing and self._closing.reason != "time_up":
            self._closing = None

    def end(self, reason: str, now: float) -> None:
        """End the call when the goodbye that was said, or is about to be, has been heard."""
        self._closing = _Closing(reason, now, _GOODBYE_MAY_FOLLOW_SECONDS)

    def next(self, now: float, *, agent_sounds: bool, tool_runs: bool) -> Step | None:
        """Return what is to be done now."""
        if agent_sounds:
            self._agent_until = now
        if agent_sounds or tool_runs:
            self._quiet_since = now
        if self._closing:
            return self._close(self._closing, now, agent_sounds)
        return self._too_long(now) or (None if agent_sounds or tool_runs else self._too_quiet(now))

    def _close(self, closing: _Closing, now: float, agent_sounds: bool) -> Step | None:
        closing.spoken = closing.spoken or agent_sounds
        wait = _HEARD_OUT_SECONDS if closing.spoken else closing.waits
        heard_out = not agent_sounds and now - max(self._quiet_since, closing.since) >= wait
        return "close" if heard_out or now - closing.since >= _LONGEST_GOODBYE_SECONDS else None

    def _too_long(self, now: float) -> Step | None:
        left = self._began + self._limits.longest - now
        if left <= 0:
            return self._say_goodbye("time_up", now)
        if left > self._limits.warning or self._has_warned:
            return None
        # Into a pause if there is one; in the middle of a sentence if there is none.
        if now - self.heard_until < 0.5 and left > self._limits.warning / 2:
            return None
        self._has_warned = True
        return "nearly_over"

    def _too_quiet(self, now: float) -> Step | None:
        if self._unanswered >= _MOST_UNANSWERED_TURNS:
            return self._say_goodbye("goodbye", now)
        somebody_speaks = now - self._sounds_at < 1.0
        if somebody_speaks and now - self._sounds_from < _SOUND_IS_BELIEVED_SECONDS:
            return None
        if now - max(self._quiet_since, self._person_at) < self._limits.rungs[self._rung]:
            return None
        step = _RUNGS[self._rung]
        self._quiet_since = now
        self._rung += 1
        return self._say_goodbye(step, now) if step == "goodbye" else step

    def _say_goodbye(self, step: Step, now: float) -> Step:
        self._closing = _Closing(step, now, _GOODBYE_MUST_FOLLOW_SECONDS)
        return step
