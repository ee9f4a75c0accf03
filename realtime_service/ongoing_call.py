"""What can change about a call while it goes on, and whom that concerns."""

from __future__ import annotations

from clinic.contracts.call_record import CallNotes, CallRecord
from clinic.directory import Clinic
from realtime_service.ports import CallLog
from realtime_service.tool_calls import ToolCalls


class OngoingCall:
    """One call as the live tools see it."""

    def __init__(self, record: CallRecord, clinic: Clinic, call_log: CallLog, tool_calls: ToolCalls) -> None:
        self.call_id = record.call_id
        self.language = record.language
        """BCP-47 primary subtag, one of the clinic's."""
        self.clinic = clinic
        self._call_log, self._tool_calls = call_log, tool_calls

    async def switch_language(self, language: str) -> None:
        """Go on in a language: in later tool calls, and so in what is mailed, and in the record."""
        self.language = self._tool_calls.language = language
        await self._call_log.note(CallNotes(call_id=self.call_id, language=language))
