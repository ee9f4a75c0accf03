"""The routes and shapes of three Google APIs, read from the discovery documents in their client's wheel."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from rehearsal.google_workspace.refusal import Refused, invalid, not_found
from rehearsal.google_workspace.schema import Shapes, check_value

APIS = ("calendar.v3", "gmail.v1", "sheets.v4")
_VARIABLE = re.compile(r"\{\+?(\w+)\}")


class Method(Struct, frozen=True):
    """One method of an API."""

    id: str
    """`calendar.events.insert`."""
    verb: str
    route: re.Pattern[str]
    parameters: dict[str, Any]
    """All that may stand in the query, by name."""
    request: str
    """The schema of its body; empty: it takes none."""
    scopes: frozenset[str]
    """Any of them will do."""
    shapes: Shapes


class Asked(Struct, frozen=True):
    """A request that its discovery document allows."""

    method: Method
    path: dict[str, str]
    query: dict[str, Any]
    body: dict[str, Any]
    if_match: str = ""


@cache
def methods() -> tuple[Method, ...]:
    """Return every method of the three APIs."""
    return tuple(method for api in APIS for method in _methods_of(_document(api)))


def find_method(verb: str, path: str) -> tuple[Method, dict[str, str]]:
    """Return the method of a path, still percent-encoded, and the path's variables, decoded.

    Raises Refused, 404, where no document has it.
    """
    for method in methods():
        found = method.route.fullmatch(path) if method.verb == verb else None
        if found:
            return method, {name: unquote(value) for name, value in found.groupdict().items()}
    raise not_found(f"no API has {verb} {path}")


def read_query(method: Method, given: dict[str, list[str]]) -> dict[str, Any]:
    """Return the typed parameters of a query. Raises Refused, 400, naming the one that is wrong."""
    query = {}
    for name, texts in given.items():
        if name not in method.parameters:
            raise invalid(f"Invalid parameter: unknown name {name!r} in {method.id}")
        shape = method.parameters[name]
        values = [_value(name, shape, text) for text in texts]
        if len(values) > 1 and not shape.get("repeated"):
            raise invalid(f"Invalid parameter: {name} is given {len(values)} times")
        query[name] = values if shape.get("repeated") else values[0]
    missing = [name for name, each in method.parameters.items() if each.get("required") and name not in query]
    if missing:
        raise Refused(400, "required", f"Required parameter: {missing[0]}")
    return query


def read_body(method: Method, data: bytes) -> dict[str, Any]:
    """Return the body. Raises Refused, 400, naming the field that is wrong."""
    if not method.request:
        if data:
            raise invalid(f"{method.id} takes no body")
        return {}
    try:
        body: dict[str, Any] = msgspec.json.decode(data or b"{}", type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Refused(400, "parseError", f"Parse Error: {error}") from error
    check_value(method.shapes, {"$ref": method.request}, body, method.request)
    return body


def _value(name: str, shape: dict[str, Any], text: str) -> Any:
    if shape["type"] == "boolean" and text in ("true", "false"):
        return text == "true"
    if shape["type"] == "integer" and re.fullmatch(r"-?\d+", text):
        number = int(text)
        if number < int(shape.get("minimum", number)) or number > int(shape.get("maximum", number)):
            raise invalid(f"Invalid parameter: {name} is out of range")
        return number
    check_value({}, shape, text, name)
    return text


def _document(api: str) -> dict[str, Any]:
    spec = importlib.util.find_spec("googleapiclient")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("google-api-python-client is missing")
    file = Path(spec.origin).parent / "discovery_cache" / "documents" / f"{api}.json"
    document: dict[str, Any] = msgspec.json.decode(file.read_bytes())
    return document


def _methods_of(document: dict[str, Any]) -> Iterator[Method]:
    for each in _walk(document):
        own = each.get("parameters", {})
        in_query = {name: shape for name, shape in own.items() if shape["location"] == "query"}
        yield Method(
            each["id"],
            each["httpMethod"],
            _route(f"/{document['servicePath']}{each.get('flatPath') or each['path']}"),
            {**document["parameters"], **in_query},
            each.get("request", {}).get("$ref", ""),
            frozenset(each.get("scopes", ())),
            document["schemas"],
        )


def _walk(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from resource.get("methods", {}).values()
    for inner in resource.get("resources", {}).values():
        yield from _walk(inner)


def _route(path: str) -> re.Pattern[str]:
    fixed = _VARIABLE.split(path)
    # A colon begins a custom verb, `…/{range}:append`; in a value it comes percent-encoded.
    parts = [re.escape(part) if at % 2 == 0 else rf"(?P<{part}>[^/:]+)" for at, part in enumerate(fixed)]
    return re.compile("".join(parts))
