"""One bidirectional media stream, played from Twilio's side, with the caller at its other end.

Every 20 ms a frame of 160 mu-law bytes goes out, silence included, and as much of
what the service sent is played. All times are milliseconds of the stream.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from rehearsal.twilio.dictionary import Notice, TwilioError
from rehearsal.twilio.messages import Outgoing, read
from rehearsal.twilio.mulaw import BYTES_PER_MS, SILENCE
from rehearsal.twilio.pace import Pace, Waiters
from rehearsal.twilio.playback import Playback
from rehearsal.twilio.twiml import Connect
from rehearsal.twilio.wav import Recording

FRAME_MS = 20
FRAME_BYTES = FRAME_MS * BYTES_PER_MS
_UNREAD_LIMIT = 64 * 1024
"""Bytes waiting for a service that does not read, about three seconds of audio."""
_OPEN_TIMEOUT_SECONDS = 5.0
_DIAL_FAILURES: tuple[tuple[type[Exception], int], ...] = (
    (InvalidURI, 31923),
    (InvalidHandshake, 31920),
    (TimeoutError, 31901),
    (ssl.SSLError, 31910),
    (OSError, 31902),
)
"""What dialling raises, the special before the general, and Twilio's code for it."""

Ending = Literal["the caller hung up", "the clinic hung up", "the clinic moved the call", "broken"]
Talk = Callable[["MediaStream"], Awaitable[None]]


