"""Callers that don't think: one says the lines of a script, one what is typed."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterable
from typing import Protocol

_THINKS_AGENT_IS_DONE_MS = 4000
_WAITS_FOR_AN_ANSWER_MS = 10_000


class Caller(Protocol):
    """Whoever rings: asked what to say whenever the agent has finished, and in silences."""

    def answer(self, agent_words: str) -> str | None:
        """Return what to say to the agent's words, once they were heard to the end."""

    def speak_up(self, quiet_ms: int) -> str | None:
        """Return what to say of one's own accord, nobody having spoken for that long."""

    def is_done(self, quiet_ms: int) -> bool:
        """Tell whether to hang up, nobody having spoken for that long."""


class Script:
    """Says one line each time the agent has asked something, or has been silent for four seconds."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = deque(lines)
        self._heard_goodbye = False

    def answer(self, agent_words: str) -> str | None:
        """Return the next line where the agent asked something."""
        self._heard_goodbye = "goodbye" in agent_words.lower()
        return self._next() if "?" in agent_words else None

    def speak_up(self, quiet_ms: int) -> str | None:
        """Return the next line where the agent has been silent for long."""
        return self._next() if quiet_ms >= _THINKS_AGENT_IS_DONE_MS else None

    def is_done(self, quiet_ms: int) -> bool:
        """Tell whether all was said, and answered or not."""
        return not self._lines and (self._heard_goodbye or quiet_ms >= _WAITS_FOR_AN_ANSWER_MS)

    def _next(self) -> str | None:
        return self._lines.popleft() if self._lines else None


class Typed:
    """Says each line as soon as it is typed, also while the agent speaks; hangs up when the input ends."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._ended = threading.Event()
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()

    def answer(self, agent_words: str) -> str | None:  # noqa: ARG002 - who types decides
        """Return None: answers are typed."""
        return None

    def speak_up(self, quiet_ms: int) -> str | None:  # noqa: ARG002 - who types decides
        """Return the line that was typed, if one was."""
        try:
            return self._lines.get_nowait()
        except queue.Empty:
            return None

    def is_done(self, quiet_ms: int) -> bool:
        """Tell whether the input has ended and the last line was said."""
        return self._ended.is_set() and self._lines.empty() and quiet_ms > 0

    def _read(self, lines: Iterable[str]) -> None:
        for line in lines:
            if line.strip():
                self._lines.put(line.strip())
        self._ended.set()
