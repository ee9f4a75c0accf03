"""Tests of the callers that don't think."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from rehearsal.caller.script import Script, Typed


def test_a_script_says_a_line_to_each_question_and_none_to_a_statement() -> None:
    script = Script(["hello", "on friday"])
    assert script.answer("How can I help you?") == "hello"
    assert script.answer("One moment, please.") is None
    assert script.answer("For which day?") == "on friday"
    assert script.answer("At what time?") is None


def test_a_script_goes_on_after_four_seconds_in_which_nobody_spoke() -> None:
    script = Script(["hello"])
    assert script.speak_up(3900) is None
    assert script.speak_up(4000) == "hello"


def test_a_script_hangs_up_once_its_last_line_was_answered_with_goodbye_or_not_at_all() -> None:
    script = Script(["thank you goodbye"])
    script.answer("Anything else?")
    assert not script.is_done(9000)
    assert script.is_done(10_000)
    script.answer("Goodbye.")
    assert script.is_done(0)


def _typed(lines: list[str], end: threading.Event) -> Iterator[str]:
    yield from lines
    end.wait(1)


def _within_a_second(check: Callable[[], bool]) -> bool:
    waiting = threading.Event()
    return any(check() or waiting.wait(0.005) for _ in range(200))


def test_what_is_typed_is_said_line_by_line_whatever_the_agent_says() -> None:
    end = threading.Event()
    typed = Typed(_typed(["hello\n", "\n", "on friday\n"], end))
    assert _within_a_second(lambda: typed.speak_up(0) == "hello")
    assert _within_a_second(lambda: typed.speak_up(0) == "on friday")
    assert typed.answer("For which day?") is None
    assert not typed.is_done(5000)
    end.set()
    assert _within_a_second(lambda: typed.is_done(100))


def test_nobody_hangs_up_before_the_last_typed_line_was_heard() -> None:
    typed = Typed(iter(["goodbye"]))
    assert _within_a_second(lambda: typed.speak_up(0) == "goodbye")
    assert _within_a_second(lambda: typed.is_done(100))
    assert not typed.is_done(0)
