"""One call as Twilio handles it: ring, follow the TwiML verb by verb, be moved by REST, end."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from rehearsal.twilio import twiml
from rehearsal.twilio.callee import Callee, dial
from rehearsal.twilio.dictionary import Notice, TwilioError
from rehearsal.twilio.line import Line
from rehearsal.twilio.media_stream import Ending, MediaStream, Talk
from rehearsal.twilio.twiml import Request, Verb
from rehearsal.twilio.webhook import Webhooks

MOST_DOCUMENTS = 20
"""A call that is sent on more often than this is going round in circles."""
REAL_TIME = 0.020
"""Seconds between two frames."""

STAFF = Callee()
"""Who answers when the clinic puts a caller through."""

Next = list[Verb] | None
"""The verbs that replace what is left of the document, or None to go on with it."""


class PhoneCall:
    """A call: `ring` it once. `talk` is what the caller does on a stream; `tell` is told of progress."""

    def __init__(
        self,
        line: Line,
        webhooks: Webhooks,
        talk: Talk,
        tell: Callable[[str], None],
        *,
        staff: Callee = STAFF,
        frame_seconds: float = REAL_TIME,
    ) -> None:
        self.call_sid = "CA" + secrets.token_hex(16)
        self.notices: list[Notice] = []
        """What Twilio's debugger would show afterwards."""
        self.stream: MediaStream | None = None
        """The last stream."""
        self.ending: Ending | None = None
        """How that ended."""
        self.rejected = False
        self._line, self._webhooks = line, webhooks
        self._talk, self._tell, self._staff = talk, tell, staff
        self._frame_seconds = frame_seconds
        self._status = "ringing"
        self._documents = 0
        self._moved: list[Verb] | None = None
        self._recordings: list[tuple[str, str]] = []

    @property
    def up(self) -> bool:
        """Whether the call is still going on."""
        return self._status in ("ringing", "in-progress")

    @property
    def status(self) -> str:
        """Twilio's CallStatus."""
        return self._status

    def hang_up(self) -> None:
        """The caller hangs up, or the clinic does by REST."""
        self.end("completed")

    def end(self, status: str) -> None:
        """End with that CallStatus: `no-answer` where nobody took a call of ours."""
        self._status = status
        if self.stream:
            self.stream.hang_up()

    def move(self, document: str) -> None:
        """Follow other TwiML from now on: what the call's resource is updated with."""
        try:
            self._moved = twiml.read_twiml(document, "")
        except TwilioError as error:
            self.notices.append(error.notice)
            self._moved = []
        if self.stream:
            self.stream.hang_up()

    def record(self, status_url: str) -> str:
        """Record from now on; return the recording's sid. `status_url` is told when it is complete."""
        self._recordings.append(("RE" + secrets.token_hex(16), status_url))
        return self._recordings[-1][0]

    async def ring(self) -> None:
        """Make the call, until it has ended.

        Raises NobodyAnswers, WebhookRefused or TwilioError where the call was not
        even taken. What goes wrong later is in `notices`, as a caller would have met it.
        """
        if self._line.direction == "outbound-api":
            self._answer()
        verbs = await self._fetch(Request(self._line.voice_url))
        try:
            await self._follow(verbs)
        except TwilioError as error:
            self.notices.append(error.notice)
            self._tell("Twilio says: an application error has occurred. Goodbye.")
        self._status = "completed"
        await self._tell_the_end()

    async def _tell_the_end(self) -> None:
        if self._line.status_url:
            await self._notify(
                Request(self._line.status_url), self._line.parameters(self.call_sid, self._status)
            )
        for sid, status_url in self._recordings:
            told = {"RecordingSid": sid, "RecordingStatus": "completed", "RecordingDuration": "1"}
            ids = {"AccountSid": self._line.account_sid, "CallSid": self.call_sid}
            await self._notify(Request(status_url), {**ids, **told})

    async def _notify(self, request: Request, parameters: dict[str, str]) -> None:
        try:
            await asyncio.to_thread(self._webhooks.notify, request, parameters)
        except TwilioError as error:
            self.notices.append(error.notice)

    async def _follow(self, verbs: list[Verb]) -> None:
        left = deque(verbs)
        while left and self.up:
            verb = left.popleft()
            replaced = await _HANDLERS[type(verb)](self, verb)
            if self._moved is not None:
                replaced, self._moved = self._moved, None
            if replaced is not None:
                left = deque(replaced)

    async def _fetch(self, request: Request, **more: str) -> list[Verb]:
        self._documents += 1
        if self._documents > MOST_DOCUMENTS:
            raise TwilioError(11200, f"sent on more than {MOST_DOCUMENTS} times")
        parameters = self._line.parameters(self.call_sid, self._status)
        answer = await asyncio.to_thread(self._webhooks.fetch, request, {**parameters, **more})
        self._tell(f"{request.url} answered in {answer.milliseconds:.0f} ms")
        return twiml.read_twiml(answer.text, request.url) if answer.text.strip() else []

    async def _say(self, verb: twiml.Say) -> Next:
        self._answer()
        self._tell(f"Twilio says: {verb.text}")
        return None

    async def _play(self, verb: twiml.Play) -> Next:
        self._answer()
        self._tell(f"Twilio plays {verb.url}")
        return None

    async def _pause(self, verb: twiml.Pause) -> Next:
        await asyncio.sleep(verb.seconds * self._frame_seconds / REAL_TIME)
        return None

    async def _connect(self, verb: twiml.Connect) -> Next:
        self._answer()
        self.stream = MediaStream(
            verb, self.call_sid, self._line.account_sid, frame_seconds=self._frame_seconds
        )
        await self._hold(verb, self.stream)
        if self._moved is not None:
            return None
        # Also after the caller hung up: then nobody is there to follow the answer.
        return await self._fetch(verb.action) if verb.action else None

    async def _hold(self, verb: twiml.Connect, stream: MediaStream) -> None:
        """Hold the stream until it ends; one that fails is noted, and Connect is over."""
        try:
            await stream.open(self._webhooks.signature(stream.url, {}))
        except TwilioError as error:
            self.ending = "broken"
            self.notices.append(error.notice)
            await self._stream_status(verb, "stream-error", StreamError=str(error))
            return
        self._tell(f"media stream {stream.url}")
        await self._stream_status(verb, "stream-started")
        try:
            self.ending = await stream.run(self._talk)
        finally:
            self.notices.extend(stream.notices)
        if self.ending == "the caller hung up" and self._moved is not None:
            self.ending = "the clinic moved the call"
        if self.ending == "the caller hung up":
            self._status = "completed"
        await self._stream_status(verb, "stream-stopped")

    async def _stream_status(self, verb: twiml.Connect, event: str, **more: str) -> None:
        if verb.status_callback is None or self.stream is None:
            return
        parameters = {
            "AccountSid": self._line.account_sid,
            "CallSid": self.call_sid,
            "StreamSid": self.stream.stream_sid,
            "StreamName": self.stream.stream_sid,
            "StreamEvent": event,
            "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            **more,
        }
        await self._notify(verb.status_callback, parameters)

    async def _dial(self, verb: twiml.Dial) -> Next:
        """Put the caller through, if somebody answers."""
        self._answer()
        parameters = self._line.parameters(self.call_sid, self._status)
        dialled = await dial(verb, self._staff, self._webhooks, parameters, self._tell)
        return await self._fetch(verb.action, **dialled) if verb.action else None

    async def _gather(self, verb: twiml.Gather) -> Next:
        """The rehearsed caller presses no key here."""
        self._answer()
        for text in verb.says:
            self._tell(f"Twilio says: {text}")
        return None

    async def _hang_up(self, _: twiml.Hangup) -> Next:
        self._tell("the clinic hung up")
        return []

    async def _reject(self, verb: twiml.Reject) -> Next:
        self.rejected = True
        self._tell(f"the clinic rejected the call: {verb.reason}")
        return []

    async def _redirect(self, verb: twiml.Redirect) -> Next:
        return await self._fetch(verb.request)

    def _answer(self) -> None:
        if self._status == "ringing":
            self._status = "in-progress"


_HANDLERS: dict[type, Callable[[PhoneCall, Any], Awaitable[Next]]] = {
    twiml.Say: PhoneCall._say,
    twiml.Play: PhoneCall._play,
    twiml.Pause: PhoneCall._pause,
    twiml.Gather: PhoneCall._gather,
    twiml.Connect: PhoneCall._connect,
    twiml.Dial: PhoneCall._dial,
    twiml.Hangup: PhoneCall._hang_up,
    twiml.Reject: PhoneCall._reject,
    twiml.Redirect: PhoneCall._redirect,
}
