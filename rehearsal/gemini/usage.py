"""Counts tokens about as the service does, so that a bill can be rehearsed too."""

from __future__ import annotations

from rehearsal.gemini.wire import ModalityTokenCount, UsageMetadata

_TOKENS_A_SECOND = 25
"""Of audio (ai.google.dev/gemini-api/docs/live-api/capabilities)."""
_CHARACTERS_A_TOKEN = 4


class Usage:
    """One session's tokens: the prompt grows with the conversation, the response is the last turn's."""

    def __init__(self) -> None:
        self._characters = 0
        self._heard_seconds = 0.0
        self._spoken_seconds = 0.0

    def read(self, text: str) -> None:
        """Count text that the client sent."""
        self._characters += len(text)

    def heard(self, seconds: float) -> None:
        """Count audio that the client sent."""
        self._heard_seconds += seconds

    def spoke(self, seconds: float) -> None:
        """Count audio of the turn under way."""
        self._spoken_seconds += seconds

    def of_turn(self) -> UsageMetadata:
        """Return what the turn cost, and make its answer part of the next prompt."""
        text = self._characters // _CHARACTERS_A_TOKEN
        heard = int(self._heard_seconds * _TOKENS_A_SECOND)
        spoken = int(self._spoken_seconds * _TOKENS_A_SECOND)
        self._heard_seconds += self._spoken_seconds
        self._spoken_seconds = 0.0
        return UsageMetadata(
            prompt_token_count=text + heard,
            response_token_count=spoken,
            total_token_count=text + heard + spoken,
            prompt_tokens_details=[_count("TEXT", text), _count("AUDIO", heard)],
            response_tokens_details=[_count("AUDIO", spoken)],
        )


def _count(modality: str, tokens: int) -> ModalityTokenCount:
    return ModalityTokenCount(modality="AUDIO" if modality == "AUDIO" else "TEXT", token_count=tokens)
