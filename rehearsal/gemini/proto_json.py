"""Reads proto-JSON as the service does: either casing, either base64, no unknown name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from rehearsal.gemini.refusal import INVALID_ARGUMENT, Refused

Message = TypeVar("Message", bound=msgspec.Struct)

_OUR_ALPHABET = str.maketrans("-_", "+/")
_ERROR_PLACE = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<where>.*)`)?", re.DOTALL)
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


def read(frame: str | bytes, kind: type[Message]) -> Message:
    """Return the message in a frame. Raises Refused (1007) with the service's reason.

    Names are proto-JSON's camelCase or the proto file's snake_case; `null` is "not set"; what is
    typed as a plain dictionary is user data and keeps its keys (protobuf.dev/programming-guides/json).
    """
    try:
        return msgspec.convert(_tidied(msgspec.json.decode(frame), _plan(kind), ""), kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(INVALID_ARGUMENT, _invalid_value(str(error))) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(INVALID_ARGUMENT, "Invalid JSON payload received. Unable to parse.") from error


def snake_case(name: str) -> str:
    """Return `realtime_input` for `realtimeInput`: the service names fields as its proto file does."""
    return _CAPITAL.sub(r"_\1", name).lower()


@cache
def _plan(kind: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(kind)


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, inspect.Field]:
    plan = _plan(kind)
    assert isinstance(plan, inspect.StructType)  # noqa: S101 - what a Struct's plan is
    return {name: field for field in plan.fields for name in (field.encode_name, field.name)}


def _tidied(value: Any, plan: inspect.Type, at: str) -> Any:
    """Return the value with every name in camelCase and every base64 in the standard alphabet."""
    if isinstance(plan, inspect.UnionType):
        plan = next(one for one in plan.types if not isinstance(one, inspect.NoneType))
    tidy = _TIDY.get(type(plan))
    return tidy(value, plan, at) if tidy else value


def _tidied_struct(value: Any, plan: inspect.StructType, at: str) -> Any:
    if not isinstance(value, dict):
        return value
    fields = _fields(plan.cls)
    tidied: dict[str, Any] = {}
    for name, inner in value.items():
        field = fields.get(name)
        if field is None:
            raise Refused(INVALID_ARGUMENT, _unknown_name(name, at))
        if field.encode_name in tidied:
            raise Refused(INVALID_ARGUMENT, f"Invalid value at '{at}': {field.name} is set twice")
        if inner is not None:
            tidied[field.encode_name] = _tidied(inner, field.type, f"{at}.{field.name}".lstrip("."))
    return tidied


def _tidied_list(value: Any, plan: inspect.ListType, at: str) -> Any:
    if not isinstance(value, list):
        return value
    return [_tidied(inner, plan.item_type, f"{at}[{index}]") for index, inner in enumerate(value)]


def _tidied_map(value: Any, plan: inspect.DictType, at: str) -> Any:
    if not isinstance(value, dict):
        return value
    # A map is a list of key-value pairs to the service, and it counts them so.
    pairs = enumerate(value.items())
    return {key: _tidied(inner, plan.value_type, f"{at}[{index}].value") for index, (key, inner) in pairs}


def _tidied_bytes(value: Any, _plan: inspect.BytesType, _at: str) -> Any:
    if not isinstance(value, str):
        return value
    standard = value.translate(_OUR_ALPHABET)
    return standard + "=" * (-len(standard) % 4)


_TIDY: dict[type[inspect.Type], Callable[[Any, Any, str], Any]] = {
    inspect.StructType: _tidied_struct,
    inspect.ListType: _tidied_list,
    inspect.DictType: _tidied_map,
    inspect.BytesType: _tidied_bytes,
}


def _unknown_name(name: str, at: str) -> str:
    where = f" at '{at}'" if at else ""
    return f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'


def _invalid_value(error: str) -> str:
    place = _ERROR_PLACE.fullmatch(error)
    what, where = (place["what"], place["where"]) if place else (error, "")
    return f"Invalid value at '{snake_case(where or '')}' ({what})"
