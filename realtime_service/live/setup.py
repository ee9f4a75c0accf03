"""Writes the set-up of a Live session: what the model is told before the first word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from google.genai import types
from msgspec import Struct

from realtime_service.live.capabilities import Capabilities


class TurnTaking(Struct, frozen=True, kw_only=True):
    """When the model takes a caller to have begun, and to have finished, speaking.

    Set for telephone lines: a short "yes" is heard, and a caller may think for a moment between two words.
    Named, for what a set-up leaves out is HIGH and HIGH on the Developer API, LOW and LOW on Vertex AI.
    """

    start_sensitivity: Literal["HIGH", "LOW"] = "HIGH"
    """How readily sound is taken for the beginning of a turn."""
    end_sensitivity: Literal["HIGH", "LOW"] = "LOW"
    """How readily a pause is taken for its end."""
    prefix_milliseconds: int = 40
    """Speech needed before a turn begins."""
    silence_milliseconds: int = 600
    """Silence needed before it ends."""


def setup(
    instructions: str,
    declarations: Sequence[Mapping[str, Any]],
    voice: str,
    language: str | None,
    handle: str | None,
    with_history: bool,
    capabilities: Capabilities,
    turn_taking: TurnTaking,
) -> types.LiveConnectConfig:
    """Return the SDK's configuration of a session.

    Raises ValueError (pydantic's) when a declaration is none.
    """
    return types.LiveConnectConfig(
        response_modalities=[types.Modality.AUDIO],
        speech_config=_speech(voice, language),
        thinking_config=_thinking(capabilities),
        system_instruction=instructions,
        tools=_tools(declarations, capabilities),
        session_resumption=types.SessionResumptionConfig(handle=handle),
        input_audio_transcription=types.AudioTranscriptionConfig(),
        output_audio_transcription=types.AudioTranscriptionConfig(),
        realtime_input_config=_turns(turn_taking),
        history_config=_history(with_history, capabilities),
        context_window_compression=types.ContextWindowCompressionConfig(sliding_window=types.SlidingWindow()),
    )


def _speech(voice: str, language: str | None) -> types.SpeechConfig:
    prebuilt = types.PrebuiltVoiceConfig(voice_name=voice)
    return types.SpeechConfig(
        voice_config=types.VoiceConfig(prebuilt_voice_config=prebuilt), language_code=language
    )


def _history(with_history: bool, capabilities: Capabilities) -> types.HistoryConfig | None:
    if not (with_history and capabilities.takes_history):
        return None
    return types.HistoryConfig(initial_history_in_client_content=True)


def _thinking(capabilities: Capabilities) -> types.ThinkingConfig | None:
    if capabilities.thinking_level is None:
        return None
    return types.ThinkingConfig(thinking_level=types.ThinkingLevel(capabilities.thinking_level))


def _tools(
    declarations: Sequence[Mapping[str, Any]], capabilities: Capabilities
) -> types.ToolListUnion | None:
    behavior = types.Behavior(capabilities.function_behavior)
    tagged = [types.FunctionDeclaration(**{**declared, "behavior": behavior}) for declared in declarations]
    return [types.Tool(function_declarations=tagged)] if tagged else None


def _turns(turn_taking: TurnTaking) -> types.RealtimeInputConfig:
    return types.RealtimeInputConfig(
        automatic_activity_detection=types.AutomaticActivityDetection(
            start_of_speech_sensitivity=types.StartSensitivity(
                f"START_SENSITIVITY_{turn_taking.start_sensitivity}"
            ),
            end_of_speech_sensitivity=types.EndSensitivity(f"END_SENSITIVITY_{turn_taking.end_sensitivity}"),
            prefix_padding_ms=turn_taking.prefix_milliseconds,
            silence_duration_ms=turn_taking.silence_milliseconds,
        )
    )
