"""Tests of the set-up, as the server reads it from the real SDK."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from realtime_service.live.recap import HistoryTurn
from realtime_service.live.setup import TurnTaking

DECLARATIONS = [
    {
        "name": "book_appointment",
        "description": "Books it",
        "parameters_json_schema": {"type": "object", "properties": {"doctor_name": {"type": "string"}}},
    }
]


def camel(value: Any) -> Any:
    """Return the value with its keys in camelCase: the SDK sends a mixture, the service takes both."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {re.sub("_(.)", lambda m: m[1].upper(), key): camel(inner) for key, inner in value.items()}


async def listen(peer: Any) -> None:
    """Set up, then read until the client hangs up."""
    await peer.set_up()
    await peer.connection.wait_closed()


async def test_the_set_up_says_all_that_a_telephone_call_needs(playing: Any) -> None:
    async with playing(listen) as world, world.gemini().session("Be kind", DECLARATIONS, language="en-IN"):
        setup = camel(world.peers[0].setup)
    speech = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Charon"}}, "languageCode": "en-IN"}
    assert setup["model"] == "models/gemini-3.8-live"
    assert setup["generationConfig"] == {"responseModalities": ["AUDIO"], "speechConfig": speech}
    assert setup["systemInstruction"]["parts"] == [{"text": "Be kind"}]
    assert setup["inputAudioTranscription"] == setup["outputAudioTranscription"] == {}
    assert setup["contextWindowCompression"] == {"slidingWindow": {}}
    assert setup["sessionResumption"] == {}


async def test_every_function_is_declared_with_its_schema_and_its_behaviour(playing: Any) -> None:
    async with playing(listen) as world, world.gemini().session("", DECLARATIONS):
        [tool] = world.peers[0].setup["tools"]
    [declared] = camel(tool)["functionDeclarations"]
    assert declared["name"] == "book_appointment"
    assert declared["description"] == "Books it"
    assert declared["behavior"] == "NON_BLOCKING"
    assert '"doctor_name": {"type": "string"}' in json.dumps(tool)


async def test_a_session_without_functions_declares_none(playing: Any) -> None:
    async with playing(listen) as world, world.gemini().session("", []):
        assert "tools" not in world.peers[0].setup


async def test_a_model_that_must_think_is_told_how_much(playing: Any) -> None:
    model = "gemini-3.8-live-extended-thinking"
    async with playing(listen) as world, world.gemini(model=model).session("", []):
        thinking = camel(world.peers[0].setup)["generationConfig"]["thinkingConfig"]
    assert thinking == {"thinkingLevel": "LOW"}


async def test_a_handle_takes_up_an_earlier_session(playing: Any) -> None:
    async with playing(listen) as world, world.gemini().session("", [], handle="handle-1"):
        assert world.peers[0].setup["sessionResumption"] == {"handle": "handle-1"}


async def test_a_caller_has_begun_and_finished_when_the_settings_say_so(playing: Any) -> None:
    turn_taking = TurnTaking(
        start_sensitivity="LOW", end_sensitivity="HIGH", prefix_milliseconds=20, silence_milliseconds=800
    )
    async with playing(listen) as world, world.gemini(turn_taking=turn_taking).session("", []):
        detection = camel(world.peers[0].setup)["realtimeInputConfig"]["automaticActivityDetection"]
    assert detection == {
        "startOfSpeechSensitivity": "START_SENSITIVITY_LOW",
        "endOfSpeechSensitivity": "END_SENSITIVITY_HIGH",
        "prefixPaddingMs": 20,
        "silenceDurationMs": 800,
    }


async def test_only_a_fresh_session_with_a_past_asks_to_be_told_it(playing: Any) -> None:
    async with playing(listen) as world, world.gemini().session("", []):
        assert "historyConfig" not in camel(world.peers[0].setup)
    async with playing(listen) as world, world.gemini().session("", [], with_history=True):
        assert camel(world.peers[0].setup)["historyConfig"] == {"initialHistoryInClientContent": True}


async def test_a_history_is_ended_where_the_model_takes_it_as_such_and_left_open_where_not(
    playing: Any,
) -> None:
    told: list[Any] = []

    async def script(peer: Any) -> None:
        await peer.set_up()
        told.append(camel((await peer.receive())["client_content"]))
        await peer.connection.wait_closed()

    turns = [HistoryTurn("user", "hello"), HistoryTurn("model", "welcome")]
    for model in ("gemini-3.8-live", "gemini-2.5-flash-native-audio-preview-12-2025"):
        async with (
            playing(script) as world,
            world.gemini(model=model).session("", [], with_history=True) as live,
        ):
            await live.send_history(turns)
            async with asyncio.timeout(5):
                while len(told) < 1 + (model != "gemini-3.8-live"):
                    await asyncio.sleep(0.01)
        setup = camel(world.peers[0].setup)
        assert ("historyConfig" in setup) is (model == "gemini-3.8-live")
    said = [
        {"role": "user", "parts": [{"text": "hello"}]},
        {"role": "model", "parts": [{"text": "welcome"}]},
    ]
    assert told == [{"turns": said, "turnComplete": True}, {"turns": said, "turnComplete": False}]
