"""The contract of `Bus`: every function that a topic is pushed to gets every message, as bytes."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

import pytest

from clinic.contracts.function_table import load_function_table
from clinic.ports import Bus

TABLE = load_function_table()


@pytest.fixture
def publish(store: Any, bus: Bus) -> Callable[..., list[tuple[str, bytes, dict[str, str]]]]:
    """Publish one message and return what arrived where, by function."""

    def send(
        topic: str, data: bytes = b"{}", attributes: Mapping[str, str] | None = None
    ) -> list[tuple[str, bytes, dict[str, str]]]:
        bus.publish(topic, data, attributes or {})
        return sorted(store.arrived())

    return send


def test_nothing_arrives_that_nobody_published(store: Any) -> None:
    assert store.arrived() == []


@pytest.mark.parametrize("tool", sorted(TABLE.tools))
def test_a_tool_call_arrives_at_its_tool_and_nowhere_else(publish: Callable[..., Any], tool: str) -> None:
    assert publish(tool, b'{"id": "1"}', {"call_id": "call-1"}) == [
        (tool, b'{"id": "1"}', {"call_id": "call-1"})
    ]


@pytest.mark.parametrize("topic", ["call.ended", "call.logged", "appointment.booked"])
def test_a_fact_arrives_at_every_reaction_to_it(publish: Callable[..., Any], topic: str) -> None:
    functions = [function for function, _, _ in publish(topic)]
    assert functions == sorted(row.name for row in TABLE if topic in row.reacts_to)
    assert functions


@pytest.mark.parametrize("topic", ["call.started", "tool.requested"])
def test_a_fact_arrives_at_nobody_else(publish: Callable[..., Any], topic: str) -> None:
    functions = [function for function, _, _ in publish(topic)]
    assert functions == sorted(row.name for row in TABLE.subscribers(topic))


def test_what_has_no_topic_is_refused_at_once(store: Any, bus: Bus) -> None:
    with pytest.raises(LookupError, match=r"no topic nobody\.listens"):
        bus.publish("nobody.listens", b"{}", {})
    assert store.arrived() == []


def test_a_calls_facts_of_one_kind_arrive_in_their_order(store: Any, bus: Bus) -> None:
    bodies = [b"%d" % number for number in range(5)]
    for body in bodies:
        bus.publish("appointment.booked", body, {}, "call-1")
    arrived = [(function, body) for _ in bodies for function, body, _ in store.arrived()]
    for row in TABLE.subscribers("appointment.booked"):
        assert [body for function, body in arrived if function == row.name] == bodies


def test_an_acknowledged_message_does_not_arrive_again(store: Any, publish: Callable[..., Any]) -> None:
    assert len(publish("book_appointment")) == 1
    assert store.arrived() == []


@pytest.mark.parametrize("data", [b"\x00\xff\xfe", "ఆశా 😀".encode(), b" ", b"x" * 1_000_000])
def test_the_bytes_arrive_as_they_are(publish: Callable[..., Any], data: bytes) -> None:
    assert [body for _, body, _ in publish("book_appointment", data)] == [data]


def test_attributes_of_any_text_arrive_as_they_are(publish: Callable[..., Any]) -> None:
    attributes = {"ce-id": "fact-1", "name": 'ఆశా "😀"', "empty": ""}
    assert [found for _, _, found in publish("book_appointment", b"{}", attributes)] == [attributes]


def test_an_empty_message_is_refused_at_once(store: Any, bus: Bus) -> None:
    with pytest.raises(ValueError, match="empty"):
        bus.publish("book_appointment", b"", {})
    assert store.arrived() == []


def test_what_many_publish_at_once_all_arrives(store: Any) -> None:
    instances = cycle([store.open("bus") for _ in range(3)])
    bodies = [b"message %d" % number for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda body, bus: bus.publish("book_appointment", body, {}), bodies, instances))
    assert sorted(body for _, body, _ in store.arrived()) == sorted(bodies)
