"""The table of functions is right: for the model, for the tree, for whoever reads it."""

import importlib
import json
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from google.genai import types
from msgspec import Struct

from clinic.contracts.dead_letter import DeadLetter
from clinic.contracts.events import AnyFact
from clinic.contracts.function_table import (
    DEAD_LETTERS,
    FunctionRow,
    FunctionTable,
    FunctionTableError,
    load_function_table,
)

ROOT = Path(__file__).parents[3]
TABLE = load_function_table()
FOLDERS = {
    kind: "realtime_service/tools" if kind == "live" else f"functions/{kind}s"
    for kind in typing.get_args(typing.get_type_hints(FunctionRow)["kind"])
}
JSON_TYPES: dict[str, type] = {"string": str, "integer": int, "number": float, "boolean": bool}

TOOL: dict[str, Any] = {"name": "greet", "kind": "tool", "declaration": {"description": "", "parameters": {}}}
REACTION: dict[str, Any] = {"name": "wave", "kind": "reaction", "reacts_to": ["call.ended"]}
WEBHOOK: dict[str, Any] = {"name": "knock", "kind": "webhook"}


def of_kind(*kinds: str) -> list[FunctionRow]:
    return [row for row in TABLE if row.kind in kinds]


def named(row: FunctionRow) -> str:
    return row.name


def function_of(row: FunctionRow) -> Any:
    folder = FOLDERS[row.kind].replace("/", ".")
    return getattr(importlib.import_module(f"{folder}.{row.name}"), row.name)


def arguments_of(row: FunctionRow) -> type[Struct]:
    first = next(iter(typing.get_type_hints(function_of(row)).values()))
    arguments: type[Struct] = first if row.kind == "live" else first.__args__[0]
    return arguments


def load(tmp_path: Path, *rows: dict[str, Any]) -> FunctionTable:
    file = tmp_path / "table.json"
    file.write_text(json.dumps(rows))
    return load_function_table(file)


def test_the_default_table_has_functions_of_every_kind() -> None:
    assert {row.kind for row in TABLE} == set(FOLDERS)
    assert {"check_appointment_availability", "book_appointment", "log_call_information"} <= set(TABLE.tools)


@pytest.mark.parametrize("row", TABLE.rows, ids=named)
def test_every_row_has_its_file_with_a_function_of_that_name(row: FunctionRow) -> None:
    assert (ROOT / FOLDERS[row.kind] / f"{row.name}.py").is_file()
    assert callable(function_of(row))
    assert function_of(row).__doc__


@pytest.mark.parametrize("kind", FOLDERS)
def test_every_file_of_a_function_has_its_row(kind: str) -> None:
    files = {file.stem for file in (ROOT / FOLDERS[kind]).glob("*.py")} - {"__init__"}
    assert files == {row.name for row in of_kind(kind)}


@pytest.mark.parametrize("row", of_kind("tool", "live"), ids=named)
def test_what_the_model_is_told_of_a_tool_is_what_the_tool_takes(row: FunctionRow) -> None:
    assert row.declaration is not None
    parameters = row.declaration.parameters
    fields = {field.name: field for field in msgspec.structs.fields(arguments_of(row))}
    assert parameters["type"] == "object"
    assert set(parameters["properties"]) == set(fields)
    assert set(parameters.get("required", [])) == {name for name, field in fields.items() if field.required}
    for name, schema in parameters["properties"].items():
        taken = set(typing.get_args(fields[name].type) or [fields[name].type]) - {type(None)}
        assert taken == {JSON_TYPES[schema["type"]]}, name


@pytest.mark.parametrize("declaration", TABLE.declarations, ids=lambda declaration: declaration["name"])
def test_the_sdk_accepts_every_declaration(declaration: dict[str, Any]) -> None:
    accepted = types.FunctionDeclaration.model_validate(declaration)
    assert accepted.name == declaration["name"]
    assert accepted.description
    assert accepted.parameters_json_schema == declaration["parameters_json_schema"]


@pytest.mark.parametrize("row", of_kind("reaction"), ids=named)
def test_a_reaction_takes_the_facts_of_its_topics(row: FunctionRow) -> None:
    taken = next(iter(typing.get_type_hints(function_of(row)).values()))
    facts = typing.get_args(taken) or (taken,)
    topics = {DEAD_LETTERS if fact is DeadLetter else fact.__struct_config__.tag for fact in facts}
    assert topics == set(row.reacts_to)


@pytest.mark.parametrize("row", of_kind("reaction"), ids=named)
def test_every_topic_is_a_fact_that_somebody_tells(row: FunctionRow) -> None:
    told = {fact.__struct_config__.tag for fact in typing.get_args(AnyFact)} | {DEAD_LETTERS}
    assert set(row.reacts_to) <= told


