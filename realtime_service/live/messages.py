"""Reads Gemini Live's server messages: typed, every part and field of interest, and lenient with the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, get_type_hints

import msgspec
from msgspec import Struct

from realtime_service.audio import SPOKEN_RATE
from realtime_service.live.events import (
    AgentTranscribed,
    AudioSpoken,
    CallerTranscribed,
    FunctionCalled,
    FunctionCallsCancelled,
    GenerationComplete,
    GoAway,
    Interrupted,
    LiveEvent,
    ResumptionUpdated,
    TurnComplete,
    UsageCounted,
)

_PLAYABLE = frozenset({"audio/pcm", f"audio/pcm;rate={SPOKEN_RATE}"})


class _Blob(Struct, rename="camel"):
    mime_type: str = ""
    data: bytes = b""


class _Part(Struct, rename="camel"):
    inline_data: _Blob | None = None
    thought: bool | None = None


class _Content(Struct):
    parts: list[_Part] = []


class _Transcription(Struct):
    text: str = ""
    finished: bool | None = None


class _ServerContent(Struct, rename="camel"):
    model_turn: _Content | None = None
    interrupted: bool | None = None
    generation_complete: bool | None = None
    turn_complete: bool | None = None
    turn_complete_reason: str | None = None
    interaction_status: str | None = None
    input_transcription: _Transcription | None = None
    output_transcription: _Transcription | None = None


class _FunctionCall(Struct):
    name: str
    id: str = ""
    args: Any = None


class _ToolCall(Struct, rename="camel"):
    function_calls: list[_FunctionCall] = []


class _ToolCallCancellation(Struct):
    ids: tuple[str, ...] = ()


class _GoAway(Struct, rename="camel"):
    time_left: str = "0s"


class _SessionResumptionUpdate(Struct, rename="camel"):
    new_handle: str = ""
    resumable: bool = False


class _Counted(Struct, rename="camel"):
    modality: str = "MODALITY_UNSPECIFIED"
    token_count: int = 0


class _UsageMetadata(Struct, rename="camel"):
    prompt_token_count: int = 0
    response_token_count: int = 0
    tool_use_prompt_token_count: int = 0
    thoughts_token_count: int = 0
    total_token_count: int = 0
    prompt_tokens_details: list[_Counted] = []
    response_tokens_details: list[_Counted] = []


class ServerMessage(Struct, rename="camel"):
    """A message; fields not named here are skipped, whatever they hold."""

    server_content: _ServerContent | None = None
    tool_call: _ToolCall | None = None
    tool_call_cancellation: _ToolCallCancellation | None = None
    usage_metadata: _UsageMetadata | None = None
    session_resumption_update: _SessionResumptionUpdate | None = None
    go_away: _GoAway | None = None


class Reading(NamedTuple):
    """What a message said."""

    events: list[LiveEvent]
    understood: bool
    """False when a field of interest had to be left out, for it held what it can't."""


_decoder = msgspec.json.Decoder(ServerMessage)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_field_types = get_type_hints(ServerMessage)
_FIELDS = {field.encode_name: field.name for field in msgspec.structs.fields(ServerMessage)}


def read(raw: bytes) -> Reading:
    """Return what the JSON message says; it never raises, for one odd message must not end a call."""
    try:
        return Reading(list(_events(_decoder.decode(raw))), True)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return Reading(list(_events(_what_can_be_read(raw))), False)


def read_parsed(fields: dict[str, Any]) -> Reading:
    """Return what a message says that is a dictionary already, with camelCase keys and bytes for audio."""
    try:
        return Reading(list(_events(msgspec.convert(fields, ServerMessage))), True)
    except (msgspec.ValidationError, ValueError):
        return Reading([], False)


def _what_can_be_read(raw: bytes) -> ServerMessage:
    message = ServerMessage()
    try:
        fields = _fields.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return message
    for name in _FIELDS.keys() & fields.keys():
        _read_field(message, _FIELDS[name], fields[name])
    return message


def _read_field(message: ServerMessage, name: str, raw: msgspec.Raw) -> None:
    try:
        setattr(message, name, msgspec.json.decode(raw, type=_field_types[name]))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return  # left out, and told by Reading.understood


def _events(message: ServerMessage) -> Iterator[LiveEvent]:
    """Yield a message's events: an interruption first, the end of a turn after all that belongs to it."""
    content = message.server_content
    if content is not None:
        yield from _said(content)
    yield from _functions(message)
    yield from _accounts(message)
    if content is not None:
        yield from _ends(content)
    if message.go_away is not None:
        yield GoAway(_seconds(message.go_away.time_left))


def _said(content: _ServerContent) -> Iterator[LiveEvent]:
    if content.interrupted:
        yield Interrupted()
    heard, said = content.input_transcription, content.output_transcription
    if heard is not None and (heard.text or heard.finished):
        yield CallerTranscribed(heard.text, bool(heard.finished))
    for part in content.model_turn.parts if content.model_turn is not None else ():
        blob = part.inline_data
        if blob is not None and blob.data and not part.thought and blob.mime_type in _PLAYABLE:
            yield AudioSpoken(blob.data)
    if said is not None and (said.text or said.finished):
        yield AgentTranscribed(said.text, bool(said.finished))


def _functions(message: ServerMessage) -> Iterator[LiveEvent]:
    for call in message.tool_call.function_calls if message.tool_call is not None else ():
        yield FunctionCalled(call.id, call.name, call.args if isinstance(call.args, dict) else {})
    if message.tool_call_cancellation is not None:
        yield FunctionCallsCancelled(message.tool_call_cancellation.ids)


def _accounts(message: ServerMessage) -> Iterator[LiveEvent]:
    usage, resumption = message.usage_metadata, message.session_resumption_update
    if usage is not None:
        yield UsageCounted(
            usage.prompt_token_count,
            usage.response_token_count,
            usage.tool_use_prompt_token_count,
            usage.thoughts_token_count,
            usage.total_token_count,
            {counted.modality: counted.token_count for counted in usage.prompt_tokens_details},
            {counted.modality: counted.token_count for counted in usage.response_tokens_details},
        )
    if resumption is not None:
        resumable = resumption.resumable and bool(resumption.new_handle)
        yield ResumptionUpdated(resumption.new_handle if resumable else "", resumable)


def _ends(content: _ServerContent) -> Iterator[LiveEvent]:
    if content.generation_complete:
        yield GenerationComplete()
    if content.turn_complete:
        yield TurnComplete(content.turn_complete_reason or "", content.interaction_status == "IN_PROGRESS")


def _seconds(duration: str) -> float:
    """Return a protobuf JSON duration, such as `50s` or `1.5s`; 0 for anything else: time is short."""
    try:
        return max(0.0, float(duration.removesuffix("s")))
    except ValueError:
        return 0.0
