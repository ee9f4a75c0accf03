"""Proto-JSON: both casings, both base64 alphabets, and the service's reasons."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.gemini import proto_json
from rehearsal.gemini.contents import Blob, FunctionDeclaration
from rehearsal.gemini.refusal import Refused
from rehearsal.gemini.setup_message import SessionResumptionConfig
from rehearsal.gemini.wire import ClientMessage, FunctionResponse


def refusal_of(message: Any) -> str:
    frame = message if isinstance(message, str | bytes) else json.dumps(message)
    with pytest.raises(Refused) as refused:
        proto_json.read(frame, ClientMessage)
    assert refused.value.code == 1007
    return refused.value.reason


@given(st.binary(max_size=64))
def test_audio_is_read_in_either_alphabet_with_or_without_padding(pcm: bytes) -> None:
    standard, url_safe = base64.b64encode(pcm).decode(), base64.urlsafe_b64encode(pcm).decode()
    for data in (standard, url_safe, standard.rstrip("="), url_safe.rstrip("=")):
        assert proto_json.read(json.dumps({"data": data}), Blob).data == pcm


def test_both_casings_are_read_even_mixed_in_one_message() -> None:
    mixed = {"realtime_input": {"audio": {"data": "AAA=", "mimeType": "audio/pcm;rate=16000"}}}
    message = proto_json.read(json.dumps(mixed), ClientMessage)
    assert message.realtime_input is not None
    assert message.realtime_input.audio == Blob(data=b"\0\0", mime_type="audio/pcm;rate=16000")


def test_keys_of_user_data_are_left_as_they_are() -> None:
    response = {"slot_id": None, "slotId": 1, "in_ner": {"a_b": [{"c_d": 2}]}}
    read = proto_json.read(json.dumps({"id": "1", "response": response}), FunctionResponse)
    assert read.response == response
    schema = {"type": "object", "properties": {"patient_name": {"additionalProperties": False}}}
    declared = {"name": "book", "parameters_json_schema": schema}
    assert proto_json.read(json.dumps(declared), FunctionDeclaration).parameters_json_schema == schema


def test_argument_names_of_parameters_keep_their_spelling() -> None:
    declared = {"name": "book", "parameters": {"type": "OBJECT", "properties": {"patient_name": {}}}}
    read = proto_json.read(json.dumps(declared), FunctionDeclaration)
    assert read.parameters is not None
    assert list(read.parameters.properties or {}) == ["patient_name"]


def test_null_means_not_set() -> None:
    assert proto_json.read('{"setup": null}', ClientMessage).setup is None
    resumption = proto_json.read('{"setup": {"sessionResumption": {"handle": null}}}', ClientMessage).setup
    assert resumption is not None
    assert resumption.session_resumption == SessionResumptionConfig()


def test_an_unknown_name_is_refused_by_name_and_place() -> None:
    reason = refusal_of({"setup": {"generationConfig": {"temperatur": 1}}})
    assert reason == (
        "Invalid JSON payload received. Unknown name \"temperatur\" at 'setup.generation_config': Cannot find"
        " field."
    )
    assert 'Unknown name "hello": Cannot find field.' in refusal_of({"hello": 1})


def test_json_schema_in_parameters_is_refused_with_the_place_the_service_names() -> None:
    tools = [{"functionDeclarations": [{"name": "a", "parameters": {"properties": {"b": {"const": 1}}}}]}]
    reason = refusal_of({"setup": {"tools": tools}})
    # A close frame ends the reason after 123 bytes.
    assert reason.startswith(
        'Invalid JSON payload received. Unknown name "const" at \'setup.tools[0].function_declarations[0].'
    )
    assert len(reason.encode()) == 123


def test_one_field_in_both_casings_is_refused() -> None:
    assert "top_p is set twice" in refusal_of({"setup": {"generationConfig": {"topP": 1, "top_p": 1}}})


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ({"setup": {"generationConfig": {"topK": "many"}}}, "setup.generation_config.top_k"),
        ({"setup": {"tools": {}}}, "setup.tools"),
        ({"realtimeInput": {"audio": {"data": "A"}}}, "realtime_input.audio.data"),
        ({"realtimeInput": {"audio": {"data": "??=="}}}, "realtime_input.audio.data"),
        ({"realtimeInput": "audio"}, "realtime_input"),
        ({"setup": {"inputAudioTranscription": {"mode": "GUESS"}}}, "setup.input_audio_transcription.mode"),
        ([], ""),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_with_its_place(message: Any, place: str) -> None:
    assert refusal_of(message).startswith(f"Invalid value at '{place}' (")


@pytest.mark.parametrize(
    "frame",
    ["", "{", "nonsense", b"\xff\xfe", '{"setup": NaN}', "[" * 200_000, '{"a":' * 50_000],
    ids=["empty", "half", "words", "not UTF-8", "NaN", "deep list", "deep object"],
)
def test_what_is_not_json_is_refused(frame: str | bytes) -> None:
    assert refusal_of(frame).startswith("Invalid JSON payload received.")


def test_a_schema_nested_beyond_reason_is_refused() -> None:
    deep = '{"items":' * 5000 + "{}" + "}" * 5000
    frame = '{"setup":{"tools":[{"functionDeclarations":[{"name":"a","parameters":' + deep + "}]}]}}"
    assert refusal_of(frame).startswith("Invalid JSON payload received.")


@given(st.from_regex(r"[a-z]{1,8}([A-Z][a-z]{1,8}){0,3}", fullmatch=True))
def test_snake_case_and_camel_case_are_the_same_name(camel: str) -> None:
    head, *rest = proto_json.snake_case(camel).split("_")
    assert head + "".join(word.capitalize() for word in rest) == camel
