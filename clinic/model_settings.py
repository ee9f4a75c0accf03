"""The settings of the live model: whose it is, how it sounds, and when it takes a caller to have spoken."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Milliseconds = Annotated[int, Meta(ge=0, le=5000)]


class ModelSettings(Struct, frozen=True, kw_only=True):
    """Each field named as its variable in lower case."""

    gemini_api_key: Annotated[str, Meta(description="A Gemini key. Unset: the rehearsed model")] = ""
    gemini_model: Annotated[str, Meta(description="The Live model")] = "gemini-3.8-live"
    google_gemini_base_url: Annotated[
        str, Meta(description="Another endpoint that speaks Gemini's protocol, `https://…`. Unset: Google's")
    ] = ""
    google_genai_use_vertexai: Annotated[
        bool,
        Meta(description="Gemini on Google Cloud, by the project's credentials, instead of GEMINI_API_KEY"),
    ] = False
    google_cloud_location: Annotated[
        str, Meta(description="The region of Gemini on Google Cloud; Live has no `global`")
    ] = "us-central1"
    gemini_start_sensitivity: Annotated[
        Literal["HIGH", "LOW"],
        Meta(description="How readily the model takes sound for a caller's first word"),
    ] = "HIGH"
    gemini_end_sensitivity: Annotated[
        Literal["HIGH", "LOW"], Meta(description="How readily it takes a pause for the end of what is said")
    ] = "LOW"
    gemini_prefix_padding_ms: Annotated[
        Milliseconds, Meta(description="Speech needed before a caller's turn begins, milliseconds")
    ] = 40
    gemini_silence_duration_ms: Annotated[
        Milliseconds, Meta(description="Silence needed before it ends; more for callers who pause")
    ] = 600
    gemini_voice: Annotated[str, Meta(description="The agent's voice")] = "Charon"

    @property
    def has_real_model(self) -> bool:
        """Whether Gemini is Google's and not rehearsed."""
        return bool(self.gemini_api_key) or self.google_genai_use_vertexai
