"""The wire protocol of Gemini Live (v1beta): client messages read strictly, server messages written."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from rehearsal.gemini import proto_json
from rehearsal.gemini.contents import Blob, Content, Tool, WireMessage
from rehearsal.gemini.refusal import INVALID_ARGUMENT, Refused, invalid
from rehearsal.gemini.setup_message import Setup

Scheduling = Literal["SCHEDULING_UNSPECIFIED", "SILENT", "WHEN_IDLE", "INTERRUPT"]


class ClientContent(WireMessage):
    """A piece of the conversation, in order; `turnComplete` asks for an answer."""

    turns: list[Content] | None = None
    turn_complete: bool = False


class ActivityMark(WireMessage):
    """The caller began or ceased to speak, says the client."""


class RealtimeInput(WireMessage):
    """What the caller does right now: exactly one of its fields."""

    audio: Blob | None = None
    video: Blob | None = None
    text: str | None = None
    activity_start: ActivityMark | None = None
    activity_end: ActivityMark | None = None
    audio_stream_end: bool | None = None
    media_chunks: list[Blob] | None = None


class FunctionResponse(WireMessage):
    """The answer of one function call."""

    id: str = ""
    name: str = ""
    response: dict[str, Any] = msgspec.field(default_factory=dict)
    scheduling: Scheduling | None = None
    will_continue: bool = False
    parts: list[dict[str, Any]] | None = None

    @property
    def when(self) -> str:
        """When the model should speak of it: documented inside `response`, specified beside it."""
        return str(self.scheduling or self.response.get("scheduling") or "WHEN_IDLE")

    @property
    def output(self) -> dict[str, Any]:
        """The function's own result: under `output` where the client put one there (API reference)."""
        output = self.response.get("output")
        if isinstance(output, dict):
            return output
        return {key: value for key, value in self.response.items() if key != "scheduling"}


class ToolResponse(WireMessage):
    """Answers of function calls."""

    function_responses: list[FunctionResponse] = msgspec.field(default_factory=list)


class ToolsUpdate(WireMessage):
    """The tools from now on; an empty list takes all away."""

    tools: list[Tool] | None = None


class ContextUpdate(WireMessage):
    """New instructions or tools for a running session."""

    system_instruction: Content | None = None
    tools: ToolsUpdate | None = None


Payload = Setup | ClientContent | RealtimeInput | ToolResponse | ContextUpdate


class ClientMessage(WireMessage):
    """Anything a client sends: exactly one of its fields."""

    setup: Setup | None = None
    client_content: ClientContent | None = None
    realtime_input: RealtimeInput | None = None
    tool_response: ToolResponse | None = None
    context_update: ContextUpdate | None = None


def read_client_message(frame: str | bytes) -> Payload:
    """Return what a client's frame says.

    Raises Refused, 1007, for what is not JSON, has an unknown name, a value of the wrong type, or not
    exactly one payload; for `mediaChunks`, which current models refuse; and for a realtimeInput that
    carries several things at once.
    """
    payload: Payload = _only_one_of(proto_json.read(frame, ClientMessage), "message_type")
    if isinstance(payload, RealtimeInput):
        if payload.media_chunks is not None:
            deprecated = "realtime_input.media_chunks is deprecated. Use audio, video, or text instead."
            raise Refused(INVALID_ARGUMENT, deprecated)
        _only_one_of(payload, "realtime_input")
    return payload


def _only_one_of(message: WireMessage, oneof: str) -> Any:
    given = {name: getattr(message, name) for name in message.__struct_fields__}
    given = {name: value for name, value in given.items() if value is not None}
    if not given:
        raise invalid(f"{oneof} is not set.")
    if len(given) > 1:
        second = list(given)[1]
        taken = f"oneof field '{oneof}' is already set. Cannot set '{second}'"
        raise Refused(INVALID_ARGUMENT, f"Invalid value (oneof), {taken}")
    return next(iter(given.values()))


class SetupComplete(WireMessage):
    """The session may begin."""


class Transcription(WireMessage):
    """A fragment of what was said; fragments of one turn are put together as they are."""

    text: str


class ServerContent(WireMessage):
    """What the model says, hears, and where its turn stands."""

    model_turn: Content | None = None
    input_transcription: Transcription | None = None
    output_transcription: Transcription | None = None
    generation_complete: bool = False
    interrupted: bool = False
    turn_complete: bool = False


class FunctionCall(WireMessage):
    """A tool is to be used."""

    name: str
    args: dict[str, Any]
    id: str = ""
    """Left out on Vertex AI."""


class ToolCall(WireMessage):
    """Tools are to be used, side by side."""

    function_calls: list[FunctionCall]


class ToolCallCancellation(WireMessage):
    """Answers of these calls are not needed any more."""

    ids: list[str]


class ModalityTokenCount(WireMessage):
    """Tokens of one kind."""

    modality: Literal["AUDIO", "TEXT"]
    token_count: int


class UsageMetadata(WireMessage):
    """What a turn cost."""

    prompt_token_count: int
    response_token_count: int
    total_token_count: int
    prompt_tokens_details: list[ModalityTokenCount] | None = None
    response_tokens_details: list[ModalityTokenCount] | None = None


class GoAway(WireMessage):
    """The connection ends soon."""

    time_left: str
    """A proto Duration: `50s`, `0.250s`."""


class SessionResumptionUpdate(WireMessage):
    """A handle to resume from; empty while the session can't be resumed from here."""

    new_handle: str = ""
    resumable: bool = False


class ServerMessage(WireMessage):
    """Anything the service sends; several fields may share one message."""

    setup_complete: SetupComplete | None = None
    server_content: ServerContent | None = None
    tool_call: ToolCall | None = None
    tool_call_cancellation: ToolCallCancellation | None = None
    usage_metadata: UsageMetadata | None = None
    go_away: GoAway | None = None
    session_resumption_update: SessionResumptionUpdate | None = None


def written(message: ServerMessage | dict[str, Any]) -> bytes:
    """Return the binary frame of a server message: camelCase, standard base64."""
    return msgspec.json.encode(message)


def duration(seconds: float) -> str:
    """Return seconds as proto-JSON writes a Duration, in whole milliseconds."""
    return f"{seconds:.0f}s" if seconds == round(seconds) else f"{seconds:.3f}s"
