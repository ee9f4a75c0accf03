"""What can change about a call while it goes on, and whom that concerns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.directory import Clinic
from realtime_service.call_life import CallLife, Limits
from realtime_service.dead_air import DeadAir
from realtime_service.keypad import Entry, Keypad
from realtime_service.ports import CallLog
from realtime_service.tool_calls import ToolCalls

_log = structlog.get_logger("clinic")

_MOST_LAST_WORDS = 200
"""Characters; a word of danger may come in several fragments."""


class OngoingCall:
    """One call as the live tools, and whoever attends to it, see it."""

    def __init__(
        self,
        record: CallRecord,
        clinic: Clinic,
        call_log: CallLog,
        tool_calls: ToolCalls,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.call_id = record.call_id
        self.language = record.language
        """BCP-47 primary subtag, one of the clinic's."""
        self.clinic = clinic
        self.clock = clock
        self.life = CallLife(limits, clock())
        self.dead_air = DeadAir()
        self.keypad = Keypad()
        self.in_danger = False
        """Whether the caller has said one of the clinic's words for danger."""
        self._last_words = ""
        self._call_log, self._tool_calls = call_log, tool_calls
        self._entry: asyncio.Future[Entry] | None = None

    def caller_said(self, fragment: str) -> None:
        """Take a fragment of the caller's words: somebody is there, and may be in danger."""
        if fragment.strip():
            self.life.person(self.clock())
        self._last_words = (self._last_words + fragment)[-_MOST_LAST_WORDS:]
        self.in_danger = self.in_danger or self.clinic.names_danger(self._last_words)

    async def switch_language(self, language: str) -> None:
        """Go on in a language: in later tool calls, and so in what is mailed, and in the record."""
        self.language = self._tool_calls.language = language
        await self._call_log.note(CallNotes(call_id=self.call_id, language=language))

    def end(self, reason: str) -> None:
        """Hang up when the goodbye has been heard, unless the caller goes on."""
        _log.info("= ending", call_id=self.call_id, reason=reason)
        self.life.end(reason, self.clock())

    async def digits(self) -> Entry:
        """Wait for the caller's next entry on the keypad; the caller of this method sets the deadline."""
        self._entry = asyncio.get_running_loop().create_future()
        try:
            return await self._entry
        finally:
            self._entry = None

    def take(self, entry: Entry) -> bool:
        """Give an entry to whoever waits for it; False where nobody does, or where it asks for a human."""
        if entry.wants_human or self._entry is None:
            return False
        with suppress(asyncio.InvalidStateError):
            self._entry.set_result(entry)
        return True
