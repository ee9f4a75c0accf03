"""The caller's part in a call: listens until the agent has finished, thinks for a moment, answers.

Twilio knows no words. What the agent said is read in the clinic's own call log,
and answered only when it was played to the end.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Literal

from rehearsal.caller.call_log_view import CallLogView, ToolCallRow, Turn
from rehearsal.caller.screen import Screen
from rehearsal.caller.script import Caller
from rehearsal.twilio import mulaw
from rehearsal.twilio.media_stream import MediaStream

_LOOKS_EVERY_MS = 100
_THINKS_MS = 400
"""A person answers a question after about half a second."""
_GIVES_UP_AFTER_MS = 30_000
"""Silence after which nobody stays on the line."""

Speak = Callable[[str], bytes]
"""Text in; signed 16-bit little-endian mono PCM, 8000 samples a second, out."""
End = Literal["", "done", "silence"]


class Conversation:
    """What a caller does on one call. `talk` is to be run while the media stream is open."""

    def __init__(self, caller: Caller, log: CallLogView, speak: Speak, screen: Screen) -> None:
        self.call_id = ""
        self.end: End = ""
        """Why the caller hung up; empty if the clinic did."""
        self.waits_ms: list[int] = []
        """From the end of the caller's words to the agent's first sound, turn by turn."""
        self._caller, self._log, self._speak, self._screen = caller, log, speak, screen
        self._waited_from_ms = 0
        self._last_turn = 0
        self._unshown: deque[Turn] = deque()
        self._unanswered: list[str] = []
        self._said: list[str] = []
        self._shown: list[ToolCallRow] = []

    async def talk(self, line: MediaStream) -> None:
        """Listen and speak until there is nothing more to say, or for 30 s nothing to hear."""
        self.call_id = line.parameters.get("call_id", "")
        while not self.end:
            await line.wait(_LOOKS_EVERY_MS)
            await self.look(line)
            await self._take_turn(line)

    async def look(self, line: MediaStream, *, over: bool = False) -> None:
        """Read what is new in the call log and show it, the agent's words once heard or all is `over`."""
        if not self.call_id:
            return
        turns = await asyncio.to_thread(self._log.turns, self.call_id, self._last_turn)
        # Read after the turns and shown before them: a result is there before it is spoken of.
        for number, row in enumerate(await asyncio.to_thread(self._log.tool_calls, self.call_id)):
            self._show_tool_call(number, row)
        self._unshown += turns
        self._last_turn = turns[-1].number if turns else self._last_turn
        while self._unshown and (over or self._unshown[0].speaker == "caller" or self._heard(line)):
            self._show_turn(self._unshown.popleft(), line)

    def _heard(self, line: MediaStream) -> bool:
        """Whether the agent was, since the caller spoke: the log may be ahead of the loudspeaker."""
        return line.agent_heard_ms > line.caller_spoke_ms

    def _show_turn(self, turn: Turn, line: MediaStream) -> None:
        if turn.speaker == "agent":
            self._unanswered.append(turn.text)
            self._screen.agent(turn.text, self._waited(line))
        else:
            self._screen.heard(turn.text, " ".join(self._said))
            self._said.clear()

    def _waited(self, line: MediaStream) -> int | None:
        """How long the caller waited for the agent's first sound, once in each of the caller's pauses."""
        waited = line.agent_began_ms - line.caller_spoke_ms
        if not line.caller_spoke_ms or waited < 0 or line.caller_spoke_ms == self._waited_from_ms:
            return None
        self._waited_from_ms = line.caller_spoke_ms
        self.waits_ms.append(waited)
        return waited

    def _show_tool_call(self, number: int, row: ToolCallRow) -> None:
        """Show each tool call when it is asked and once more when it is answered."""
        if number == len(self._shown):
            self._shown.append(row)
        elif self._shown[number] == row:
            return
        self._shown[number] = row
        self._screen.tool_call(row)

    async def _take_turn(self, line: MediaStream) -> None:
        if line.speaking:
            return
        words = self._next_line(line)
        if words is not None:
            await self._say(words, line)
        elif self._caller.is_done(line.quiet_ms):
            self.end = "done"
        elif line.quiet_ms >= _GIVES_UP_AFTER_MS:
            self.end = "silence"

    def _next_line(self, line: MediaStream) -> str | None:
        if self._unanswered and self._heard(line) and line.quiet_ms >= _THINKS_MS:
            words = " ".join(self._unanswered)
            self._unanswered.clear()
            answer = self._caller.answer(words)
            if answer is not None:
                return answer
        return self._caller.speak_up(line.quiet_ms)

    async def _say(self, words: str, line: MediaStream) -> None:
        pcm = await asyncio.to_thread(self._speak, words)
        self._screen.caller(words)
        self._said.append(words)
        line.speak(mulaw.encode(pcm))
