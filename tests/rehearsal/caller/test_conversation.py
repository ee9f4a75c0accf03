"""Tests of the caller's part, on a real stream whose other end the test plays; time is compressed."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable

from websockets.asyncio.server import ServerConnection

from rehearsal.caller.call_log_view import ToolCallRow, Turn
from rehearsal.caller.conversation import Conversation
from rehearsal.caller.screen import Screen
from rehearsal.twilio.media_stream import MediaStream
from rehearsal.twilio.twiml import Connect

FAST = 0.0005
ServeStream = Callable[[Callable[[ServerConnection], Awaitable[None]]], Awaitable[str]]


class Log:
    """A call log that the test writes."""

    def __init__(self) -> None:
        self.written: list[Turn] = []
        self.rows: list[ToolCallRow] = []

    def say(self, speaker: str, text: str) -> None:
        self.written.append(Turn(len(self.written) + 1, "agent" if speaker == "agent" else "caller", text))

    def turns(self, call_id: str, after: int) -> list[Turn]:
        return [turn for turn in self.written if call_id == "c1" and turn.number > after]

    def tool_calls(self, call_id: str) -> list[ToolCallRow]:
        return list(self.rows) if call_id == "c1" else []

    def appointment(self, call_id: str) -> str | None:
        return f"of {call_id}"


class Attentive:
    """A caller who notes when each answer was wanted, and hangs up after the last line."""

    def __init__(self, *lines: str) -> None:
        self.heard: list[str] = []
        self._lines = list(lines)

    def answer(self, agent_words: str) -> str | None:
        self.heard.append(agent_words)
        return self._lines.pop(0) if self._lines else None

    def speak_up(self, quiet_ms: int) -> str | None:
        return None

    def is_done(self, quiet_ms: int) -> bool:
        return not self._lines and quiet_ms >= 1000


async def _hold(url: str, caller: Attentive, log: Log, out: io.StringIO) -> tuple[Conversation, MediaStream]:
    conversation = Conversation(caller, log, lambda _: b"\x00\x10" * 1600, Screen(out, {}))
    stream = MediaStream(Connect(url, {"call_id": "c1"}), "CA1", "AC1", frame_seconds=FAST)
    await stream.open("")
    await stream.run(conversation.talk)
    return conversation, stream


async def _agent_says(connection: ServerConnection, milliseconds: int) -> None:
    """Receive up to the start, then send audio."""
    while (message := json.loads(await connection.recv()))["event"] != "start":
        pass
    media = {"payload": b64encode(b"\x10" * 8 * milliseconds).decode()}
    await connection.send(json.dumps({"event": "media", "streamSid": message["streamSid"], "media": media}))
    async for _ in connection:
        pass


async def test_an_answer_waits_until_the_agents_words_were_played_and_a_moment_longer(
    serve_stream: ServeStream,
) -> None:
    log, out = Log(), io.StringIO()
    log.say("agent", "How can I help you?")

    async def serve(connection: ServerConnection) -> None:
        await _agent_says(connection, 2000)

    caller = Attentive("hello")
    conversation, stream = await _hold(await serve_stream(serve), caller, log, out)
    assert caller.heard == ["How can I help you?"]
    spoken = next(
        at for at in range(0, len(stream.recording.caller), 160) if stream.recording.caller[at] != 0xFF
    )
    assert stream.agent_heard_ms == stream.agent_began_ms + 2000
    assert spoken / 8 - stream.agent_heard_ms >= 400
    assert conversation.end == "done"
    assert out.getvalue().splitlines() == ["   agent  How can I help you?", "  caller  hello"]


async def test_words_that_are_in_the_log_but_were_not_heard_are_not_answered(
    serve_stream: ServeStream,
) -> None:
    log = Log()
    log.say("agent", "How can I help you?")

    async def serve(connection: ServerConnection) -> None:
        async for _ in connection:
            pass

    caller = Attentive("hello")
    conversation, _ = await _hold(await serve_stream(serve), caller, log, io.StringIO())
    assert caller.heard == []
    assert conversation.end == "silence"


async def test_what_was_said_in_two_turns_is_answered_once(serve_stream: ServeStream) -> None:
    log = Log()
    log.say("agent", "One moment.")
    log.say("agent", "For which day?")

    async def serve(connection: ServerConnection) -> None:
        await _agent_says(connection, 200)

    caller = Attentive("on friday")
    await _hold(await serve_stream(serve), caller, log, io.StringIO())
    assert caller.heard == ["One moment. For which day?"]


async def test_each_tool_call_is_shown_when_asked_and_when_answered(serve_stream: ServeStream) -> None:
    log, out = Log(), io.StringIO()
    log.rows = [ToolCallRow("book_appointment", "pending", None, "")]
    log.say("agent", "One moment.")

    async def serve(connection: ServerConnection) -> None:
        await _agent_says(connection, 400)

    class Answered(Attentive):
        def answer(self, agent_words: str) -> str | None:
            log.rows = [ToolCallRow("book_appointment", "succeeded", 7, "It is booked.")]
            return super().answer(agent_words)

    await _hold(await serve_stream(serve), Answered("thank you goodbye"), log, out)
    assert [line for line in out.getvalue().splitlines() if "tool" in line] == [
        "    tool  book_appointment pending",
        "    tool  book_appointment succeeded in 7 ms: It is booked.",
    ]


async def test_what_the_clinic_misheard_is_shown_and_the_wait_for_the_agent_told(
    serve_stream: ServeStream,
) -> None:
    log, out = Log(), io.StringIO()

    async def serve(connection: ServerConnection) -> None:
        sid, frames, spoke = "", 0, False
        async for text in connection:
            message = json.loads(text)
            sid = sid or message.get("streamSid", "")
            if message["event"] != "media":
                continue
            frames += 1
            silent = message["media"]["payload"].startswith("////")
            if frames == 2 or (spoke and silent):
                log.say("caller", "yellow") if spoke else log.say("agent", "Yes?")
                log.say("agent", "Pardon?") if spoke else None
                spoke = False
                media = {"payload": b64encode(b"\x10" * 800).decode()}
                await connection.send(json.dumps({"event": "media", "streamSid": sid, "media": media}))
            spoke = spoke or not silent

    conversation, _ = await _hold(await serve_stream(serve), Attentive("hello"), log, out)
    assert "          heard as: yellow" in out.getvalue().splitlines()
    assert len(conversation.waits_ms) == 1
    assert conversation.waits_ms[0] > 0
    assert f"   agent  Pardon?  ({conversation.waits_ms[0]} ms)" in out.getvalue().splitlines()
