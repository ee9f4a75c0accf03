"""What messages of both directions are made of: contents, parts, function declarations."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct


class WireMessage(Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A message of the protocol: camelCase on the wire, everything optional."""


class Blob(WireMessage):
    """Bytes and what they are."""

    data: bytes = b""
    mime_type: str = ""
    """`audio/pcm;rate=16000`: signed 16-bit little-endian mono, 2 bytes per frame."""


class Part(WireMessage):
    """One part of a content; this model reads `text` only."""

    text: str | None = None
    inline_data: Blob | None = None
    thought: bool | None = None
    thought_signature: bytes | None = None
    function_call: dict[str, Any] | None = None
    function_response: dict[str, Any] | None = None
    file_data: dict[str, Any] | None = None
    executable_code: dict[str, Any] | None = None
    code_execution_result: dict[str, Any] | None = None
    video_metadata: dict[str, Any] | None = None
    media_resolution: dict[str, Any] | None = None
    part_metadata: dict[str, Any] | None = None


class Content(WireMessage):
    """What one side said."""

    role: str = ""
    parts: list[Part] | None = None

    @property
    def text(self) -> str:
        """The text of every part that is not a thought."""
        return "".join(part.text or "" for part in self.parts or () if not part.thought)


class Schema(WireMessage):
    """The OpenAPI subset of `parameters`; JSON Schema's other words are unknown names to the service."""

    type: str | None = None
    format: str | None = None
    title: str | None = None
    description: str | None = None
    nullable: bool | None = None
    enum: list[str] | None = None
    items: Schema | None = None
    properties: dict[str, Schema] | None = None
    required: list[str] | None = None
    property_ordering: list[str] | None = None
    any_of: list[Schema] | None = None
    default: Any = None
    example: Any = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_items: int | None = None
    max_items: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_properties: int | None = None
    max_properties: int | None = None


Behavior = Literal["BLOCKING", "NON_BLOCKING"]


class FunctionDeclaration(WireMessage):
    """A tool the model may call."""

    name: str
    description: str = ""
    parameters: Schema | None = None
    parameters_json_schema: dict[str, Any] | None = None
    response: Schema | None = None
    response_json_schema: dict[str, Any] | None = None
    behavior: Behavior | None = None


class Tool(WireMessage):
    """A group of function declarations, or one of the service's own tools (none is rehearsed)."""

    function_declarations: list[FunctionDeclaration] | None = None
    google_search: dict[str, Any] | None = None
    google_search_retrieval: dict[str, Any] | None = None
    google_maps: dict[str, Any] | None = None
    code_execution: dict[str, Any] | None = None
    url_context: dict[str, Any] | None = None
    file_search: dict[str, Any] | None = None


def declared_in(tools: list[Tool]) -> dict[str, FunctionDeclaration]:
    """Return the function declarations of the tools, by name."""
    return {one.name: one for tool in tools for one in tool.function_declarations or ()}
