"""Client messages as a whole, and server messages as they stand on the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.gemini.contents import Blob, Content, Part
from rehearsal.gemini.refusal import Refused
from rehearsal.gemini.setup_message import Setup
from rehearsal.gemini.wire import (
    ClientContent,
    FunctionResponse,
    RealtimeInput,
    ServerContent,
    ServerMessage,
    SessionResumptionUpdate,
    SetupComplete,
    duration,
    read_client_message,
    written,
)

EVERYTHING = {
    "model": "models/gemini-3.8-live",
    "generationConfig": {
        "responseModalities": ["AUDIO"],
        "temperature": 0.4,
        "topP": 0.9,
        "topK": 40,
        "maxOutputTokens": 1000,
        "seed": 7,
        "mediaResolution": "MEDIA_RESOLUTION_LOW",
        "speechConfig": {
            "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Charon"}},
            "languageCode": "en-US",
        },
        "thinkingConfig": {"thinkingLevel": "LOW", "thinkingBudget": 0, "includeThoughts": False},
        "enableAffectiveDialog": False,
        "translationConfig": {"targetLanguageCode": "hi"},
    },
    "systemInstruction": {"parts": [{"text": "You answer a clinic's telephone."}]},
    "tools": [
        {
            "functionDeclarations": [
                {
                    "name": "book",
                    "description": "Books.",
                    "parametersJsonSchema": {"type": "object"},
                    "behavior": "NON_BLOCKING",
                },
                {
                    "name": "check",
                    "parameters": {"type": "OBJECT", "properties": {"day": {"type": "STRING"}}},
                },
            ]
        },
        {"googleSearch": {}},
    ],
    "sessionResumption": {"handle": "h"},
    "contextWindowCompression": {"triggerTokens": "10000", "slidingWindow": {"targetTokens": 512}},
    "inputAudioTranscription": {
        "languageCodes": ["en-IN"],
        "customVocabulary": ["Renova"],
        "wordTimestamp": True,
        "diarization": False,
        "mode": "VERBATIM",
    },
    "outputAudioTranscription": {},
    "realtimeInputConfig": {
        "automaticActivityDetection": {
            "disabled": False,
            "startOfSpeechSensitivity": "START_SENSITIVITY_HIGH",
            "endOfSpeechSensitivity": "END_SENSITIVITY_LOW",
            "prefixPaddingMs": 20,
            "silenceDurationMs": 500,
        },
        "activityHandling": "NO_INTERRUPTION",
        "turnCoverage": "TURN_INCLUDES_ALL_INPUT",
    },
    "proactivity": {"proactiveAudio": True},
    "historyConfig": {"initialHistoryInClientContent": True},
    "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    "avatarConfig": {"avatarName": "none"},
    "labels": {"clinic": "renova"},
}


def refusal_of(message: Any) -> str:
    with pytest.raises(Refused) as refused:
        read_client_message(json.dumps(message))
    assert refused.value.code == 1007
    return refused.value.reason


def test_everything_the_reference_lists_for_a_set_up_is_read() -> None:
    setup = read_client_message(json.dumps({"setup": EVERYTHING}))
    assert isinstance(setup, Setup)
    assert list(setup.declarations) == ["book", "check"]
    assert setup.declarations["book"].behavior == "NON_BLOCKING"
    assert setup.activity_detection.silence_duration_ms == 500
    assert not setup.interruptible
    assert setup.begins_with_history


def test_a_message_says_exactly_one_thing() -> None:
    assert "not set" in refusal_of({})
    both = {"clientContent": {"turnComplete": True}, "realtimeInput": {"text": "hello"}}
    assert refusal_of(both).startswith("Invalid value (oneof), oneof field 'message_type' is already set.")


def test_realtime_input_carries_exactly_one_thing() -> None:
    assert "not set" in refusal_of({"realtimeInput": {}})
    assert "oneof" in refusal_of({"realtimeInput": {"text": "hello", "audioStreamEnd": True}})


def test_media_chunks_are_refused_as_deprecated() -> None:
    chunks = {"realtime_input": {"media_chunks": [{"data": "AAA=", "mime_type": "audio/pcm"}]}}
    assert (
        refusal_of(chunks) == "realtime_input.media_chunks is deprecated. Use audio, video, or text instead."
    )


@pytest.mark.parametrize("transparent", [True, None])
def test_vertex_only_names_are_unknown(transparent: bool | None) -> None:
    assert "Unknown name" in refusal_of({"setup": {"sessionResumption": {"transparent": transparent}}})
    assert "Unknown name" in refusal_of({"setup": {"explicitVadSignal": True}})


def test_an_empty_activity_mark_counts_as_set() -> None:
    given = read_client_message('{"realtimeInput": {"activityStart": {}}}')
    assert isinstance(given, RealtimeInput)
    assert given.activity_start is not None


def test_a_content_is_read_without_its_thoughts() -> None:
    parts = [{"text": "hm", "thought": True}, {"text": "on "}, {"text": "Friday"}]
    turn = {"role": "user", "parts": parts}
    given = read_client_message(json.dumps({"clientContent": {"turns": [turn], "turnComplete": True}}))
    assert isinstance(given, ClientContent)
    assert [one.text for one in given.turns or ()] == ["on Friday"]


@pytest.mark.parametrize(
    ("response", "output"),
    [
        ({"success": True}, {"success": True}),
        ({"output": {"success": True}}, {"success": True}),
        ({"success": True, "scheduling": "SILENT"}, {"success": True}),
        ({"output": "done"}, {"output": "done"}),
    ],
)
def test_a_functions_result_is_found_wherever_the_client_puts_it(response: Any, output: Any) -> None:
    assert FunctionResponse(id="1", response=response).output == output


def test_scheduling_is_read_from_both_of_its_places() -> None:
    assert FunctionResponse(id="1", scheduling="INTERRUPT").when == "INTERRUPT"
    assert FunctionResponse(id="1", response={"scheduling": "SILENT"}).when == "SILENT"
    assert FunctionResponse(id="1").when == "WHEN_IDLE"


def test_server_messages_are_camel_case_with_standard_base64_and_without_defaults() -> None:
    audio = Part(inline_data=Blob(mime_type="audio/pcm;rate=24000", data=b"\xff\xfe\xff"))
    message = ServerMessage(server_content=ServerContent(model_turn=Content(role="model", parts=[audio])))
    assert json.loads(written(message)) == {
        "serverContent": {
            "modelTurn": {
                "role": "model",
                "parts": [{"inlineData": {"data": "//7/", "mimeType": "audio/pcm;rate=24000"}}],
            }
        }
    }
    assert written(ServerMessage(setup_complete=SetupComplete())) == b'{"setupComplete":{}}'
    empty = ServerMessage(session_resumption_update=SessionResumptionUpdate())
    assert written(empty) == b'{"sessionResumptionUpdate":{}}'


@pytest.mark.parametrize(("seconds", "text"), [(50, "50s"), (0.25, "0.250s"), (1.0, "1s")])
def test_durations_are_written_as_the_service_does(seconds: float, text: str) -> None:
    assert duration(seconds) == text
