"""Handles to resume from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from rehearsal.gemini.bookmarks import Bookmarks
from rehearsal.gemini.refusal import Refused
from rehearsal.receptionist.actions import Action
from rehearsal.speech.expecting import Expecting

MODEL = "models/gemini-3.8-live"


class Remembering:
    """A mind that remembers what it heard."""

    expecting = Expecting.ANYTHING

    def __init__(self) -> None:
        self.notes: list[str] = []

    def heard(self, text: str) -> list[Action]:
        self.notes.append(text)
        return []

    def recall(self, turns: Sequence[tuple[str, str]]) -> None:
        self.notes += [text for _, text in turns]

    def answered(self, name: str, response: dict[str, Any]) -> list[Action]:
        raise AssertionError(name, response)


class Clock:
    """Seconds, set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def code_of(bookmarks: Bookmarks, handle: str, model: str = MODEL) -> int:
    with pytest.raises(Refused) as refused:
        bookmarks.resume(handle, model)
    return refused.value.code


def notes_of(mind: object) -> list[str]:
    assert isinstance(mind, Remembering)
    return mind.notes


def test_a_session_is_resumed_as_it_stood_when_the_handle_was_given_again_and_again() -> None:
    bookmarks, mind = Bookmarks(10, Clock()), Remembering()
    mind.heard("with doctor rao")
    handle = bookmarks.keep(mind, MODEL, lambda: False)
    mind.heard("on friday")
    resumed = bookmarks.resume(handle, MODEL)
    assert notes_of(resumed) == ["with doctor rao"]
    resumed.heard("on monday")
    assert notes_of(bookmarks.resume(handle, MODEL)) == ["with doctor rao"]


def test_an_unknown_an_expired_and_a_forgotten_handle_are_not_found() -> None:
    clock = Clock()
    bookmarks = Bookmarks(10, clock)
    kept, forgotten = (bookmarks.keep(Remembering(), MODEL, lambda: False) for _ in range(2))
    bookmarks.forget(forgotten)
    assert code_of(bookmarks, "no-such-handle") == 1008
    assert code_of(bookmarks, forgotten) == 1008
    clock.now = 10.0
    assert code_of(bookmarks, kept) == 1008


def test_a_handle_is_no_use_while_the_old_connection_is_open() -> None:
    bookmarks = Bookmarks(10, Clock())
    assert code_of(bookmarks, bookmarks.keep(Remembering(), MODEL, lambda: True)) == 1011


def test_a_session_is_not_resumed_with_another_model() -> None:
    bookmarks = Bookmarks(10, Clock())
    handle = bookmarks.keep(Remembering(), MODEL, lambda: False)
    assert code_of(bookmarks, handle, "models/gemini-3.1-flash-live-preview") == 1007


def test_handles_do_not_pile_up() -> None:
    bookmarks = Bookmarks(10, Clock())
    handles = [bookmarks.keep(Remembering(), MODEL, lambda: False) for _ in range(600)]
    assert code_of(bookmarks, handles[0]) == 1008
    assert notes_of(bookmarks.resume(handles[-1], MODEL)) == []
