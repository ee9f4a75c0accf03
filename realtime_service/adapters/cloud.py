"""Google Cloud for the service: Firestore and Pub/Sub, natively asynchronous where a caller waits."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import Any

from google.api_core.exceptions import DeadlineExceeded, NotFound
from google.auth.exceptions import DefaultCredentialsError
from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcAsyncIOTransport
from google.pubsub_v1 import PublisherAsyncClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport

from clinic.adapters.cloud import calls, firestore, ledger, patients, pubsub
from clinic.adapters.cloud.passing import PASSING
from clinic.contracts.tool_call import Result
from clinic.ports import Ledger
from clinic.settings import Settings
from realtime_service.adapters.answers import Answers
from realtime_service.adapters.connections import OPTIONS, Connections, loopback
from realtime_service.adapters.threads import CallLogInThreads, LedgerInThreads, Threads
from realtime_service.ports import NoConnection, Ports

PUBLISH_ATTEMPT_SECONDS = 1.0
PUBLISH_SECONDS = 10.0
"""Of all attempts together; a tool call's deadline comes before."""
_PAUSE_SECONDS = 0.1
_CONNECT_SECONDS = 5.0


class CloudToolCallLedger(LedgerInThreads):
    """Implements `ToolCallLedger`."""

    def __init__(self, threads: Threads, ledger: Ledger, answers: Answers) -> None:
        super().__init__(threads, ledger)
        self._answers = answers

    async def answer(self, tool_call_id: str) -> Result:
        """Listen for the answer until it is there."""
        return await self._answers.wait(tool_call_id)


class CloudPublisher:
    """Implements `Publisher`: one request a message; a connection that falls silent is replaced."""

    def __init__(self, connections: Connections[PublisherAsyncClient], project: str) -> None:
        self._connections, self._project = connections, project

    async def publish(
        self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = ""
    ) -> None:
        """Put a message on the bus; perhaps twice, where a reply was lost: readers know it by its id.

        Raises TimeoutError where Pub/Sub took it in none of the attempts.
        """
        request = pubsub.request(self._project, topic, data, attributes, ordering_key)
        async with asyncio.timeout(PUBLISH_SECONDS):
            while not await self._accepted(request):
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _accepted(self, request: Any) -> bool:
        async with self._connections.use() as connection:
            try:
                await connection.client.publish(request, retry=None, timeout=PUBLISH_ATTEMPT_SECONDS)
            except NotFound as error:
                raise LookupError(f"there is no topic {request.topic}") from error
            except DeadlineExceeded:
                self._connections.give_up(connection)
                return False
            except PASSING:
                return False
        return True


def open_ports(settings: Settings) -> Ports:
    """Open Firestore and Pub/Sub. Raises NoConnection where there are no credentials or no project."""
    try:
        store, project = firestore.client(settings), pubsub.project_of(settings)
    except (DefaultCredentialsError, OSError) as error:
        raise NoConnection(f"STORE={settings.store!r}: {error}") from error
    threads = Threads()
    answering = Connections(_firestore_channel, _firestore_client)
    publishing = Connections(_pubsub_channel, _pubsub_client)
    database = f"projects/{store.project}/databases/{store._database}"

    async def warm() -> None:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await asyncio.gather(answering.warm(), publishing.warm())
        except TimeoutError:
            raise NoConnection("Firestore and Pub/Sub can not be reached") from None

    return Ports(
        CallLogInThreads(threads, calls.open_port(settings), patients.open_port(settings)),
        CloudToolCallLedger(threads, ledger.open_port(settings), Answers(answering, database)),
        CloudPublisher(publishing, project),
        warm,
    )


def _firestore_channel() -> Any:
    emulator = os.environ.get("FIRESTORE_EMULATOR_HOST")
    if emulator:
        return loopback(emulator)
    return FirestoreGrpcAsyncIOTransport.create_channel(options=OPTIONS)


def _firestore_client(channel: Any) -> FirestoreAsyncClient:
    return FirestoreAsyncClient(transport=FirestoreGrpcAsyncIOTransport(channel=channel))


def _pubsub_channel() -> Any:
    emulator = os.environ.get(pubsub.EMULATOR)
    if emulator:
        return loopback(emulator)
    return PublisherGrpcAsyncIOTransport.create_channel(options=OPTIONS)


def _pubsub_client(channel: Any) -> PublisherAsyncClient:
    return PublisherAsyncClient(transport=PublisherGrpcAsyncIOTransport(channel=channel))