@pytest.mark.parametrize("row", of_kind("tool"), ids=named)
def test_a_tool_may_run_for_as_long_as_its_caller_waits(row: FunctionRow) -> None:
    assert 0 < row.deadline_seconds < row.deploy.timeout_seconds


def test_a_live_tool_is_told_to_the_model_and_has_neither_door_nor_topic(tmp_path: Path) -> None:
    table = load(tmp_path, TOOL, {**TOOL, "name": "whistle", "kind": "live"})
    assert [declared["name"] for declared in table.declarations] == ["greet", "whistle"]
    assert (list(table.tools), list(table.live)) == (["greet"], ["whistle"])
    assert [row.name for row in table.deployed] == ["greet"]
    assert table["whistle"].topics == ()


def test_a_row_is_found_by_its_name(tmp_path: Path) -> None:
    table = load(tmp_path, TOOL, REACTION, WEBHOOK)
    assert [row.name for row in table] == ["greet", "wave", "knock"]
    assert table["wave"].reacts_to == ("call.ended",)
    assert list(table.tools) == ["greet"]
    with pytest.raises(KeyError):
        table["nobody"]


def test_a_topic_is_pushed_to_the_tool_of_its_name_or_to_its_reactions(tmp_path: Path) -> None:
    table = load(tmp_path, TOOL, REACTION, {**REACTION, "name": "smile"}, WEBHOOK)
    assert [row.name for row in table.subscribers("greet")] == ["greet"]
    assert [row.name for row in table.subscribers("call.ended")] == ["wave", "smile"]
    assert table.subscribers("knock") == ()


def test_every_tool_is_woken_when_a_call_begins(tmp_path: Path) -> None:
    table = load(tmp_path, TOOL, REACTION, WEBHOOK, {**TOOL, "name": "bow"})
    assert [row.name for row in table.subscribers("call.started")] == ["greet", "bow"]


def test_only_tools_are_declared_to_the_model(tmp_path: Path) -> None:
    declared = load(tmp_path, TOOL, REACTION, WEBHOOK).declarations
    assert declared == [{"name": "greet", "description": "", "parameters_json_schema": {}}]


@pytest.mark.parametrize(
    ("rows", "mistake"),
    [
        ([WEBHOOK, WEBHOOK], "knock: two rows have this name"),
        ([{**WEBHOOK, "name": "Knock"}], "Knock: name: must be lower-case"),
        ([{**WEBHOOK, "name": "knock-knock"}], "knock-knock: name: must be lower-case"),
        ([{**WEBHOOK, "name": "../main"}], "name: must be lower-case"),
        ([{**WEBHOOK, "name": "kn"}], "kn: name:"),
        ([{**WEBHOOK, "name": "k" * 52}], "name: must be lower-case"),
        ([{"name": "greet", "kind": "tool"}], "greet: declaration: a tool has one"),
        ([{**WEBHOOK, "declaration": TOOL["declaration"]}], "knock: declaration: a tool has one"),
        ([{"name": "wave", "kind": "reaction"}], "wave: reacts_to: a reaction names its topics"),
        ([{**TOOL, "reacts_to": ["call.ended"]}], "greet: reacts_to: a reaction names its topics"),
        ([{**TOOL, "callers": "authorised"}], "greet: callers: only a webhook is asked"),
        ([{**WEBHOOK, "callers": "friends"}], "'friends'"),
        ([{**TOOL, "deadline_seconds": 0}], "greet: deadline_seconds: must be above 0"),
        ([{**WEBHOOK, "kind": "widget"}], r"'widget' - at `\$\[0\]\.kind`"),
        ([WEBHOOK, {"kind": "webhook"}], r"required field `name` - at `\$\[1\]`"),
        ([{**WEBHOOK, "memory": "1Gi"}], "unknown field `memory`"),
        ([{**WEBHOOK, "deploy": {"cpu": 1}}], r"unknown field `cpu` - at `\$\[0\]\.deploy`"),
        ([{**WEBHOOK, "deploy": {"concurrency": "many"}}], r"at `\$\[0\]\.deploy\.concurrency`"),
        ([{**TOOL, "declaration": {"description": ""}}], "required field `parameters`"),
        ([{**TOOL, "on_late": "perhaps"}], "'perhaps'"),
    ],
)
def test_a_mistake_names_the_file_the_row_and_the_key(
    tmp_path: Path, rows: list[dict[str, Any]], mistake: str
) -> None:
    with pytest.raises(FunctionTableError, match=f"^table.json: .*{mistake}"):
        load(tmp_path, *rows)


def test_a_table_that_is_no_json_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "table.json"
    file.write_text('[{"name": "knock",}]')
    with pytest.raises(FunctionTableError, match=r"table\.json: JSON is malformed"):
        load_function_table(file)
