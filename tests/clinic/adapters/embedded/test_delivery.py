"""The deliverer pushes to a real HTTP server what Pub/Sub would, and heeds its answer."""

import base64
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clinic.adapters.embedded import bus
from clinic.adapters.embedded.bus import EmbeddedBus
from clinic.adapters.embedded.delivery import Delivery
from clinic.contracts.function_table import DEAD_LETTERS, FunctionTable, load_function_table
from clinic.settings import Settings

TOOL = "book_appointment"
TABLE = load_function_table()
Start = Callable[..., Delivery]


@pytest.fixture
def queue(tmp_path: Path) -> EmbeddedBus:
    return bus.open_port(Settings(local_data=str(tmp_path)))


@pytest.fixture
def start(queue: EmbeddedBus, functions: Any) -> Iterator[Start]:
    """Start to deliver to the functions; it ends with the test."""
    started: list[Delivery] = []

    def begin(port: int = functions.port, table: FunctionTable = TABLE) -> Delivery:
        started.append(Delivery(queue, table, port))
        started[-1].start()
        return started[-1]

    yield begin
    functions.may_answer.set()
    for delivery in started:
        delivery.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead letter within milliseconds instead of three seconds."""
    monkeypatch.setattr(bus, "FIRST_BACKOFF_SECONDS", 0.002)


def attempt(functions: Any) -> int:
    return int(json.loads(functions.push()[2])["deliveryAttempt"])


def data(functions: Any) -> bytes:
    return base64.b64decode(json.loads(functions.push()[2])["message"]["data"])


def until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1000):
        if condition():
            return
        pause.wait(0.005)
    raise AssertionError("it did not come to pass within 5 s")


def test_a_push_is_pub_subs_json_to_the_letter(queue: EmbeddedBus, functions: Any, start: Start) -> None:
    queue.publish(TOOL, b'{"id": "\xe0\xb0\x86"}', {"ce-id": "1"})
    start()
    path, content_type, body = functions.push()
    push = json.loads(body)
    message_id, published = (push["message"][name] for name in ("messageId", "publishTime"))
    assert (path, content_type) == (f"/{TOOL}", "application/json")
    assert push == {
        "message": {
            "data": base64.b64encode(b'{"id": "\xe0\xb0\x86"}').decode(),
            "attributes": {"ce-id": "1"},
            "messageId": message_id,
            "message_id": message_id,
            "publishTime": published,
            "publish_time": published,
        },
        "subscription": f"projects/local/subscriptions/{TOOL}",
        "deliveryAttempt": 1,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", published)


@pytest.mark.parametrize("code", [102, 200, 201, 202, 204])
def test_an_acknowledging_code_settles_a_message(
    queue: EmbeddedBus, functions: Any, start: Start, code: int
) -> None:
    functions.codes.put(code)
    queue.publish(TOOL, b"{}", {})
    start()
    functions.push()
    until(queue.is_idle)
    assert functions.pushes.empty()


@pytest.mark.parametrize("code", [203, 302, 400, 404, 429, 500, 503])
def test_any_other_code_has_the_message_delivered_again(
    queue: EmbeddedBus, functions: Any, start: Start, quick: None, code: int
) -> None:
    functions.codes.put(code)
    queue.publish(TOOL, b"{}", {})
    start()
    attempts = [attempt(functions), attempt(functions)]
    until(queue.is_idle)
    assert (attempts, queue.dead_letters()) == ([1, 2], [])


def test_a_function_that_always_fails_has_the_message_among_the_dead_letters(
    queue: EmbeddedBus, functions: Any, start: Start, quick: None
) -> None:
    for _ in range(5):
        functions.codes.put(500)
    queue.publish(TOOL, b"poison", {"id": "1"})
    start()
    pushes = [functions.push() for _ in range(6)]
    assert [path for path, _, _ in pushes] == [f"/{TOOL}"] * 5 + ["/answer_dead_letter"]
    until(queue.is_idle)
    assert [(letter.data, letter.reason) for letter in queue.dead_letters()] == [(b"poison", "HTTP 500")]


def test_where_nobody_listens_the_reason_is_that_nobody_answered(
    queue: EmbeddedBus, start: Start, quick: None
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    queue.publish(DEAD_LETTERS, b"{}", {})
    start(port)
    until(lambda: len(queue.dead_letters()) == 1)
    assert queue.dead_letters()[0].reason == "no answer: ConnectionRefusedError"


def test_an_answer_broken_off_is_no_answer(
    queue: EmbeddedBus, functions: Any, start: Start, quick: None
) -> None:
    functions.codes.put(0)
    queue.publish(TOOL, b"{}", {})
    start()
    assert [attempt(functions), attempt(functions)] == [1, 2]


def test_a_function_that_takes_longer_than_it_may_is_called_again(
    queue: EmbeddedBus, functions: Any, start: Start, quick: None
) -> None:
    deploy = msgspec.structs.replace(TABLE[TOOL].deploy, timeout_seconds=0.05)
    impatient = FunctionTable((msgspec.structs.replace(TABLE[TOOL], deploy=deploy),))
    functions.may_answer.clear()
    queue.publish(TOOL, b"{}", {})
    start(table=impatient)
    assert [attempt(functions), attempt(functions)] == [1, 2]


def test_a_slow_function_holds_up_no_other(queue: EmbeddedBus, functions: Any, start: Start) -> None:
    functions.may_answer.clear()
    queue.publish(TOOL, b"slow", {})
    start()
    assert functions.push()[0] == f"/{TOOL}"
    queue.publish("log_call_information", b"quick", {})
    assert functions.push()[0] == "/log_call_information"
    assert not queue.is_idle()


def test_every_one_of_many_messages_is_delivered_once(
    queue: EmbeddedBus, functions: Any, start: Start
) -> None:
    start()
    for number in range(40):
        queue.publish(TOOL, b"%d" % number, {})
    bodies = [data(functions) for _ in range(40)]
    until(queue.is_idle)
    assert sorted(map(int, bodies)) == list(range(40))
    assert functions.pushes.empty()


def test_closing_waits_for_what_is_under_way_and_leaves_the_rest_for_the_next_start(
    queue: EmbeddedBus, functions: Any, start: Start
) -> None:
    first = start()
    queue.publish(TOOL, b"under way", {})
    functions.push()
    first.close()
    assert queue.is_idle()
    queue.publish(TOOL, b"later", {})
    assert functions.pushes.empty()
    start()
    assert data(functions) == b"later"


def test_closing_gives_messages_time_to_arrive_if_told_so(
    queue: EmbeddedBus, functions: Any, start: Start
) -> None:
    functions.codes.put(500)
    delivery = start()
    queue.publish(TOOL, b"{}", {})
    delivery.close(drain_seconds=3)
    assert (queue.is_idle(), functions.pushes.qsize()) == (True, 2)


def test_what_a_killed_deliverer_had_in_its_hands_is_delivered_by_the_next(
    queue: EmbeddedBus, functions: Any, start: Start
) -> None:
    queue.publish(TOOL, b"{}", {})
    assert len(queue.take_due(1)) == 1
    start()
    assert attempt(functions) == 2
