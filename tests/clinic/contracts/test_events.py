"""Facts cross a process boundary whole, and readers outlive their writers' additions."""

import typing
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from clinic.contracts import events
from clinic.contracts.events import VERSION, AnyFact, CallEnded, Fact, UnknownVersion

KINDS: tuple[type[Fact], ...] = typing.get_args(AnyFact)
AT = datetime(2027, 1, 1, 5, 0, 0, 250_000, tzinfo=UTC)


def an_example(kind: type[Fact]) -> Fact:
    """Return a fact of that kind, each of its fields filled after its type."""
    values: dict[type, Any] = {str: "any", datetime: AT, int: VERSION}
    return kind(**{field.name: values[field.type] for field in msgspec.structs.fields(kind)})


def kinds_below(kind: type[Fact]) -> set[type[Fact]]:
    return {kind, *(below for child in kind.__subclasses__() for below in kinds_below(child))}


def test_every_kind_of_fact_is_in_the_union() -> None:
    assert {kind for kind in kinds_below(Fact) - {Fact} if kind.__module__ == events.__name__} == set(KINDS)


def test_no_two_kinds_share_a_type() -> None:
    assert len({an_example(kind).type for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fact_comes_back_as_it_was(kind: type[Fact]) -> None:
    fact = an_example(kind)
    back = events.decode(events.encode(fact))
    assert back == fact
    assert type(back) is kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_names_its_type_and_version(kind: type[Fact]) -> None:
    body = msgspec.json.decode(events.encode(an_example(kind)))
    assert (body["type"], body["version"]) == (an_example(kind).type, VERSION)
    assert body["occurred_at"] == "2027-01-01T05:00:00.250000Z"


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_fields_are_ignored(kind: type[Fact]) -> None:
    fact = an_example(kind)
    body = msgspec.json.decode(events.encode(fact)) | {"mood": "cheerful", "more": [1, {"a": None}]}
    assert events.decode(msgspec.json.encode(body)) == fact


@pytest.mark.parametrize("version", [VERSION + 1, 0, 99])
def test_another_major_version_is_refused(version: int) -> None:
    body = events.encode(msgspec.structs.replace(an_example(CallEnded), version=version))
    with pytest.raises(UnknownVersion, match=f"call.ended of version {version}"):
        events.decode(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"not json",
        b'{"type": "call.ended"}',
        b'{"type": "call.exploded", "id": "1", "call_id": "1", "occurred_at": "2027-01-01T05:00:00Z"}',
        b'{"id": "1", "call_id": "1", "occurred_at": "2027-01-01T05:00:00Z"}',
        b'{"type": "call.ended", "id": 1, "call_id": "1", "occurred_at": "2027-01-01T05:00:00Z"}',
        b'{"type": "call.ended", "id": "1", "call_id": "1", "occurred_at": "yesterday"}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_fact_is_a_decoding_error(body: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        events.decode(body)


@pytest.mark.parametrize("kind", KINDS)
def test_the_attributes_are_cloud_events_context(kind: type[Fact]) -> None:
    fact = msgspec.structs.replace(an_example(kind), id="fact-1", call_id="call-1")
    assert events.attributes(fact) == {
        "ce-specversion": "1.0",
        "ce-id": "fact-1",
        "ce-type": fact.type,
        "ce-source": "/calls/call-1",
        "ce-time": "2027-01-01T05:00:00.250000+00:00",
    }
