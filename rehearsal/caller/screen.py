"""Shows a call on a terminal, line by line as it goes on."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import TextIO

from rehearsal.caller.call_log_view import ToolCallRow
from rehearsal.twilio.dictionary import Notice

_COLOURS = {"agent": "36", "caller": "32", "tool": "33", "warning": "31", "": "2"}
"""ANSI SGR numbers."""


class Screen:
    """Writes to a terminal or a file; colour only on a terminal, and not where NO_COLOR is set."""

    def __init__(self, out: TextIO, environment: Mapping[str, str]) -> None:
        self._out = out
        self._coloured = out.isatty() and not environment.get("NO_COLOR")

    def progress(self, text: str) -> None:
        """Show what happened to the call."""
        self._line("", text)

    def caller(self, text: str) -> None:
        """Show what the caller says."""
        self._line("caller", text)

    def heard(self, text: str, said: str) -> None:
        """Show what the clinic understood the caller to say, where that differs."""
        if _plain(text) != _plain(said):
            self._line("", f"heard as: {text}")

    def agent(self, text: str, waited_ms: int | None) -> None:
        """Show what the agent said, and how long the caller waited for its first sound."""
        self._line("agent", text + (f"  ({waited_ms} ms)" if waited_ms is not None else ""))

    def tool_call(self, row: ToolCallRow) -> None:
        """Show a tool call."""
        took = "" if row.milliseconds is None else f" in {row.milliseconds} ms"
        self._line("tool", f"{row.tool} {row.state}{took}" + (f": {row.message}" if row.message else ""))

    def notice(self, notice: Notice, times: int) -> None:
        """Show what Twilio's debugger would have."""
        self._line("warning", f"Twilio {notice}" + (f"  ({times} times)" if times > 1 else ""))

    def failure(self, text: str) -> None:
        """Show why there was no call, or none worth the name."""
        self._line("warning", text)

    def _line(self, speaker: str, text: str) -> None:
        label = f"{speaker:>8}  "
        if self._coloured:
            colour = _COLOURS[speaker]
            line = f"\x1b[{colour}m{label}{text if not speaker else ''}\x1b[0m{text if speaker else ''}"
        else:
            line = label + text
        self._out.write(line + "\n")
        self._out.flush()


def to_terminal(environment: Mapping[str, str]) -> Screen:
    """Return a screen on standard output."""
    return Screen(sys.stdout, environment)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
