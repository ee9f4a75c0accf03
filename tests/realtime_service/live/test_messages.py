"""Tests of reading the server's messages, the odd ones above all."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from realtime_service.live.messages import Reading, read, read_parsed

AT_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The table of all characters is built at the first draw of a fresh clone, which takes a second."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["serverContent", "toolCall", "usageMetadata", "goAway", "sessionResumptionUpdate"])


def told(**message: Any) -> list[LiveEvent]:
    reading = read(json.dumps(message).encode())
    assert reading.understood
    return reading.events


def blob(pcm: bytes, mime: str = "audio/pcm;rate=24000") -> dict[str, Any]:
    return {"inlineData": {"mimeType": mime, "data": base64.b64encode(pcm).decode()}}


def content(**fields: Any) -> list[LiveEvent]:
    return told(serverContent=fields)


@AT_ANY_PACE
@given(st.lists(st.binary(min_size=1, max_size=200), max_size=4))
def test_the_audio_of_every_part_is_told_in_order(pieces: list[bytes]) -> None:
    parts = [blob(pcm) for pcm in pieces]
    assert content(modelTurn={"role": "model", "parts": parts}) == [AudioSpoken(pcm) for pcm in pieces]


def test_thoughts_words_pictures_and_audio_of_another_rate_are_not_played() -> None:
    parts = [
        {"text": "I should ask for the day."},
        {**blob(b"\1\2"), "thought": True},
        blob(b"\1\2", "image/png"),
        blob(b"\1\2", "audio/pcm;rate=16000"),
        blob(b""),
        {"executableCode": {}},
        blob(b"\5\6", "audio/pcm"),
    ]
    assert content(modelTurn={"parts": parts}) == [AudioSpoken(b"\5\6")]


def test_one_message_may_say_many_things_and_the_interruption_comes_first_and_the_end_last() -> None:
    assert told(
        goAway={"timeLeft": "1.5s"},
        usageMetadata={"totalTokenCount": 3},
        sessionResumptionUpdate={"newHandle": "h", "resumable": True},
        toolCallCancellation={"ids": ["2", "3"]},
        toolCall={"functionCalls": [{"id": "4", "name": "a"}, {"id": "5", "name": "b", "args": {"c": 1}}]},
        serverContent={
            "turnComplete": True,
            "turnCompleteReason": "MALFORMED_FUNCTION_CALL",
            "generationComplete": True,
            "outputTranscription": {"text": "Good"},
            "modelTurn": {"parts": [blob(b"\1\2")]},
            "inputTranscription": {"text": "Hello"},
            "interrupted": True,
        },
    ) == [
        Interrupted(),
        CallerTranscribed("Hello"),
        AudioSpoken(b"\1\2"),
        AgentTranscribed("Good"),
        FunctionCalled("4", "a", {}),
        FunctionCalled("5", "b", {"c": 1}),
        FunctionCallsCancelled(("2", "3")),
        UsageCounted(total_tokens=3),
        ResumptionUpdated("h", True),
        GenerationComplete(),
        TurnComplete("MALFORMED_FUNCTION_CALL"),
        GoAway(1.5),
    ]


def test_a_transcript_may_end_without_a_word() -> None:
    assert content(inputTranscription={"finished": True}) == [CallerTranscribed("", True)]
    assert content(inputTranscription={}, outputTranscription={"text": ""}) == []


def test_tokens_are_counted_by_kind() -> None:
    counted = {
        "promptTokenCount": 10,
        "responseTokenCount": 20,
        "toolUsePromptTokenCount": 3,
        "thoughtsTokenCount": 4,
        "totalTokenCount": 37,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 4},
            {"modality": "AUDIO", "tokenCount": 6},
        ],
        "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 20}],
    }
    by_prompt, by_response = {"TEXT": 4, "AUDIO": 6}, {"AUDIO": 20}
    assert told(usageMetadata=counted) == [UsageCounted(10, 20, 3, 4, 37, by_prompt, by_response)]


@pytest.mark.parametrize(
    "update",
    [{}, {"resumable": False, "newHandle": "h"}, {"resumable": True}, {"resumable": True, "newHandle": ""}],
)
def test_there_is_no_handle_unless_the_server_says_it_can_be_resumed(update: dict[str, Any]) -> None:
    assert told(sessionResumptionUpdate=update) == [ResumptionUpdated("", False)]


@pytest.mark.parametrize(
    ("left", "seconds"), [("50s", 50), ("0.25s", 0.25), ("soon", 0), ("", 0), ("-3s", 0)]
)
def test_the_time_left_is_seconds_and_none_when_it_cannot_be_read(left: str, seconds: float) -> None:
    assert told(goAway={"timeLeft": left}) == [GoAway(seconds)]
    assert told(goAway={}) == [GoAway(0)]


@pytest.mark.parametrize("arguments", [None, [], "Mehta", 7])
def test_arguments_that_are_no_object_are_no_arguments(arguments: Any) -> None:
    call = {"id": "1", "name": "a", "args": arguments}
    assert told(toolCall={"functionCalls": [call]}) == [FunctionCalled("1", "a", {})]


def test_fields_of_a_later_version_are_skipped_wherever_they_stand() -> None:
    assert told(serverContent={"interrupted": True, "new": {"a": [1]}}, newer={"b": 2}) == [Interrupted()]
    assert told(newest=[1, 2, 3], setupComplete={}, voiceActivity={"type": "ACTIVITY_START"}) == []


def test_a_field_that_holds_what_it_cannot_is_left_out_and_the_others_are_told() -> None:
    raw = json.dumps({"serverContent": {"modelTurn": 7}, "goAway": {"timeLeft": "9s"}}).encode()
    assert read(raw) == Reading([GoAway(9.0)], False)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"\xff\xfe",
        b"[1]",
        b"7",
        b'{"goAway":7}',
        b'{"toolCall":{"functionCalls":[{"id":"without a name"}]}}',
        b'{"serverContent":{"modelTurn":{"parts":[{"inlineData":{"data":"!"}}]}}}',
        b'{"toolCall":{"functionCalls":[{"id":"1","name":"a","args":'
        + b"[" * 50_000
        + b"]" * 50_000
        + b"}]}}",
        b'{"usageMetadata":{"totalTokenCount":' + b"9" * 5_000 + b"}}",
    ],
)
def test_nonsense_says_nothing_and_does_not_raise(raw: bytes) -> None:
    assert read(raw) == Reading([], False)


@AT_ANY_PACE
@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    assert read(raw).events == []


@AT_ANY_PACE
@given(st.dictionaries(FIELDS, JSON, max_size=3))
def test_no_message_makes_it_raise(message: dict[str, Any]) -> None:
    reading = read(json.dumps(message).encode())
    assert reading.understood or len(reading.events) < len(message)


def test_a_message_the_sdk_has_parsed_says_the_same() -> None:
    parsed = {
        "serverContent": {"modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm", "data": b"a"}}]}}
    }
    assert read_parsed(parsed) == Reading([AudioSpoken(b"a")], True)
    assert read_parsed({"goAway": 7}) == Reading([], False)
