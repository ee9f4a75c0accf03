"""Facts cross a process boundary whole, and readers outlive their writers' additions."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clinic.contracts import events
from clinic.contracts.events import KINDS, CallEnded, Fact, UnknownVersion
from clinic.contracts.function_table import WARMING, load_function_table

AT = datetime(2027, 1, 1, 5, 0, 0, 250_000, tzinfo=UTC)
YESTERDAY = Path(__file__).with_name("yesterdays_facts")
PAGE = (Path(__file__).parents[3] / "docs" / "facts.md").read_text(encoding="utf-8")


def type_of(kind: type[Fact]) -> str:
    return str(kind.__struct_config__.tag)


def version_of(kind: type[Fact]) -> int:
    return int(next(field.default for field in msgspec.structs.fields(kind) if field.name == "version"))


def an_example(kind: type[Fact]) -> Fact:
    """Return a fact of that kind, each of its fields filled after its type."""
    values: dict[type, Any] = {str: "any", datetime: AT, int: version_of(kind)}
    return kind(**{field.name: values[field.type] for field in msgspec.structs.fields(kind)})


def kinds_below(kind: type[Fact]) -> set[type[Fact]]:
    return {kind, *(below for child in kind.__subclasses__() for below in kinds_below(child))}


def test_every_kind_of_fact_is_in_the_union() -> None:
    defined = {kind for kind in kinds_below(Fact) if kind.__module__ == events.__name__}
    assert {kind for kind in defined if not kind.__subclasses__()} == set(KINDS)


def test_no_two_kinds_share_a_type() -> None:
    assert len({an_example(kind).type for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=type_of)
def test_a_fact_comes_back_as_it_was(kind: type[Fact]) -> None:
    fact = an_example(kind)
    back = events.decode(events.encode(fact))
    assert back == fact
    assert type(back) is kind


@pytest.mark.parametrize("kind", KINDS, ids=type_of)
def test_a_body_names_its_type_and_version(kind: type[Fact]) -> None:
    body = msgspec.json.decode(events.encode(an_example(kind)))
    assert (body["type"], body["version"]) == (type_of(kind), version_of(kind))
    assert body["occurred_at"] == "2027-01-01T05:00:00.250000Z"


@pytest.mark.parametrize("kind", KINDS, ids=type_of)
def test_what_was_written_yesterday_is_read_today(kind: type[Fact]) -> None:
    body = (YESTERDAY / f"{type_of(kind)}.{version_of(kind)}.json").read_bytes()
    fact = events.decode(body)
    written = msgspec.json.decode(body)
    assert {name: getattr(fact, name) for name in written if not name.endswith(("_at", "_until"))} == {
        name: value for name, value in written.items() if not name.endswith(("_at", "_until"))
    }
    assert fact.occurred_at == AT


@pytest.mark.parametrize("kind", KINDS, ids=type_of)
def test_unknown_fields_are_ignored(kind: type[Fact]) -> None:
    fact = an_example(kind)
    body = msgspec.json.decode(events.encode(fact)) | {"mood": "cheerful", "more": [1, {"a": None}]}
    assert events.decode(msgspec.json.encode(body)) == fact


@pytest.mark.parametrize("version", [2, 0, 99])
def test_another_major_version_is_refused(version: int) -> None:
    body = events.encode(msgspec.structs.replace(an_example(CallEnded), version=version))
    with pytest.raises(UnknownVersion, match=f"call.ended of version {version}; this reader knows 1"):
        events.decode(body)


def test_another_major_version_is_refused_as_that_though_its_fields_are_other_ones() -> None:
    with pytest.raises(UnknownVersion):
        events.decode(b'{"type": "call.ended", "version": 2, "call": {"id": "1"}, "ended": 1798779600}')


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


@pytest.mark.parametrize("kind", KINDS, ids=type_of)
def test_the_attributes_are_cloud_events_context(kind: type[Fact]) -> None:
    fact = msgspec.structs.replace(an_example(kind), id="fact-1", call_id="call-1")
    assert events.attributes(fact) == {
        "ce-specversion": "1.0",
        "ce-id": "fact-1",
        "ce-type": fact.type,
        "ce-source": "/calls/call-1",
        "ce-time": "2027-01-01T05:00:00.250000+00:00",
        "ce-dataschema": f"urn:clinic-voice-agent:fact:{fact.type}:{fact.version}",
        "content-type": "application/json",
    }


@pytest.mark.parametrize("kind", KINDS, ids=type_of)
def test_the_page_lists_each_kind_with_its_fields_and_readers(kind: type[Fact]) -> None:
    shared = {field.name for field in msgspec.structs.fields(Fact)}
    own = [field.name for field in msgspec.structs.fields(kind) if field.name not in shared]
    fields = ", ".join(f"`{name}`" for name in own)
    rows = load_function_table().subscribers(type_of(kind))
    reactions = [f"`{row.name}`" for row in rows if row.kind == "reaction"]
    # By one word, because a new tool is one file and one row.
    readers = ", ".join([*reactions, *(["every tool"] if type_of(kind) == WARMING else [])])
    assert f"| `{type_of(kind)}` | {version_of(kind)} | {kind.__doc__} | {fields} | {readers} |" in PAGE


def test_the_page_lists_nothing_else() -> None:
    assert set(re.findall(r"^\| `([a-z.]+)` \| \d", PAGE, re.MULTILINE)) == {type_of(kind) for kind in KINDS}
    shared = set(re.findall(r"^\| `(\w+)` \| [^\d]", PAGE, re.MULTILINE))
    assert shared == {"type", *(field.name for field in msgspec.structs.fields(Fact))}
