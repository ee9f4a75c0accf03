"""The tools that the set-up message declared: nothing else is ever called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rehearsal.receptionist.actions import Call

_SCHEMA_KEYS = ("parametersJsonSchema", "parameters_json_schema", "parameters")


class Declared:
    """What may be called, and with which arguments."""

    def __init__(self, tools: Mapping[str, Any]) -> None:
        """Take function declarations by name: dictionaries in either casing, or msgspec Structs.

        The mapping is read anew each time, for a session's tools may be changed while it runs.
        """
        self._tools = tools

    def __contains__(self, name: str) -> bool:
        return name in self._tools

    def is_cancelled_by_speech(self, name: str) -> bool:
        """Tell whether a call of that tool is taken back when the caller speaks: it is declared BLOCKING."""
        return name in self._tools and self._declaration(name).get("behavior") == "BLOCKING"

    def call(self, name: str, **known: Any) -> Call:
        """Return the call with those of the known arguments that were declared and are not empty.

        Raises KeyError where no such tool was declared.
        """
        declared = _argument_names(self._declaration(name))
        return Call(name, {key: value for key, value in known.items() if key in declared and value})

    def _declaration(self, name: str) -> Mapping[str, Any]:
        declaration: Mapping[str, Any] = msgspec.to_builtins(self._tools[name])
        return declaration


def _argument_names(declaration: Mapping[str, Any]) -> frozenset[str]:
    schema: Mapping[str, Any] = next((declaration[key] for key in _SCHEMA_KEYS if declaration.get(key)), {})
    return frozenset(schema.get("properties") or {})
