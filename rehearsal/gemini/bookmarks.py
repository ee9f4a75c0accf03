"""Where sessions can be resumed: a copy of the mind under each handle."""

from __future__ import annotations

import copy
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping

from msgspec import Struct

from rehearsal.gemini.faculties import Receptionist
from rehearsal.gemini.refusal import INTERNAL_ERROR, Refused, invalid, not_found

_MOST_KEPT = 512
"""Handles of all sessions together; the oldest go first."""


class Bookmark(Struct, frozen=True):
    """A session as it stood at the end of a turn."""

    receptionist: Receptionist
    model: str
    expires_at: float
    is_connected: Callable[[], bool]
    """Whether the connection that got the handle is still there."""
    calls: Mapping[str, str]
    """Names of the function calls that wait for an answer, by id."""


class Bookmarks:
    """The handles given out, in memory. `clock` counts seconds."""

    def __init__(self, handle_seconds: float, clock: Callable[[], float]) -> None:
        self._handle_seconds = handle_seconds
        self._clock = clock
        self._kept: OrderedDict[str, Bookmark] = OrderedDict()

    def keep(
        self,
        receptionist: Receptionist,
        model: str,
        is_connected: Callable[[], bool],
        calls: Mapping[str, str] | None = None,
    ) -> str:
        """Return a handle for the mind as it is now, and for the calls that wait for an answer."""
        handle = secrets.token_urlsafe(24)
        expires_at = self._clock() + self._handle_seconds
        self._kept[handle] = Bookmark(
            copy.deepcopy(receptionist), model, expires_at, is_connected, dict(calls or {})
        )
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return handle

    def calls_of(self, handle: str) -> Mapping[str, str]:
        """Return the calls that waited for an answer when a handle was given; none for an unknown one."""
        return self._kept[handle].calls if handle in self._kept else {}

    def forget(self, handle: str) -> None:
        """Take a handle back, if it is still kept."""
        self._kept.pop(handle, None)

    def resume(self, handle: str, model: str) -> Receptionist:
        """Return a copy of the mind kept under a handle.

        Raises Refused: 1008 for a handle that is unknown or has expired, 1011 while the old
        connection is open (field reports), 1007 for another model (session management guide).
        """
        bookmark = self._kept.get(handle)
        if bookmark is None or bookmark.expires_at <= self._clock():
            raise not_found()
        if bookmark.is_connected():
            raise Refused(INTERNAL_ERROR, "Internal error encountered.")
        if bookmark.model != model:
            raise invalid("A session is resumed with the model it began with.")
        return copy.deepcopy(bookmark.receptionist)
