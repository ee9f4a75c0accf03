"""Watches for a model that owes an answer and says nothing, or says it in silence; no sockets, no clock."""

from __future__ import annotations

from enum import Enum, auto

from realtime_service.audio import SPOKEN_RATE
from realtime_service.live.patience import Patience

_LONGEST_WAIT = 8
"""Times the usual: how rarely a model is nudged that hears nothing in what is loud at the caller's."""


class Alarm(Enum):
    """What has become due."""

    NUDGE = auto()
    """Ask the model to say something."""
    RENEW = auto()
    """Leave the connection for another."""


class Watch:
    """What the model owes. Times are seconds of one monotonic clock."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._owed_since: float | None = None
        self._asked_at = 0.0
        self._nudged_at: float | None = None
        self._nudges = 0
        self._zeros = 0.0
        self._caller_speaks = False
        self._may_be_silent = True

    @property
    def owes(self) -> bool:
        """Whether an answer is awaited."""
        return self._owed_since is not None

    @property
    def wakes_at(self) -> float | None:
        """When to ask for what is due; None while the model owes nothing, or the caller still speaks."""
        if self._owed_since is None or self._caller_speaks:
            return None
        if self._nudged_at is not None:
            return self._nudged_at + self._patience.after_nudge
        # From the first unanswered word, yet some time after the last: "hello? … hello?" delays it little.
        wait = self._patience.first_sound * min(2**self._nudges, _LONGEST_WAIT)
        return max(float(self._owed_since + wait), self._asked_at + self._patience.first_sound / 2)

    def caller_began(self) -> None:
        """Take that the caller speaks."""
        self._caller_speaks = True

    def caller_fell_silent(self) -> None:
        """Take that the caller has spoken and waits for nothing."""
        self._caller_speaks = False

    def caller_ended(self, now: float) -> None:
        """Take that the caller has spoken and waits."""
        self._caller_speaks = False
        self.asked(now)

    def asked(self, now: float) -> None:
        """Take that the model was asked something, and must be heard."""
        self._asked_at, self._may_be_silent = now, False
        if self._owed_since is None:
            self._owed_since = now

    def informed(self, now: float) -> None:
        """Take that the model was given a function's result: a turn without a sound is an answer too."""
        self._asked_at = now
        if self._owed_since is None:
            self._owed_since = now

    def understood(self) -> None:
        """Take that the model has put the caller's words into writing: its silence is no deafness."""
        self._nudges = 0

    def answered(self) -> None:
        """Take that the model speaks, or does something about it."""
        self._owed_since = self._nudged_at = None
        self._may_be_silent = True

    def turn_over(self) -> None:
        """Take that the model's turn is over."""
        if self._may_be_silent:
            self.answered()

    def renewed(self, now: float) -> None:
        """Take that another connection is up: what is owed is awaited anew."""
        self._zeros, self._nudged_at = 0.0, None
        if self._owed_since is not None:
            self._owed_since = self._asked_at = now

    def due(self, now: float) -> Alarm | None:
        """Return what has become due; a nudge counts as given."""
        if self._zeros >= self._patience.zeros:
            return Alarm.RENEW
        if self.wakes_at is None or now < self.wakes_at:
            return None
        if self._nudged_at is not None:
            return Alarm.RENEW
        self._nudged_at, self._nudges = now, self._nudges + 1
        return Alarm.NUDGE

    def spoke(self, pcm: bytes) -> bool:
        """Take a piece of the agent's voice, PCM16 at 24 kHz; return whether there was a sound in it."""
        if not pcm.strip(b"\0"):
            self._zeros += len(pcm) / 2 / SPOKEN_RATE
            return False
        self._zeros = 0.0
        self.answered()
        return True
