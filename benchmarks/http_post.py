"""HTTP POSTs on kept connections, beside the event loop: for measuring, so with nothing around them."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Mapping
from typing import Any

import msgspec

_KEPT_SECONDS = 1.0
"""gunicorn closes after two."""


class Poster:
    """Posts to one loopback port; idle connections are used again, while the server keeps them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, body: bytes) -> bytes:
        """Return the answer's body. Raises RuntimeError where its status is not of the 200s."""
        reader, writer = await self._connection()
        head = (
            "POST / HTTP/1.1",
            "Host: here",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        )
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        answer = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            writer.close()
        else:
            self._idle.append((time.monotonic(), reader, writer))
        if " 2" not in lines[0]:
            raise RuntimeError(lines[0])
        return answer

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            since, reader, writer = self._idle.pop()
            if time.monotonic() - since < _KEPT_SECONDS:
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)


class PushingPublisher:
    """Implements the service's `Publisher`: it does at once what Pub/Sub does when it pushes."""

    def __init__(self, posters: Mapping[str, Poster]) -> None:
        """`posters` by topic; what is published to others is forgotten."""
        self._posters = posters
        self._pushing: set[asyncio.Task[bytes]] = set()

    async def publish(
        self,
        topic: str,
        data: bytes,
        attributes: Mapping[str, str],
        ordering_key: str = "",  # noqa: ARG002  what is pushed at once is in order
    ) -> None:
        """Push a message; its acknowledgement is not waited for."""
        if topic not in self._posters:
            return
        pushing = asyncio.create_task(self._posters[topic].post(push_body(topic, data, attributes)))
        self._pushing.add(pushing)
        pushing.add_done_callback(self._pushing.discard)


def push_body(topic: str, data: bytes, attributes: Mapping[str, str]) -> bytes:
    """Return the body of a push request."""
    message: dict[str, Any] = {"data": base64.b64encode(data).decode(), "attributes": dict(attributes)}
    return msgspec.json.encode({"message": {**message, "messageId": "1"}, "subscription": topic})
