"""A media socket that takes in no more than a caller can say, and keeps nothing for a peer who does not read.

The library reads as fast as it is sent to, answers each ping, and waits for whoever is silent. Twilio
sends 50 messages of about 400 bytes a second, a page 50 of 640; both are bursts after a hold-up.
What is sent leaves at once.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.protocol import OPEN

FRAMES_A_SECOND, MOST_FRAMES_AT_ONCE = 250.0, 1500.0
BYTES_A_SECOND, MOST_BYTES_AT_ONCE = 160 * 1024.0, 768 * 1024.0
"""What is taken for good, and what may come at once: half a minute of Twilio's held up on the way."""
MOST_UNREAD = 1024 * 1024
"""Bytes written that the peer has not taken: answers to its pings, above all."""
_CLOSED_WITHIN_SECONDS = 1.0
_POLICY_VIOLATION = 1008


class Allowance:
    """A token bucket: so much a second, and so much at once."""

    def __init__(self, a_second: float, at_once: float, now: float) -> None:
        """`now` is any clock's, in seconds."""
        self._a_second, self._at_once = a_second, at_once
        self._left, self._since = at_once, now

    def takes(self, amount: float, now: float) -> bool:
        """Take so much off; False where it is more than is left."""
        self._left = min(self._at_once, self._left + (now - self._since) * self._a_second) - amount
        self._since = now
        return self._left >= 0


class CarefulConnection(ServerConnection):
    """Fails a connection with 1008 where too much comes, and cuts off one where too much goes unread."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to count, and let no message wait for the one before to be acknowledged.

        asyncio sets TCP_NODELAY only where a socket names its protocol, and those that a listener of
        `socket.create_server` accepts name none. A `clear` so waited for the peer's next frame.
        """
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        now = self.loop.time()
        self._frames = Allowance(FRAMES_A_SECOND, MOST_FRAMES_AT_ONCE, now)
        self._bytes = Allowance(BYTES_A_SECOND, MOST_BYTES_AT_ONCE, now)

    def data_received(self, data: bytes) -> None:
        """Take in what came, unless it is too much."""
        if not self._bytes.takes(len(data), self.loop.time()):
            self._too_much()
        super().data_received(data)
        if self.transport.get_write_buffer_size() > MOST_UNREAD:
            self.transport.abort()

    def process_event(self, event: Any) -> None:
        """Take a frame, of whatever kind, unless it is one too many."""
        if not self._frames.takes(1, self.loop.time()):
            self._too_much()
        super().process_event(event)

    def _too_much(self) -> None:
        if self.protocol.state is OPEN:
            self.protocol.fail(_POLICY_VIOLATION, "more than a caller can say")
            self.send_data()
            # A peer that goes on sending may never close its side.
            self.loop.call_later(_CLOSED_WITHIN_SECONDS, self.transport.abort)
