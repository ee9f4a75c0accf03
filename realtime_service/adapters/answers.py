"""Hears the answer of a tool call from Firestore: a short listen on its one document, and a safety read.

The listen alone may miss an answer or fall silent with its connection, and the read alone is
slow; together they lost none, in any way we could break the connection.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import structlog
from google.api_core.exceptions import DeadlineExceeded, GoogleAPICallError, NotFound
from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient
from google.cloud.firestore_v1.types import Document, GetDocumentRequest, ListenRequest, Target

from clinic.adapters.cloud.firestore import document_id
from clinic.adapters.cloud.passing import PASSING
from clinic.contracts.tool_call import Result
from realtime_service.adapters.connections import LONGEST_SILENCE_SECONDS, Connection, Connections

_log = structlog.get_logger("clinic")

MOST_LISTENS = 80
"""Google's servers take 100 streams a connection; those beyond wait without a word."""
MOST_READS = 16
FIRST_READ_SECONDS, SLOWER, LONGEST_PAUSE_SECONDS = 0.15, 1.5, 1.0
_HANG_UP_SECONDS = 1.0


class _Silent(Exception):
    """A read got no reply: the connection is dead, or as good as dead."""


class Answers:
    """Waits for the answers of one database."""

    def __init__(self, connections: Connections[FirestoreAsyncClient], database: str) -> None:
        """`database` is its full name, projects/…/databases/…."""
        self._connections, self._database = connections, database
        # The emulator wants an owner as well; Google's own servers are told one by the channel.
        owner = [("authorization", "Bearer owner")] if os.environ.get("FIRESTORE_EMULATOR_HOST") else []
        self._metadata = [("google-cloud-resource-prefix", database), *owner]
        self._listens, self._reads = 0, asyncio.Semaphore(MOST_READS)
        self._hanging_up: set[asyncio.Task[None]] = set()

    async def wait(self, tool_call_id: str) -> Result:
        """Return the answer, once it is there; the caller of this method sets the deadline."""
        document = f"{self._database}/documents/tool_answers/{document_id(tool_call_id)}"
        began, connections = time.monotonic(), 0
        while True:
            connections += 1
            async with self._connections.use() as connection:
                try:
                    result, by = await self._first(connection, document)
                except _Silent:
                    self._connections.give_up(connection)
                    continue
            waited = round((time.monotonic() - began) * 1000, 1)
            _log.info("? heard", by=by, ms=waited, connections=connections, tool_call_id=tool_call_id)
            return result

    async def _first(self, connection: Connection[FirestoreAsyncClient], document: str) -> tuple[Result, str]:
        listening = asyncio.create_task(self._listen(connection.client, document))
        reading = asyncio.create_task(self._read_until_there(connection.client, document))
        try:
            await asyncio.wait({listening, reading}, return_when=asyncio.FIRST_COMPLETED)
            heard = listening.result() if listening.done() else None
            return (heard, "listen") if heard else (await reading, "read")
        finally:
            listening.cancel()
            reading.cancel()
            await asyncio.gather(listening, reading, return_exceptions=True)

    async def _listen(self, client: FirestoreAsyncClient, document: str) -> Result | None:
        """Return the answer as soon as it is written, or None where the stream breaks off or has no place."""
        if self._listens >= MOST_LISTENS:
            return None
        self._listens += 1
        over = asyncio.Event()
        stream: Any = None
        try:
            stream = await client.listen(self._ask(document, over), metadata=self._metadata, retry=None)
            async for response in stream:
                # None: the emulator sometimes sends what nobody can decode.
                if response is None:
                    return None
                changed = response.document_change.document
                if changed.name == document:
                    return _result(changed)
        except GoogleAPICallError as error:
            _log.debug("? listening broke off", fault=type(error).__name__)
        finally:
            hanging_up = asyncio.create_task(self._hang_up(stream, over))
            self._hanging_up.add(hanging_up)
            hanging_up.add_done_callback(self._hanging_up.discard)
        return None

    async def _hang_up(self, stream: Any, over: asyncio.Event) -> None:
        # Say that this was all, and let the server close: it would fail others' commits, the emulator
        # at least, on meeting a stream that was cancelled under its hands.
        over.set()
        try:
            if stream is not None:
                async with asyncio.timeout(_HANG_UP_SECONDS):
                    async for _ in stream:
                        pass
        except (TimeoutError, GoogleAPICallError):
            stream.cancel()
        finally:
            self._listens -= 1

    async def _ask(self, document: str, over: asyncio.Event) -> AsyncIterator[ListenRequest]:
        target = Target(documents=Target.DocumentsTarget(documents=[document]), target_id=1)
        yield ListenRequest(database=self._database, add_target=target)
        await over.wait()

    async def _read_until_there(self, client: FirestoreAsyncClient, document: str) -> Result:
        pause = FIRST_READ_SECONDS
        while True:
            await asyncio.sleep(pause)
            pause = min(pause * SLOWER, LONGEST_PAUSE_SECONDS)
            async with self._reads:
                found = await self._read(client, document)
            if found:
                return found

    async def _read(self, client: FirestoreAsyncClient, document: str) -> Result | None:
        try:
            request = GetDocumentRequest(name=document)
            found = await client.get_document(
                request, metadata=self._metadata, retry=None, timeout=LONGEST_SILENCE_SECONDS
            )
        except NotFound:
            return None
        except DeadlineExceeded as error:
            raise _Silent from error
        except PASSING as error:
            _log.debug("? reading failed", fault=type(error).__name__)
            return None
        return _result(found)


def _result(answer: Document) -> Result:
    return msgspec.json.decode(answer.fields["result"].string_value, type=Result)
