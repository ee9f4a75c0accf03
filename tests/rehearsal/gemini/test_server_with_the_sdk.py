"""The service as the unmodified google-genai SDK meets it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from google.genai import errors, types

from rehearsal.gemini.faculties import Pace
from rehearsal.receptionist.actions import Call, Raw, Say

Serve = Callable[..., Awaitable[Any]]

CHECK = types.FunctionDeclaration(
    name="check",
    description="Checks a slot.",
    parameters_json_schema={"type": "object", "properties": {"appointment_date": {"type": "string"}}},
    behavior=types.Behavior.NON_BLOCKING,
)
TOOLS = [types.Tool(function_declarations=[CHECK])]


async def turn_of(session: Any) -> list[types.LiveServerMessage]:
    async with asyncio.timeout(5):
        return [message async for message in session.receive()]


def words_of(messages: list[types.LiveServerMessage]) -> str:
    contents = [message.server_content for message in messages if message.server_content]
    return "".join(one.output_transcription.text or "" for one in contents if one.output_transcription)


def audio_of(messages: list[types.LiveServerMessage]) -> bytes:
    return b"".join(message.data or b"" for message in messages)


async def hear(session: Any, rate: int) -> None:
    """Let the caller speak for 0.2 s and be silent for 0.3 s."""
    for frame in [b"\x00\x20"] * 10 + [b"\0\0"] * 15:
        blob = types.Blob(data=frame * (rate // 50), mime_type=f"audio/pcm;rate={rate}")
        await session.send_realtime_input(audio=blob)


async def test_the_sdk_is_greeted_in_sound_and_words(serve: Serve) -> None:
    greet = "[The call is connected. Greet the caller.]"
    model = await serve({greet: [Say("Good morning, this is the clinic.")]})
    async with model.connect() as session:
        await session.send_realtime_input(text=greet)
        turn = await turn_of(session)
    assert words_of(turn) == "Good morning, this is the clinic."
    assert audio_of(turn) == model.voice.speak("six words make this much sound")
    assert turn[-1].usage_metadata is not None
    assert turn[-1].usage_metadata.response_token_count == 3


@pytest.mark.parametrize("rate", [8000, 16000])
async def test_the_sdk_is_heard_at_the_telephones_rate_and_at_the_native_one(serve: Serve, rate: int) -> None:
    model = await serve()
    model.ear.will_hear = ["tomorrow at ten"]
    async with model.connect() as session:
        await hear(session, rate)
        turn = await turn_of(session)
    heard = [one.server_content.input_transcription for one in turn if one.server_content]
    assert heard[0] is not None
    assert heard[0].text == "tomorrow at ten"
    assert words_of(turn) == "you said tomorrow at ten"
    assert len(model.ear.given[0]) / 2 / 16000 == pytest.approx(0.2, abs=0.05)


async def test_the_sdk_answers_a_tool_and_hears_of_it(serve: Serve) -> None:
    script = {"book": [Call("check", {"appointment_date": "2026-12-04"})], "check answered": [Say("Free.")]}
    model = await serve(script)
    async with model.connect(tools=TOOLS) as session:
        await session.send_realtime_input(text="book")
        asked = [one.tool_call for one in await turn_of(session) if one.tool_call]
        (call,) = asked[0].function_calls or []
        assert call.args == {"appointment_date": "2026-12-04"}
        response = types.FunctionResponse(id=call.id, name=call.name, response={"slot_id": "a_b"})
        await session.send_tool_response(function_responses=[response])
        assert words_of(await turn_of(session)) == "Free."
    assert model.receptionist.was_answered == [("check", {"slot_id": "a_b"})]
    assert model.setups[0].declarations["check"].parameters_json_schema == CHECK.parameters_json_schema


async def test_the_sdk_declares_tools_by_its_own_schema_too(serve: Serve) -> None:
    model = await serve()
    schema = types.Schema(
        type=types.Type.OBJECT,
        properties={"day_of_week": types.Schema(any_of=[types.Schema(type=types.Type.STRING)])},
    )
    declaration = types.FunctionDeclaration(name="check", parameters=schema)
    async with model.connect(tools=[types.Tool(function_declarations=[declaration])]):
        read = model.setups[0].declarations["check"].parameters
    assert list(read.properties) == ["day_of_week"]
    assert read.properties["day_of_week"].any_of[0].type == "STRING"


async def test_everything_the_sdk_can_ask_of_a_session_is_accepted(serve: Serve) -> None:
    model = await serve()
    config = {
        "temperature": 0.3,
        "top_p": 0.9,
        "top_k": 40,
        "max_output_tokens": 2000,
        "seed": 1,
        "media_resolution": "MEDIA_RESOLUTION_LOW",
        "speech_config": {
            "voice_config": {"prebuilt_voice_config": {"voice_name": "Charon"}},
            "language_code": "en-US",
        },
        "thinking_config": {"include_thoughts": False},
        "system_instruction": "You answer a clinic's telephone.",
        "tools": [*TOOLS, {"google_search": {}}],
        "session_resumption": {},
        "context_window_compression": {"trigger_tokens": 20000, "sliding_window": {"target_tokens": 9000}},
        "input_audio_transcription": {"language_codes": ["en-IN"], "custom_vocabulary": ["Renova"]},
        "realtime_input_config": {
            "automatic_activity_detection": {
                "disabled": False,
                "start_of_speech_sensitivity": "START_SENSITIVITY_HIGH",
                "end_of_speech_sensitivity": "END_SENSITIVITY_LOW",
                "prefix_padding_ms": 40,
                "silence_duration_ms": 600,
            },
            "activity_handling": "START_OF_ACTIVITY_INTERRUPTS",
            "turn_coverage": "TURN_INCLUDES_ONLY_ACTIVITY",
        },
        "proactivity": {"proactive_audio": True},
        "history_config": {"initial_history_in_client_content": False},
        "safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"}],
        "labels": {"clinic": "renova"},
    }
    async with model.connect(**config) as session:
        await session.send_realtime_input(text="hello")
        await turn_of(session)
    (detection,) = model.detections
    assert (detection.prefix_padding_ms, detection.silence_duration_ms) == (40, 600)
    assert model.setups[0].system_instruction.text == "You answer a clinic's telephone."


async def test_the_sdk_is_interrupted_and_resumes_and_is_told_to_go_away(serve: Serve) -> None:
    model = await serve({"hello": [Say("word " * 60)]}, pace=Pace(connection_seconds=1.2, notice_seconds=1.0))
    async with model.connect(session_resumption={}) as session:
        await session.send_realtime_input(text="hello")
        await asyncio.sleep(0.05)
        await hear(session, 16000)
        turn = await turn_of(session)
        assert any(one.server_content and one.server_content.interrupted for one in turn)
        rest = turn + await turn_of(session)
        assert [one.go_away.time_left for one in rest if one.go_away] in (["1s"], [])
        await session.send_realtime_input(text="thanks")
        rest += await turn_of(session)
        updates = [one.session_resumption_update for one in rest if one.session_resumption_update]
        handle = next(one.new_handle for one in reversed(updates) if one.resumable)
    async with model.connect(session_resumption={"handle": handle}) as session:
        await session.send_realtime_input(text="what did i say")
        assert words_of(await turn_of(session)).startswith("hello")


async def test_the_sdk_trips_over_an_unknown_message_and_goes_on(serve: Serve) -> None:
    model = await serve({"odd": [Raw({"weather": {"sky": "blue"}}), Say("Fine.")]})
    async with model.connect() as session:
        await session.send_realtime_input(text="odd")
        with pytest.raises(TypeError):
            await turn_of(session)
        assert words_of(await turn_of(session)) == "Fine."


async def test_the_sdk_is_told_why_its_set_up_is_refused(serve: Serve) -> None:
    model = await serve()
    with pytest.raises(errors.APIError, match="Request contains an invalid argument") as refused:
        async with model.connect(response_modalities=["TEXT"]):
            pass
    assert refused.value.code == 1007


async def test_the_sdks_deprecated_media_input_is_refused(serve: Serve) -> None:
    model = await serve()
    async with model.connect() as session:
        await session.send_realtime_input(media=types.Blob(data=b"\0\0", mime_type="audio/pcm;rate=16000"))
        with pytest.raises(errors.APIError, match="media_chunks is deprecated") as refused:
            await turn_of(session)
    assert refused.value.code == 1007
