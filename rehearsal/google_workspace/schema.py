"""Checks JSON against a schema of a discovery document, as strictly as Google's newer front ends do.

The Python client checks parameters and never a body: what it lets through is caught here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeAlias

from rehearsal.google_workspace.refusal import invalid

Shapes: TypeAlias = dict[str, dict[str, Any]]
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")


def check_value(shapes: Shapes, shape: dict[str, Any], value: Any, where: str) -> None:
    """Raise Refused, 400, where a value is not of a shape. `where` is its path, for the message."""
    shape = shapes[shape["$ref"]] if "$ref" in shape else shape
    kind = shape.get("type", "any")
    if kind == "any":
        return
    is_flag = isinstance(value, bool)
    if not isinstance(value, _TYPES[kind]) or (is_flag and kind != "boolean"):
        raise invalid(f"Invalid value at {where}: not of type {kind}")
    check_inside = _INSIDE.get(kind)
    if check_inside:
        check_inside(shapes, shape, value, where)


def _check_array(shapes: Shapes, shape: dict[str, Any], value: list[Any], where: str) -> None:
    for number, item in enumerate(value):
        check_value(shapes, shape["items"], item, f"{where}[{number}]")


def _check_object(shapes: Shapes, shape: dict[str, Any], value: dict[str, Any], where: str) -> None:
    known, more = shape.get("properties", {}), shape.get("additionalProperties")
    for name, field in value.items():
        inner = known.get(name, more)
        if inner is None:
            raise invalid(f'Invalid JSON payload received. Unknown name "{name}" at {where}')
        if inner.get("readOnly"):
            raise invalid(f"Invalid value at {where}.{name}: it can only be read")
        # A null stands for a field that is not given.
        if field is not None:
            check_value(shapes, inner, field, f"{where}.{name}")


def _check_text(_: Shapes, shape: dict[str, Any], value: str, where: str) -> None:
    allowed = shape.get("enum")
    if allowed and value not in allowed:
        raise invalid(f"Invalid value at {where}: {value!r} is none of {', '.join(allowed)}")
    check = _FORMATS.get(shape.get("format", ""))
    if check and not check(value):
        raise invalid(f"Invalid value at {where}: {value!r} is no {shape['format']}")


def _is_date_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return bool(_DATE_TIME.fullmatch(text))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return False
    return True


def _is_integer(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+", text))


_INSIDE: dict[str, Callable[[Shapes, dict[str, Any], Any, str], None]] = {
    "object": _check_object,
    "array": _check_array,
    "string": _check_text,
}
_FORMATS = {
    "date-time": _is_date_time,
    "google-datetime": _is_date_time,
    "date": _is_date,
    "byte": _is_base64,
    "int64": _is_integer,
    "uint64": _is_integer,
}
