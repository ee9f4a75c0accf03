"""The set-up message: what a client may ask of a session, name by name (Live API reference, v1beta)."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from rehearsal.gemini.contents import Content, FunctionDeclaration, Tool, WireMessage, declared_in


class PrebuiltVoiceConfig(WireMessage):
    """`Charon`, `Kore` … : accepted; the rehearsed voice is espeak-ng's."""

    voice_name: str = ""


class VoiceConfig(WireMessage):
    """Which voice speaks."""

    prebuilt_voice_config: PrebuiltVoiceConfig | None = None


class SpeechConfig(WireMessage):
    """How the model speaks."""

    voice_config: VoiceConfig | None = None
    language_code: str | None = None
    """BCP-47."""


class ThinkingConfig(WireMessage):
    """How much the model thinks."""

    thinking_level: Literal["MINIMAL", "LOW", "MEDIUM", "HIGH"] | None = None
    thinking_budget: int | None = None
    include_thoughts: bool | None = None


class TranslationConfig(WireMessage):
    """Of the translating models."""

    target_language_code: str | None = None
    echo_target_language: bool | None = None


class GenerationConfig(WireMessage):
    """How answers are made."""

    response_modalities: list[Literal["AUDIO", "TEXT", "IMAGE"]] | None = None
    candidate_count: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    max_output_tokens: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    media_resolution: str | None = None
    speech_config: SpeechConfig | None = None
    thinking_config: ThinkingConfig | None = None
    enable_affective_dialog: bool | None = None
    translation_config: TranslationConfig | None = None


class SessionResumptionConfig(WireMessage):
    """Asks for handles, and resumes with one. `transparent` is Vertex only, so unknown here."""

    handle: str = ""


class SlidingWindow(WireMessage):
    """What is kept when the context is cut."""

    target_tokens: int | None = None


class ContextWindowCompressionConfig(WireMessage):
    """When the context is cut."""

    trigger_tokens: int | None = None
    sliding_window: SlidingWindow | None = None


class AudioTranscriptionConfig(WireMessage):
    """Its presence asks for a transcript of one side."""

    language_codes: list[str] | None = None
    language_auto: dict[str, Any] | None = None
    language_hints: dict[str, Any] | None = None
    custom_vocabulary: list[str] | None = None
    adaptation_phrases: list[str] | None = None
    word_timestamp: bool | None = None
    diarization: bool | None = None
    mode: Literal["MODE_UNSPECIFIED", "VERBATIM", "SMART"] | None = None


class AutomaticActivityDetection(WireMessage):
    """How the start and end of the caller's speech are found."""

    disabled: bool = False
    start_of_speech_sensitivity: (
        Literal["START_SENSITIVITY_UNSPECIFIED", "START_SENSITIVITY_HIGH", "START_SENSITIVITY_LOW"] | None
    ) = None
    end_of_speech_sensitivity: (
        Literal["END_SENSITIVITY_UNSPECIFIED", "END_SENSITIVITY_HIGH", "END_SENSITIVITY_LOW"] | None
    ) = None
    prefix_padding_ms: int | None = None
    silence_duration_ms: int | None = None


class RealtimeInputConfig(WireMessage):
    """How realtime input becomes turns."""

    automatic_activity_detection: AutomaticActivityDetection | None = None
    activity_handling: (
        Literal["ACTIVITY_HANDLING_UNSPECIFIED", "START_OF_ACTIVITY_INTERRUPTS", "NO_INTERRUPTION"] | None
    ) = None
    turn_coverage: (
        Literal[
            "TURN_COVERAGE_UNSPECIFIED",
            "TURN_INCLUDES_ONLY_ACTIVITY",
            "TURN_INCLUDES_ALL_INPUT",
            "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO",
        ]
        | None
    ) = None


class ProactivityConfig(WireMessage):
    """Whether the model may stay silent."""

    proactive_audio: bool | None = None


class HistoryConfig(WireMessage):
    """Whether the first clientContent is history and no question."""

    initial_history_in_client_content: bool = False


class SafetySetting(WireMessage):
    """Accepted; nothing here is unsafe."""

    category: str = ""
    threshold: str = ""


class Setup(WireMessage, dict=True):
    """The first message of a session."""

    model: str = ""
    """`models/gemini-3.8-live`."""
    generation_config: GenerationConfig | None = None
    system_instruction: Content | None = None
    tools: list[Tool] | None = None
    session_resumption: SessionResumptionConfig | None = None
    context_window_compression: ContextWindowCompressionConfig | None = None
    input_audio_transcription: AudioTranscriptionConfig | None = None
    output_audio_transcription: AudioTranscriptionConfig | None = None
    realtime_input_config: RealtimeInputConfig | None = None
    proactivity: ProactivityConfig | None = None
    history_config: HistoryConfig | None = None
    safety_settings: list[SafetySetting] | None = None
    avatar_config: dict[str, Any] | None = None
    labels: dict[str, str] | None = None

    @cached_property
    def declarations(self) -> dict[str, FunctionDeclaration]:
        """The tools the model may call, by name; a contextUpdate changes this very dictionary."""
        return declared_in(self.tools or [])

    @cached_property
    def activity_detection(self) -> AutomaticActivityDetection:
        """How turns are found."""
        config = self.realtime_input_config
        return (config and config.automatic_activity_detection) or AutomaticActivityDetection()

    @property
    def interruptible(self) -> bool:
        """Whether the caller's speech stops the model's."""
        config = self.realtime_input_config
        return config is None or config.activity_handling != "NO_INTERRUPTION"

    @property
    def begins_with_history(self) -> bool:
        """Whether the first clientContent only tells what was said before."""
        return self.history_config is not None and self.history_config.initial_history_in_client_content
