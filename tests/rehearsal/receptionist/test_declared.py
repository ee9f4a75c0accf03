"""Which tools may be called, and with what."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rehearsal.receptionist.actions import Call
from rehearsal.receptionist.declared import Declared


class Declaration(msgspec.Struct, rename="camel"):
    """A function declaration as a session decodes it."""

    parameters_json_schema: dict[str, Any] | None = None
    behavior: str | None = None


SCHEMA = {"type": "object", "properties": {"reason": {"type": "string"}}}


@pytest.mark.parametrize("key", ["parameters", "parametersJsonSchema", "parameters_json_schema"])
def test_the_arguments_are_read_from_every_form_of_a_declaration(key: str) -> None:
    declared = Declared({"transfer_to_human": {key: SCHEMA}})
    assert declared.call("transfer_to_human", reason="asked", notes="no such argument") == Call(
        "transfer_to_human", {"reason": "asked"}
    )


@pytest.mark.parametrize("declaration", [{}, {"parameters": None}, {"parameters": {"type": "object"}}])
def test_a_tool_without_arguments_is_called_without(declaration: dict[str, Any]) -> None:
    assert Declared({"end_call": declaration}).call("end_call", reason="x") == Call("end_call", {})


def test_a_declaration_may_be_a_struct_of_the_wire() -> None:
    tools = {"transfer_to_human": Declaration(parameters_json_schema=SCHEMA, behavior="BLOCKING")}
    declared = Declared(tools)
    assert declared.call("transfer_to_human", reason="asked", other=1).args == {"reason": "asked"}
    assert declared.is_cancelled_by_speech("transfer_to_human")


def test_a_tool_declared_or_taken_back_later_is_known() -> None:
    tools: dict[str, Any] = {"end_call": {}}
    declared = Declared(tools)
    tools["transfer_to_human"] = {"parameters": SCHEMA}
    del tools["end_call"]
    assert declared.call("transfer_to_human", reason="asked").args == {"reason": "asked"}
    assert "end_call" not in declared
    assert not declared.is_cancelled_by_speech("end_call")


def test_empty_arguments_are_left_out() -> None:
    assert (
        Declared({"transfer_to_human": {"parameters": SCHEMA}}).call("transfer_to_human", reason="").args
        == {}
    )


def test_a_tool_that_was_not_declared_can_not_be_called() -> None:
    declared = Declared({})
    assert "end_call" not in declared
    with pytest.raises(KeyError):
        declared.call("end_call")


def test_only_blocking_calls_are_cancelled_by_speech() -> None:
    declared = Declared({"a": {"behavior": "BLOCKING"}, "b": {"behavior": "NON_BLOCKING"}, "c": {}})
    assert [declared.is_cancelled_by_speech(name) for name in "abc"] == [True, False, False]
