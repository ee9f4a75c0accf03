"""Google's servers say no for a moment, in each of the ways that pass: the caller does not notice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from google.cloud.firestore_v1.types import Document, GetDocumentRequest
from google.pubsub_v1.types import PublishRequest, PublishResponse

from clinic.adapters.cloud import bus
from clinic.adapters.cloud.passing import PASSING
from clinic.settings import Settings
from realtime_service.adapters.cloud import open_ports

SETTINGS = Settings(store="cloud", google_cloud_project="passing")
faults = pytest.mark.parametrize(
    "code", [fault.grpc_status_code for fault in PASSING], ids=lambda it: it.name
)


class NotAtFirst:
    """A Firestore and a Pub/Sub that answer the first request with a code, and the second as they should."""

    def __init__(self) -> None:
        self.code = grpc.StatusCode.OK
        self.asked = 0

    def publish(self, _: PublishRequest, context: grpc.ServicerContext) -> PublishResponse:
        self._refuse_the_first(context)
        return PublishResponse(message_ids=["1"])

    def get(self, request: GetDocumentRequest, context: grpc.ServicerContext) -> Document:
        self._refuse_the_first(context)
        result = '{"success": true, "message": "Done."}'
        return Document(name=request.name, fields={"result": {"string_value": result}})

    def _refuse_the_first(self, context: grpc.ServicerContext) -> None:
        self.asked += 1
        if self.asked == 1:
            context.abort(self.code, "as told")


def handler(service: str, method: str, answer: Callable[..., Any], request: Any, response: Any) -> Any:
    unary = grpc.unary_unary_rpc_method_handler(answer, request.deserialize, response.serialize)
    return grpc.method_handlers_generic_handler(service, {method: unary})


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[NotAtFirst]:
    told, pool = NotAtFirst(), ThreadPoolExecutor(4)
    server = grpc.server(pool)
    server.add_generic_rpc_handlers(
        (
            handler("google.pubsub.v1.Publisher", "Publish", told.publish, PublishRequest, PublishResponse),
            # It knows no listening: the safety read is all there is.
            handler("google.firestore.v1.Firestore", "GetDocument", told.get, GetDocumentRequest, Document),
        )
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    for variable in ("FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"):
        monkeypatch.setenv(variable, f"127.0.0.1:{port}")
    yield told
    server.stop(None).wait(5)
    pool.shutdown()


@faults
async def test_a_tool_call_is_published_again(google: NotAtFirst, code: grpc.StatusCode) -> None:
    google.code = code
    await open_ports(SETTINGS).publisher.publish("book_appointment", b"{}", {})
    assert google.asked == 2


@faults
async def test_an_answer_is_read_again(google: NotAtFirst, code: grpc.StatusCode) -> None:
    google.code = code
    assert (await open_ports(SETTINGS).ledger.answer("call-1-1"))["message"] == "Done."
    assert google.asked == 2


@faults
def test_a_fact_is_published_again(google: NotAtFirst, code: grpc.StatusCode) -> None:
    google.code = code
    bus.open_port(SETTINGS).publish("appointment.booked", b"{}", {})
    assert google.asked == 2
