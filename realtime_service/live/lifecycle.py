"""The states of a conversation's connection to the model, and what each event makes of them; no sockets."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from realtime_service.live.closed import LiveClosed
from realtime_service.live.events import ResumptionUpdated
from realtime_service.live.patience import Patience

_MOST_LOSSES = 2
"""In a row, each before the connection had proved sound: the first is resumed, the second begins afresh."""


class State(StrEnum):
    """Where the connection stands."""

    DIALLING = "dialling"
    """For the first time: nothing has been said yet."""
    LIVE = "live"
    DRAINING = "draining"
    """Live, but told to go away: it ends at the first idle moment, or when time is short."""
    RESUMING = "resuming"
    """Lost; being dialled with the last handle."""
    FRESH = "fresh"
    """Lost; being dialled for a new session that will be told what was said."""
    HANDED_OVER = "handed over"
    """Lost for good in mid-conversation: people must take the caller."""
    FAILED = "failed"
    """Never reached."""


class NextDial(Struct, frozen=True):
    """What to do about a gap."""

    pause: float
    """Seconds to wait before it."""
    handle: str | None
    """What to take up; None for a new session."""


Moved = Callable[[State, State, str], None]
"""Is told each transition and its reason, which holds nothing of what was said."""


class Lifecycle:
    """One conversation's states. Times are seconds of one monotonic clock; `jitter` gives 0 to 1."""

    def __init__(self, patience: Patience, moved: Moved, jitter: Callable[[], float], now: float) -> None:
        self._patience, self._moved, self._jitter = patience, moved, jitter
        self._state = State.DIALLING
        self._handle: str | None = None
        self._resumable = False
        self._cut_at: float | None = None
        self._up_since = now
        self._sound = False
        self._losses = 0
        self._gap_since = now
        self._dials = 0

    @property
    def state(self) -> State:
        """Where the connection stands."""
        return self._state

    @property
    def wakes_at(self) -> float | None:
        """When a rotation can wait no longer; None while none is due."""
        return self._cut_at

    def dialled_first(self) -> NextDial:
        """Return the first dial."""
        return NextDial(0.0, None)

    def came_up(self, now: float) -> None:
        """Take that the session is set up, and has been told what it missed."""
        self._up_since, self._sound, self._cut_at, self._dials = now, False, None, 0
        if self._state is not State.RESUMING:
            self._handle = None
        self._resumable = False
        self._move(State.LIVE, "set up")

    def offered(self, update: ResumptionUpdated) -> None:
        """Take where the session could be taken up; what can't be resumed leaves the last handle good."""
        self._resumable = update.resumable
        if update.resumable:
            self._handle = update.handle

    def sounded(self) -> None:
        """Take that the model has spoken or called a function on this connection."""
        self._sound = True

    def told_to_go(self, now: float, seconds_left: float) -> None:
        """Take that the connection will be cut. A second goAway can only shorten the time."""
        cut_at = now + max(0.0, seconds_left - self._patience.cut_margin)
        self._cut_at = cut_at if self._cut_at is None else min(self._cut_at, cut_at)
        if self._state is State.LIVE:
            self._move(State.DRAINING, "go away")

    def rotation_due(self, now: float, idle: bool) -> bool:
        """Whether to leave the connection now. `idle`: nobody speaks, nothing is awaited."""
        if self._cut_at is None:
            return False
        return now >= self._cut_at or (idle and self._resumable)

    def rotated(self, now: float) -> NextDial:
        """Take that a connection that was told to go has been left; that is nobody's fault."""
        return self._redial(now, "rotated", self._handle)

    def lost(self, now: float, closed: LiveClosed) -> NextDial | None:
        """Take that the connection is gone or no good; None when the caller must be handed over."""
        if self._sound and now - self._up_since >= self._patience.steady:
            self._losses = 0
        self._losses += 1
        if closed.fatal or self._losses > _MOST_LOSSES:
            self._give_up(f"lost, {closed.code}")
            return None
        takes_up = closed.resumable and self._losses < _MOST_LOSSES
        return self._redial(now, f"lost, {closed.code}", self._handle if takes_up else None)

    def dial_failed(self, now: float, closed: LiveClosed) -> NextDial | None:
        """Take that a dial came to nothing; None when that was the last."""
        gone = now - self._gap_since
        if closed.fatal or gone >= self._patience.bring_back:
            self._give_up(f"dial failed, {closed.code}")
            return None
        if self._state is State.RESUMING and (not closed.resumable or gone >= self._patience.resume):
            return self._dial_afresh(f"resuming failed, {closed.code}")
        return self._next_dial(self._handle if self._state is State.RESUMING else None)

    def _redial(self, now: float, why: str, handle: str | None) -> NextDial:
        self._gap_since, self._cut_at = now, None
        if handle is None:
            return self._dial_afresh(why)
        self._move(State.RESUMING, why)
        return self._next_dial(handle)

    def _dial_afresh(self, why: str) -> NextDial:
        # At once, whatever went before: what was wrong with a handle is not wrong with a new session.
        self._dials = 0
        self._move(State.FRESH, why)
        return self._next_dial(None)

    def _next_dial(self, handle: str | None) -> NextDial:
        self._dials += 1
        if self._dials == 1 and self._state is not State.DIALLING:
            return NextDial(0.0, handle)
        doublings = self._dials - (1 if self._state is State.DIALLING else 2)
        pause = min(self._patience.first_pause * 2**doublings, self._patience.longest_pause)
        return NextDial(pause * (1 - self._jitter() / 2), handle)

    def _give_up(self, why: str) -> None:
        self._move(State.FAILED if self._state is State.DIALLING else State.HANDED_OVER, why)

    def _move(self, state: State, why: str) -> None:
        before, self._state = self._state, state
        self._moved(before, state, why)
