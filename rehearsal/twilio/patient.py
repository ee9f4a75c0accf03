"""A patient's phone that the clinic rings: somebody answers, a machine does, or nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from rehearsal.twilio.callee import Answers
from rehearsal.twilio.dictionary import Notice, TwilioError
from rehearsal.twilio.line import Line
from rehearsal.twilio.media_stream import Talk
from rehearsal.twilio.phone_call import REAL_TIME, PhoneCall
from rehearsal.twilio.switchboard import OnTheLine, Order
from rehearsal.twilio.twiml import Request
from rehearsal.twilio.webhook import Webhooks

ANSWERED_BY = {"human": "human", "machine": "machine_end_beep"}
"""AnsweredBy of Twilio's answering-machine detection with DetectMessageEnd."""


class PatientsPhone:
    """Takes orders of the switchboard, one call each."""

    def __init__(
        self,
        account_sid: str,
        webhooks: Webhooks,
        talk: Talk,
        tell: Callable[[str], None],
        *,
        answers: Answers = "human",
        frame_seconds: float = REAL_TIME,
    ) -> None:
        self.answers = answers
        self.notices: list[Notice] = []
        self.calls: list[PhoneCall] = []
        self._account_sid, self._webhooks = account_sid, webhooks
        self._talk, self._tell, self._frame_seconds = talk, tell, frame_seconds
        self._ringing: set[asyncio.Task[None]] = set()

    def ring(self, order: Order, on_the_line: dict[str, OnTheLine]) -> None:
        """Ring; what comes of it goes its own way."""
        task = asyncio.get_running_loop().create_task(self._ring(order, on_the_line))
        self._ringing.add(task)
        task.add_done_callback(self._ringing.discard)

    async def over(self) -> None:
        """Wait until nothing rings and nobody talks any more; raises what a call raised."""
        while self._ringing:
            await asyncio.gather(*self._ringing)

    async def _ring(self, order: Order, on_the_line: dict[str, OnTheLine]) -> None:
        line = Line(
            order.url, order.caller, order.to, self._account_sid, order.status_url, direction="outbound-api"
        )
        call = PhoneCall(line, self._webhooks, self._talk, self._tell, frame_seconds=self._frame_seconds)
        call.call_sid = order.call_sid
        on_the_line[order.call_sid] = call
        if self.answers not in ANSWERED_BY:
            self._tell(f"{order.to} is rung: {self.answers}")
            call.end(self.answers)
            await self._notify(order.status_url, line.parameters(order.call_sid, self.answers))
            return
        self.calls.append(call)
        detected = asyncio.ensure_future(self._detect(order))
        await call.ring()
        await detected
        self.notices.extend(call.notices)

    async def _detect(self, order: Order) -> None:
        found = {
            "AccountSid": self._account_sid,
            "CallSid": order.call_sid,
            "MachineDetectionDuration": "900",
        }
        await self._notify(order.machine_url, {**found, "AnsweredBy": ANSWERED_BY[self.answers]})

    async def _notify(self, url: str, parameters: dict[str, str]) -> None:
        try:
            if url:
                await asyncio.to_thread(self._webhooks.notify, Request(url), parameters)
        except TwilioError as error:
            self.notices.append(error.notice)