class MediaStream:
    """A stream: `open` it, then `run` it with what the caller does; that may `speak`, `press`, `hang_up`."""

    def __init__(self, verb: Connect, call_sid: str, account_sid: str, *, frame_seconds: float) -> None:
        self.url = verb.url
        self.parameters = verb.parameters
        self.stream_sid = "MZ" + secrets.token_hex(16)
        self.playback = Playback()
        self.recording = Recording()
        self.notices: list[Notice] = []
        self.now_ms = 0
        self.agent_began_ms = 0
        """When what the agent says, or said last, began to be heard."""
        self.agent_heard_ms = 0
        """When the agent was heard last; 0 before the first word."""
        self.caller_spoke_ms = 0
        """When the caller's last word ended; 0 before the first."""
        self.cut_off_ms = 0.0
        """How much of the agent's words the service cut off by closing too early."""
        self._outgoing = Outgoing(self.stream_sid, call_sid, account_sid)
        self._pace = Pace(frame_seconds)
        self._waiters = Waiters()
        self._speech = bytearray()
        self._digits: list[str] = []
        self._hung_up = False
        self._socket: ClientConnection

    @property
    def speaking(self) -> bool:
        """Whether the caller is."""
        return bool(self._speech)

    @property
    def quiet_ms(self) -> int:
        """How long neither side has been heard."""
        if self.speaking or not self.playback.idle:
            return 0
        return self.now_ms - max(self.agent_heard_ms, self.caller_spoke_ms)

    def speak(self, mulaw: bytes) -> None:
        """Say this after what is still to be said."""
        self._speech += mulaw

    def press(self, digit: str) -> None:
        """Press a key."""
        self._digits.append(digit)

    def hang_up(self) -> None:
        """End the call: `stop` is sent and the socket closed."""
        self._hung_up = True

    async def wait(self, milliseconds: int) -> None:
        """Let that much of the stream's time pass."""
        await self._waiters.wait(self.now_ms + milliseconds)

    async def open(self, signature: str, more_headers: Mapping[str, str] | None = None) -> None:
        """Dial the service; `signature` is of the stream's address.

        Raises TwilioError 31901, 31902, 31910, 31920 or 31923.
        """
        try:
            self._socket = await connect(
                self.url,
                additional_headers={"X-Twilio-Signature": signature, **(more_headers or {})},
                user_agent_header="TwilioMediaStreams/1.0",
                compression=None,
                proxy=None,
                open_timeout=_OPEN_TIMEOUT_SECONDS,
                ping_interval=None,
                write_limit=2 * _UNREAD_LIMIT,
            )
        except tuple(kind for kind, _ in _DIAL_FAILURES) as error:
            code = next(code for kind, code in _DIAL_FAILURES if isinstance(error, kind))
            raise TwilioError(code, f"{self.url} ({error or type(error).__name__})") from error

    async def run(self, talk: Talk) -> Ending:
        """Hold the call until a side hangs up; `talk` returning hangs up too."""
        async with self._socket:
            await self._socket.send(self._outgoing.connected())
            await self._socket.send(self._outgoing.start(self.parameters))
            receiving = asyncio.ensure_future(self._receive())
            talking = asyncio.ensure_future(talk(self))
            # Both begin before the first frame, so that what the caller does at 0 ms is in it.
            await asyncio.sleep(0)
            try:
                await self._send_frames(receiving, talking)
            finally:
                await _cancel(talking)
                ending = await self._end(receiving)
        return ending

    async def _send_frames(self, *others: asyncio.Future[None]) -> None:
        try:
            while not self._hung_up and not any(other.done() for other in others):
                await self._frame()
                await self._pace.tick()
        except ConnectionClosed:
            # The service closed between two frames; `_end` looks at how.
            await asyncio.wait(others[:1])

    async def _frame(self) -> None:
        caller = bytes(self._speech[:FRAME_BYTES])
        del self._speech[:FRAME_BYTES]
        played = self.playback.advance(FRAME_MS)
        caller_heard = caller.ljust(FRAME_BYTES, bytes([SILENCE]))
        self.recording.add(caller_heard, played.audio)
        await self._send_media(caller_heard)
        while self._digits:
            await self._socket.send(self._outgoing.dtmf(self._digits.pop(0)))
        await self._return_marks(played.marks)
        self._note_who_spoke(caller=bool(caller), agent=played.audible)
        self.now_ms += FRAME_MS
        self._waiters.wake(self.now_ms)

    async def _send_media(self, mulaw: bytes) -> None:
        if self._socket.transport.get_write_buffer_size() > _UNREAD_LIMIT:
            self._notice(31930, f"{FRAME_MS} ms at {self.now_ms} ms")
            return
        await self._socket.send(self._outgoing.media(mulaw, self.now_ms))

    def _note_who_spoke(self, *, caller: bool, agent: bool) -> None:
        now = self.now_ms + FRAME_MS
        if caller:
            self.caller_spoke_ms = now
        if agent:
            if self.agent_heard_ms < self.now_ms or not self.agent_heard_ms:
                self.agent_began_ms = self.now_ms
            self.agent_heard_ms = now

    async def _receive(self) -> None:
        async for message in self._socket:
            try:
                received = read(message, self.stream_sid)
            except TwilioError as error:
                self.notices.append(error.notice)
            else:
                await self._return_marks(self.playback.receive(received))

    async def _return_marks(self, names: list[str]) -> None:
        for name in names:
            await self._socket.send(self._outgoing.mark(name))

    async def _end(self, receiving: asyncio.Future[None]) -> Ending:
        if not receiving.done() and await self._stop():
            await _cancel(receiving)
            return "the caller hung up"
        await asyncio.wait([receiving])
        error = receiving.exception()
        if error is not None and not isinstance(error, ConnectionClosed):
            raise error
        self.cut_off_ms = self.playback.buffered_ms
        return self._closing()

    async def _stop(self) -> bool:
        """Say that the call is over; False if the service closed first."""
        try:
            await self._socket.send(self._outgoing.stop())
        except ConnectionClosed:
            return False
        return True

    def _closing(self) -> Ending:
        """Judge how the service ended the stream: 1000 and 1001 are meant, all else is an accident."""
        received, sent = self._socket.protocol.close_rcvd, self._socket.protocol.close_sent
        if received is not None and received.code in (1000, 1001):
            return "the clinic hung up"
        if received is not None:
            self._notice(31903, f"closed with {received.code} {received.reason}".rstrip())
        elif sent is not None:
            self._notice(31924, sent.reason or f"closed with {sent.code}")
        else:
            self._notice(31903, "the connection was lost without a close")
        return "broken"

    def _notice(self, code: int, detail: str) -> None:
        self.notices.append(Notice(code, detail))


async def _cancel(task: asyncio.Future[None]) -> None:
    """Cancel, and let what the task itself raised come out."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()
