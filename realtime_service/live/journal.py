"""Our own record of a conversation with the model: what a new connection may have to be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from realtime_service.live.events import FunctionCalled

_MOST_ENTRIES = 600
"""Half an hour of quick talk has about 300; the oldest words go first."""


class Said(Struct):
    """One side's words, until something else came."""

    speaker: Literal["caller", "agent"]
    text: str
    cut: bool = False
    """The agent's, when the caller or the connection's end cut it off."""


class Told(Struct):
    """A line typed by the caller, or a stage direction in square brackets."""

    text: str


class Asked(Struct):
    """A function call of the model, and what came of it."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    known: bool = True
    """Whether the session that is connected knows of the call, and takes an answer under its id."""
    result: Mapping[str, Any] | None = None
    given: bool = False
    """Whether the model has been given the result."""
    bookmarked: bool = False
    """Whether the last handle stands for the call …"""
    settled: bool = False
    """… and for its answer."""


class Answered(Struct):
    """The place in the conversation where the model was given a result."""

    asked: Asked


Entry = Said | Told | Asked | Answered


class Journal:
    """Everything in its order, and how far the last handle to resume from stands for it."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._bookmark = 0
        self._calls: dict[str, Asked] = {}

    # What happens

    def said(self, speaker: Literal["caller", "agent"], fragment: str) -> None:
        """Add a fragment of a transcript."""
        last = self._entries[-1] if self._entries else None
        if isinstance(last, Said) and last.speaker == speaker and not last.cut and not self._is_bookmarked():
            last.text += fragment
        elif fragment.strip():
            self._add(Said(speaker, fragment))

    def cut(self) -> None:
        """Take that the agent's last words were cut off."""
        last = self._entries[-1] if self._entries else None
        if isinstance(last, Said) and last.speaker == "agent":
            last.cut = True

    def told(self, text: str) -> None:
        """Add what the model was given in writing."""
        self._add(Told(text))

    def asked(self, called: FunctionCalled) -> None:
        """Add a function call."""
        self._calls[called.id] = Asked(called.id, called.name, called.arguments)
        self._add(self._calls[called.id])

    def cancelled(self, ids: tuple[str, ...]) -> None:
        """Take that the model waits for these no longer; their results are told it as news."""
        for call_id in ids:
            if call_id in self._calls:
                self._calls[call_id].known = False

    def result(self, id: str, name: str, result: Mapping[str, Any]) -> Asked:  # noqa: A002
        """Take a call's result, not given yet; return the call. One never asked is entered as unknown."""
        if id not in self._calls:
            self._calls[id] = Asked(id, name, {}, known=False)
            self._add(self._calls[id])
        self._calls[id].result = result
        return self._calls[id]

    def gave(self, call: Asked) -> None:
        """Take that the model has been given a call's result."""
        call.given = True
        self._add(Answered(call))

    def bookmark(self) -> None:
        """Take that the handle just offered stands for everything so far."""
        self._bookmark = len(self._entries)
        for call in self._calls.values():
            call.bookmarked, call.settled = call.known, call.given

    # What a new connection is told

    def take_up(self) -> list[Asked]:
        """Take that the session is resumed from the last handle; return the calls to answer under their ids.

        It knows the calls made before the handle, and still waits where they were answered after it.
        """
        for call in self._calls.values():
            call.known = call.bookmarked
        return [
            call
            for call in self._calls.values()
            if call.known and call.result is not None and not call.settled
        ]

    def begin_afresh(self) -> None:
        """Take that a new session begins, which knows nothing."""
        self._bookmark = 0
        for call in self._calls.values():
            call.known = call.bookmarked = False

    def missed(self) -> list[Entry]:
        """Return what happened since the last handle, as far as no id tells it."""
        return [entry for entry in self._entries[self._bookmark :] if not _by_id(entry)]

    def waiting(self) -> Iterator[Asked]:
        """Yield the calls whose results are here and not given yet."""
        return (call for call in self._calls.values() if call.result is not None and not call.given)

    def is_given(self, id: str) -> bool:  # noqa: A002
        """Whether the model has been given the result of a call."""
        return id in self._calls and self._calls[id].given

    @property
    def has_open_calls(self) -> bool:
        """Whether a call of the model has not been answered."""
        return any(call.known and not call.given for call in self._calls.values())

    @property
    def is_untouched(self) -> bool:
        """Whether the model has been told something at most, and nothing has been said or done yet."""
        return all(isinstance(entry, Told) for entry in self._entries)

    def _is_bookmarked(self) -> bool:
        return self._bookmark == len(self._entries)

    def _add(self, entry: Entry) -> None:
        self._entries.append(entry)
        if len(self._entries) > _MOST_ENTRIES:
            del self._entries[0]
            self._bookmark = max(0, self._bookmark - 1)


def _by_id(entry: Entry) -> bool:
    return isinstance(entry, Answered) and entry.asked.known
