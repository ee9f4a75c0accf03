"""Pushes the bus's messages to the functions over HTTP, in the words of a Pub/Sub push subscription."""

from __future__ import annotations

import base64
import http.client
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

from clinic.adapters.embedded.bus import EmbeddedBus, Message
from clinic.contracts.function_table import FunctionTable

_log = structlog.get_logger()
_WORKERS = 16
_LOOK_EVERY_SECONDS = 0.005
_UNDER_WAY_SECONDS = 2.0
ACKNOWLEDGING = (102, 200, 201, 202, 204)
"""The codes that acknowledge a push (cloud.google.com/pubsub/docs/push)."""


class Delivery:
    """Delivers in threads of its own until closed."""

    def __init__(self, bus: EmbeddedBus, table: FunctionTable, port: int) -> None:
        self._bus, self._table, self._port = bus, table, port
        self._closing = threading.Event()
        self._pushing: set[http.client.HTTPConnection] = set()
        self._free = threading.Semaphore(_WORKERS)
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="delivery")
        self._thread = threading.Thread(target=self._run, name="delivery")

    def start(self) -> None:
        """Begin with what an earlier process left undelivered."""
        self._bus.recover()
        self._thread.start()

    def close(self, drain_seconds: float = 0.0) -> None:
        """Stop, first giving messages that long to arrive; the next start delivers what remains."""
        _wait_until(self._bus.is_idle, drain_seconds)
        self._closing.set()
        self._thread.join()
        _wait_until(lambda: not self._pushing, _UNDER_WAY_SECONDS)
        for connection in list(self._pushing):
            # A function that hangs must not hold up the end; its message is due again at the next start.
            if connection.sock:
                connection.sock.shutdown(socket.SHUT_RDWR)
        self._workers.shutdown()

    def _run(self) -> None:
        while not self._closing.is_set():
            messages = self._bus.take_due(_WORKERS)
            for message in messages:
                self._free.acquire()
                self._workers.submit(self._deliver, message).add_done_callback(self._finished)
            if not messages:
                self._closing.wait(_LOOK_EVERY_SECONDS)

    def _deliver(self, message: Message) -> None:
        reason = self._push(message)
        if reason:
            self._bus.fail(message, reason)
        else:
            self._bus.acknowledge(message)

    def _finished(self, delivery: Future[None]) -> None:
        self._free.release()
        fault = delivery.exception()
        if fault is not None:
            # The message stays leased and is due again when the lease ends.
            _log.error("! delivery not settled", fault=type(fault).__name__)

    def _push(self, message: Message) -> str:
        timeout = self._table[message.function].deploy.timeout_seconds
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout)
        self._pushing.add(connection)
        try:
            connection.request(
                "POST", f"/{message.function}", push_body(message), {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            return f"no answer: {type(error).__name__}"
        finally:
            self._pushing.discard(connection)
            connection.close()
        return "" if response.status in ACKNOWLEDGING else f"HTTP {response.status}"


def _wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / _LOOK_EVERY_SECONDS)):
        if is_so():
            return
        pause.wait(_LOOK_EVERY_SECONDS)


def push_body(message: Message) -> bytes:
    """Return the JSON body of a push request, as Pub/Sub writes it (unwrapped delivery is off)."""
    published = datetime.fromtimestamp(message.published_at, UTC).isoformat().replace("+00:00", "Z")
    body: dict[str, Any] = {
        "message": {
            "data": base64.b64encode(message.data).decode(),
            "attributes": message.attributes,
            "messageId": message.id,
            "message_id": message.id,
            "publishTime": published,
            "publish_time": published,
        },
        "subscription": f"projects/local/subscriptions/{message.function}",
        "deliveryAttempt": message.attempts,
    }
    return msgspec.json.encode(body)
