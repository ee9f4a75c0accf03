"""A Firestore that answers as it is told, on loopback: for what the emulator never does."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from google.cloud.firestore import Client, WriteBatch
from google.cloud.firestore_v1.types import (
    BatchGetDocumentsRequest,
    BatchGetDocumentsResponse,
    CommitRequest,
    CommitResponse,
    RunQueryRequest,
    RunQueryResponse,
    WriteResult,
)

from clinic.adapters.cloud import firestore as cloud

SERVICE = "google.firestore.v1.Firestore"


class Unwilling:
    """Answers each commit with the next code, breaks off each query with it, and gets no document."""

    def __init__(self) -> None:
        self.codes: Iterator[str] = iter(())
        """Names of gRPC's status codes, such as ABORTED."""
        self.commits: list[CommitRequest] = []
        self.queries: list[RunQueryRequest] = []
        self.silent = False
        self.over = Event()

    def commit(self, request: CommitRequest, context: grpc.ServicerContext) -> CommitResponse:
        self.commits.append(request)
        if self.silent:
            self.over.wait(10)
        code = grpc.StatusCode[next(self.codes)]
        if code is not grpc.StatusCode.OK:
            context.abort(code, "as told")
        return CommitResponse()

    def query(self, request: RunQueryRequest, context: grpc.ServicerContext) -> Iterator[RunQueryResponse]:
        self.queries.append(request)
        found = {"name": f"{request.parent}/cells/one", "fields": {"holder": {"string_value": "call-1"}}}
        instant = {"seconds": 1}
        yield RunQueryResponse(
            document={**found, "create_time": instant, "update_time": instant}, read_time=instant
        )
        code = grpc.StatusCode[next(self.codes)]
        if code is not grpc.StatusCode.OK:
            context.abort(code, "as told")

    def get(
        self, request: BatchGetDocumentsRequest, context: grpc.ServicerContext
    ) -> Iterator[BatchGetDocumentsResponse]:
        for name in request.documents:
            yield BatchGetDocumentsResponse(missing=name, read_time={"seconds": 1})


@pytest.fixture
def unwilling(monkeypatch: pytest.MonkeyPatch) -> Iterator[Unwilling]:
    told, pool = Unwilling(), ThreadPoolExecutor(4)
    methods = {
        "Commit": grpc.unary_unary_rpc_method_handler(
            told.commit, CommitRequest.deserialize, CommitResponse.serialize
        ),
        "BatchGetDocuments": grpc.unary_stream_rpc_method_handler(
            told.get, BatchGetDocumentsRequest.deserialize, BatchGetDocumentsResponse.serialize
        ),
    }
    methods["RunQuery"] = grpc.unary_stream_rpc_method_handler(
        told.query, RunQueryRequest.deserialize, RunQueryResponse.serialize
    )
    server = grpc.server(pool)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{port}")
    yield told
    told.over.set()
    server.stop(None).wait(5)
    pool.shutdown()


@pytest.fixture
def unwillingly(unwilling: Unwilling) -> Iterator[Client]:
    """The client of that Firestore."""
    client = Client(project="unwilling")
    yield client
    client._firestore_api.transport.close()


@pytest.fixture
def client(firestore: Any) -> Client:
    """The client of an empty store in the emulator."""
    return cloud.client(firestore.settings)


@pytest.fixture
def replies_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each commit is done, its reply is lost, and gRPC sends it again."""
    commit = cloud.commit

    def commit_and_again(batch: WriteBatch) -> list[WriteResult]:
        writes = list(batch._write_pbs)
        commit(batch)
        batch._write_pbs = writes
        return commit(batch)

    monkeypatch.setattr(cloud, "commit", commit_and_again)


@pytest.fixture
def instances(client: Client) -> list[Client]:
    """Two clients of that store, as two processes have them, each with a channel of its own."""
    assert os.environ["FIRESTORE_EMULATOR_HOST"]
    return [Client(project=client.project) for _ in range(2)]
