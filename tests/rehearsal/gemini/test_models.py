"""What each model refuses in a set-up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.gemini.models import model_of
from rehearsal.gemini.refusal import Refused
from rehearsal.gemini.setup_message import Setup
from rehearsal.gemini.wire import read_client_message


def asking(model: str, **asked: Any) -> Setup:
    setup = read_client_message(json.dumps({"setup": {"model": f"models/{model}"} | asked}))
    assert isinstance(setup, Setup)
    return setup


def thinking(level: str) -> dict[str, Any]:
    return {"thinkingConfig": {"thinkingLevel": level}}


def tool(behavior: str) -> list[dict[str, Any]]:
    return [{"functionDeclarations": [{"name": "book", "behavior": behavior}]}]


def test_a_model_that_is_not_served_is_not_found() -> None:
    with pytest.raises(Refused) as refused:
        model_of(asking("gemini-2.0-flash-live-001"))
    assert refused.value.code == 1008
    assert refused.value.reason.startswith(
        "models/gemini-2.0-flash-live-001 is not found for API version v1beta, or is not supported for"
    )


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        ("gemini-3.8-live", {"generationConfig": {"responseModalities": ["TEXT"]}}),
        ("gemini-3.8-live", {"generationConfig": {"responseModalities": ["AUDIO", "TEXT"]}}),
        ("gemini-3.8-live", {"generationConfig": thinking("LOW")}),
        ("gemini-3.8-live", {"generationConfig": {"enableAffectiveDialog": True}}),
        ("gemini-3.8-live", {"proactivity": {"proactiveAudio": False}}),
        ("gemini-3.8-live-extended-thinking", {}),
        ("gemini-3.8-live-extended-thinking", {"generationConfig": thinking("MINIMAL")}),
        (
            "gemini-3.8-live-extended-thinking",
            {"generationConfig": thinking("LOW"), "tools": tool("BLOCKING")},
        ),
        ("gemini-3.1-flash-live-preview", {"tools": tool("NON_BLOCKING")}),
    ],
)
def test_a_set_up_the_model_cannot_accept_is_an_invalid_argument(model: str, asked: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        model_of(asking(model, **asked))
    assert refused.value.code == 1007
    assert refused.value.reason.startswith("Request contains an invalid argument.")


@pytest.mark.parametrize(
    ("model", "asked", "behavior"),
    [
        (
            "gemini-3.8-live",
            {"tools": tool("BLOCKING"), "proactivity": {"proactiveAudio": True}},
            "NON_BLOCKING",
        ),
        ("gemini-3.8-live-extended-thinking", {"generationConfig": thinking("LOW")}, "NON_BLOCKING"),
        ("gemini-3.1-flash-live-preview", {"generationConfig": thinking("LOW")}, "BLOCKING"),
        ("gemini-2.5-flash-native-audio-preview-12-2025", {"tools": tool("NON_BLOCKING")}, "BLOCKING"),
    ],
)
def test_a_call_blocks_by_default_where_the_model_says_so(
    model: str, asked: dict[str, Any], behavior: str
) -> None:
    assert model_of(asking(model, **asked)).default_behavior == behavior
