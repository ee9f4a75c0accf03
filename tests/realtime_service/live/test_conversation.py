"""Whole conversations through the unmodified SDK, on connections that end as Gemini's do in the field."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import numpy as np
import pytest
from google.oauth2.credentials import Credentials
from structlog.testing import capture_logs

from realtime_service.live.client import DeveloperApi, VertexAi
from realtime_service.live.closed import LiveClosed
from realtime_service.live.conversation import Conversation
from realtime_service.live.events import (
    AgentTranscribed,
    ConnectionLost,
    ConnectionRestored,
    FunctionCalled,
    GoAway,
    LiveEvent,
    TurnComplete,
)
from realtime_service.live.gemini import GeminiLive
from realtime_service.live.patience import Patience
from rehearsal.gemini import scripted
from rehearsal.gemini.faculties import HEARING_RATE, Pace
from rehearsal.gemini.line import Line
from rehearsal.gemini.refusal import Refused, not_found
from rehearsal.gemini.scripted import Script, ScriptedModel, tone
from rehearsal.receptionist.actions import Action, Break, Call, Hang, Raw, Say

IMPATIENT = Patience(
    setup=1.0,
    resume=1.0,
    bring_back=2.0,
    first_pause=0.02,
    longest_pause=0.1,
    steady=0.1,
    cut_margin=0.1,
    first_sound=0.4,
    after_nudge=0.4,
    zeros=0.2,
    held=1.0,
)
PATIENT = Patience()
GREET = "[Greet the caller.]"
GREETING: Script = {GREET: [Say("welcome to the clinic")]}
BOOK: Script = {**GREETING, "book it": [Call("book_appointment", {"doctor_name": "Mehta"})]}
DECLARATIONS = [{"name": "book_appointment", "description": "Books it"}]
BOOKED = {"success": True, "message": "booked"}


class Talk:
    """A conversation that is read, and what has come of it."""

    def __init__(self, model: ScriptedModel, live: Conversation) -> None:
        self.model, self.live = model, live
        self.events: list[LiveEvent] = []
        self._news = asyncio.Event()
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for event in self.live.events():
                self.events.append(event)
                self._news.set()
        finally:
            self._news.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(8):
            while not holds():
                if self.reader.done():
                    await self.reader
                    raise AssertionError("the conversation is over")
                self._news.clear()
                await asyncio.wait([asyncio.create_task(self._news.wait()), self.reader], timeout=0.05)

    async def until_said(self, words: str) -> None:
        await self.until(lambda: words in self.agent)
        spoken = len(self.kinds) - self.kinds[::-1].index("AgentTranscribed")
        await self.until(lambda: "TurnComplete" in self.kinds[spoken:])

    async def until_event(self, kind: type, count: int = 1) -> None:
        await self.until(lambda: self.kinds.count(kind.__name__) >= count)

    @property
    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    @property
    def agent(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, AgentTranscribed))

    @property
    def restored(self) -> list[bool]:
        """For each connection after the first, whether it was a fresh session."""
        return [event.fresh for event in self.events if isinstance(event, ConnectionRestored)]

    @property
    def called(self) -> FunctionCalled:
        return next(event for event in self.events if isinstance(event, FunctionCalled))

    async def book(self) -> None:
        """Let the model call book_appointment."""
        await self.live.send_text("book it")
        await self.until_event(FunctionCalled)

    async def answer(self) -> None:
        await self.live.send_function_response(self.called.id, self.called.name, BOOKED)


@asynccontextmanager
async def talking(
    script: Script = GREETING,
    lines: Iterable[Line] = (),
    *,
    patience: Patience = PATIENT,
    account: DeveloperApi | VertexAi | None = None,
    name: str = "gemini-3.8-live",
    greeted: bool = True,
    speed: float = 100.0,
) -> AsyncIterator[Talk]:
    model = ScriptedModel(script, pace=Pace(speed=speed), lines=lines)
    async with model.service as service:
        gemini = GeminiLive(
            account or DeveloperApi("any-key"),
            model=name,
            base_url=service.base_url,
            ssl_context=service.ssl_context,
            patience=patience,
        )
        async with gemini.conversation("Be kind", DECLARATIONS) as live:
            talk = Talk(model, live)
            if greeted:
                await live.send_text(GREET)
                await talk.until_said("welcome to the clinic")
            try:
                yield talk
            finally:
                talk.reader.cancel()
                await asyncio.gather(talk.reader, return_exceptions=True)


def connections(talk: Talk) -> int:
    return len(talk.model.detections)


# The connection is told to go


async def test_a_connection_told_to_go_is_changed_when_nobody_speaks_and_nobody_notices() -> None:
    with capture_logs() as logs:
        async with talking(lines=[Line(seconds=9.0, notice_seconds=8.5)]) as talk:
            await talk.until_event(ConnectionRestored)
            assert talk.model.told == [GREET], "the session that is resumed needs no word"
            await talk.live.send_text("what did i say")
            await talk.until_said(GREET)
        assert talk.restored == [False]
        assert talk.agent.count("welcome") == 1
        assert connections(talk) == 2
    moves = [(line["before"], line["after"], line["why"]) for line in logs if line["event"] == "= model"]
    assert moves == [
        ("dialling", "live", "set up"),
        ("live", "draining", "go away"),
        ("draining", "resuming", "rotated"),
        ("resuming", "live", "set up"),
    ]


async def test_it_is_not_changed_while_the_agent_speaks() -> None:
    script: Script = {**GREETING, "tell me": [Raw({"goAway": {"timeLeft": "9s"}}), Say("word " * 20 + "end")]}
    async with talking(script) as talk:
        await talk.live.send_text("tell me")
        await talk.until_event(ConnectionRestored)
    lost = talk.kinds.index("ConnectionLost")
    assert talk.kinds.index("GoAway") < talk.kinds.index("AudioSpoken", talk.kinds.index("GoAway")) < lost
    assert "TurnComplete" in talk.kinds[talk.kinds.index("GoAway") : lost]
    assert "CONNECTION_LOST" not in str(talk.events)
    assert talk.agent.endswith("end")


async def test_it_is_not_changed_while_a_function_call_waits() -> None:
    script = {**BOOK, "book_appointment answered": [Say("it is booked")]}
    async with talking(script) as talk:
        await talk.book()
        await talk.live.send_text("go")
        await talk.until_said("you said go")
        assert talk.restored == []
        await talk.answer()
        await talk.until_said("it is booked")
    assert talk.model.answers == [("book_appointment", BOOKED)]


async def test_when_time_runs_out_it_is_changed_in_the_midst_and_the_booking_is_answered_once() -> None:
    async with talking(BOOK, [Line(seconds=2.0, notice_seconds=1.8)], patience=IMPATIENT) as talk:
        await talk.book()
        await talk.until_event(ConnectionLost)
        answering = asyncio.create_task(talk.answer())
        await talk.until_event(ConnectionRestored)
        await answering
        await talk.until_event(TurnComplete, 3)
        assert talk.model.answers == [], "the session was resumed from before the call: it knows no such id"
    told = [text for text in talk.model.told if "booked" in text]
    assert len(told) == 1
    assert 'You called book_appointment with {"doctor_name":"Mehta"}.' in "".join(talk.model.told)
    assert talk.restored == [False]
    assert talk.agent.count("welcome") == 1


async def test_a_call_that_the_resumed_session_knows_is_answered_under_its_id() -> None:
    lines = [Line(seconds=2.0, notice_seconds=1.8, resumes_calls=True)]
    script = {**BOOK, "book_appointment answered": [Say("it is booked")]}
    async with talking(script, lines, patience=IMPATIENT) as talk:
        await talk.book()
        await talk.until_event(ConnectionRestored)
        assert talk.model.answers == []
        await talk.answer()
        await talk.until_said("it is booked")
    assert talk.model.answers == [("book_appointment", BOOKED)]
    assert not any("booked" in text for text in talk.model.told)


# The connection dies


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1006, ""),
        (1000, ""),
        (1008, "The operation was aborted."),
        (1011, "Internal error encountered."),
        (1011, "Deadline expired before operation could complete."),
    ],
)
async def test_a_connection_that_dies_in_mid_sentence_is_resumed_and_the_sentence_goes_on(
    code: int, reason: str
) -> None:
    script: Script = {**GREETING, "tell me": [Say("it is half past"), Break(code, reason)]}
    async with talking(script) as talk:
        await talk.live.send_text("tell me")
        await talk.until_event(ConnectionRestored)
        await talk.until_event(TurnComplete, 3)
        recap = talk.model.told[-1]
    assert talk.restored == [False]
    assert 'You were told: "tell me" You said: "it is half past" (cut off)' in recap
    assert recap.endswith("go on from there.]")
    at = talk.kinds.index("ConnectionLost")
    assert talk.kinds[at - 2 : at + 2] == [
        "GenerationComplete",
        "TurnComplete",
        "ConnectionLost",
        "ConnectionRestored",
    ]


async def test_a_result_that_comes_while_the_line_is_down_is_told_and_only_once() -> None:
    script = {**BOOK, "hold on": [Break(1006)]}
    async with talking(script, [Line(), Line(setup_seconds=0.3)]) as talk:
        await talk.book()
        await talk.live.send_text("hold on")
        await talk.until_event(ConnectionLost)
        await talk.answer()
        assert talk.restored == [False], "the answer counts as given when the model has it"
        await talk.until_event(TurnComplete, 3)
    assert talk.model.answers == []
    assert [text.count("The result of your call") for text in talk.model.told if "result" in text] == [1]


async def test_what_is_typed_while_the_line_is_down_is_answered_when_it_is_back() -> None:
    script = {**GREETING, "hold on": [Break(1006)]}
    async with talking(script, [Line(), Line(setup_seconds=0.2)]) as talk:
        await talk.live.send_text("hold on")
        await talk.until_event(ConnectionLost)
        await talk.live.send_text("are you there")
        await talk.until_event(ConnectionRestored)
        await talk.until_said("are you there")
    assert talk.model.told[-1].endswith("\nare you there")


async def test_a_refused_handle_means_one_fresh_session_that_knows_everything_and_does_not_greet() -> None:
    script = {**BOOK, "hold on": [Break(1006)]}
    async with talking(script, [Line(), Line(setup_refused=not_found())]) as talk:
        await talk.book()
        await talk.answer()
        await talk.live.send_text("hold on")
        await talk.until_event(ConnectionRestored)
        await talk.until_event(TurnComplete, 3)
        fresh = talk.model.receptionists[-1]
    assert talk.restored == [True]
    assert len(talk.model.receptionists) == 2
    assert fresh.recalls == [
        ("user", GREET),
        ("model", "welcome to the clinic"),
        (
            "user",
            'book it\n[You called book_appointment with {"doctor_name":"Mehta"}.]\n'
            '[The result of your call of book_appointment with {"doctor_name":"Mehta"}:'
            ' {"success":true,"message":"booked"}.]\nhold on',
        ),
    ]
    assert [text.startswith("[The line") for text in fresh.was_told] == [True]
    assert "Do not greet again" in fresh.was_told[0]
    assert talk.agent.count("welcome") == 1


async def test_without_any_handle_the_fresh_session_is_dialled_at_once() -> None:
    script = {**GREETING, "hold on": [Break(1011, "Internal error encountered.")]}
    async with talking(script, [Line(is_resumable=False)]) as talk:
        await talk.live.send_text("hold on")
        await talk.until_event(ConnectionRestored)
    assert (talk.restored, connections(talk)) == ([True], 2)


async def test_a_booking_in_flight_over_a_fresh_session_is_told_in_words_and_its_id_is_never_used() -> None:
    script = {**BOOK, "hold on": [Break(1006)]}
    async with talking(script, [Line(is_resumable=False)]) as talk:
        await talk.book()
        await talk.live.send_text("hold on")
        await talk.until_event(ConnectionRestored)
        assert "Its result will follow." in talk.model.receptionist.recalls[-1][1]
        await talk.answer()
        await talk.until(lambda: "booked" in talk.model.told[-1])
    assert talk.model.answers == []


async def test_a_session_that_dies_before_the_greeting_begins_again_with_it() -> None:
    script = {GREET: [Break(1011, "Internal error encountered.")]}
    async with talking(script, greeted=False) as talk:
        await talk.live.send_text(GREET)
        await talk.until_event(ConnectionRestored)
    assert set(talk.model.told) == {GREET}
    assert talk.model.receptionist.recalls == []


class Deadly(dict[str, Any]):
    """A script by which everything but the greeting ends the connection."""

    def get(self, key: str, default: Any = None) -> Any:
        return GREETING[GREET] if key == scripted.GREETING else [Break(1006)]


async def test_a_model_lost_again_and_again_is_given_up_and_the_caller_handed_over() -> None:
    with capture_logs() as logs:
        async with talking(Deadly()) as talk:
            await talk.live.send_text("hold on")
            with pytest.raises(LiveClosed) as gone:
                await asyncio.wait_for(talk.reader, 8)
    assert gone.value.code == 1006
    assert talk.restored == [False, True]
    assert [line["after"] for line in logs if line["event"] == "= model"][-1] == "handed over"


async def test_when_it_can_not_be_brought_back_whoever_waits_is_told() -> None:
    script = {**BOOK, "hold on": [Break(1006)]}
    refused = Line(setup_refused=Refused(1011, "Internal error encountered."))
    with capture_logs() as logs:
        async with talking(script, [Line(), *[refused] * 40], patience=IMPATIENT) as talk:
            await talk.book()
            await talk.live.send_text("hold on")
            await talk.until_event(ConnectionLost)
            answering = asyncio.create_task(talk.answer())
            with pytest.raises(LiveClosed):
                await asyncio.wait_for(talk.reader, 8)
    with pytest.raises(LiveClosed):
        await answering
    states = [line["after"] for line in logs if line["event"] == "= model"]
    assert states == ["live", "resuming", "fresh", "handed over"]
    failed = [line["resuming"] for line in logs if line["event"] == "! model not reached"]
    assert failed.count(True) > 1
    assert failed.count(False) > 1


async def test_a_quota_that_is_used_up_is_not_dialled_again() -> None:
    script = {**GREETING, "hold on": [Break(1011, "You exceeded your current quota.")]}
    async with talking(script) as talk:
        await talk.live.send_text("hold on")
        with pytest.raises(LiveClosed) as gone:
            await asyncio.wait_for(talk.reader, 8)
        assert connections(talk) == 1
    assert gone.value.fatal


async def test_nothing_of_what_was_said_is_in_the_log() -> None:
    script = {**BOOK, "hold on": [Break(1006, "")]}
    with capture_logs() as logs:
        async with talking(script, [Line(), Line(setup_refused=not_found())]) as talk:
            await talk.book()
            await talk.live.send_text("hold on")
            await talk.until_event(ConnectionRestored)
    assert logs
    assert not any(word in str(logs) for word in ("hold on", "Mehta", "welcome", "book"))


# The first dial


@pytest.mark.parametrize(
    "line",
    [
        Line(setup_seconds=math.inf),
        Line(upgrade_refused=HTTPStatus.TOO_MANY_REQUESTS),
        Line(setup_refused=Refused(1011, "RESOURCE_EXHAUSTED")),
        Line(setup_refused=Refused(1006, "")),
    ],
    ids=["never set up", "429", "1011", "1006"],
)
async def test_a_first_dial_that_fails_for_the_moment_is_tried_again(line: Line) -> None:
    patience = Patience(setup=0.3, first_pause=0.02)
    async with talking(lines=[line], patience=patience) as talk:
        assert talk.agent == "welcome to the clinic"
        assert talk.restored == []


async def test_a_late_set_up_is_waited_for() -> None:
    async with talking(lines=[Line(setup_seconds=0.4)]) as talk:
        assert connections(talk) == 1


async def test_a_model_that_can_not_be_reached_is_given_up_in_time() -> None:
    lines = [Line(setup_refused=Refused(1011, "Internal error encountered."))] * 40
    with capture_logs() as logs, pytest.raises(LiveClosed):
        async with asyncio.timeout(8), talking(lines=lines, patience=IMPATIENT):
            pass
    assert logs[-1]["after"] == "failed"


async def test_a_model_that_does_not_exist_is_dialled_once() -> None:
    with capture_logs() as logs, pytest.raises(LiveClosed) as gone:
        async with talking(name="gemini-0"):
            pass
    assert (gone.value.code, gone.value.fatal) == (1008, True)
    assert [line["event"] for line in logs] == ["! model not reached", "= model"]


# The model is silent


async def test_a_model_that_forgets_a_turn_is_nudged_and_answers() -> None:
    with capture_logs() as logs:
        async with talking({**GREETING, "tell me": [Hang()]}, patience=IMPATIENT) as talk:
            await talk.live.send_text("tell me")
            await talk.until_said("The caller waits")
        assert talk.restored == []
    assert [line["event"] for line in logs if "nudged" in line["event"]] == ["= model nudged"]


async def test_a_model_that_stays_silent_after_the_nudge_is_left_for_another_connection() -> None:
    class Silent(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            hangs = key == "tell me" or key.startswith("[The caller waits")
            return [Hang()] if hangs else super().get(key, default)

    async with talking(Silent(GREETING), patience=IMPATIENT) as talk:
        await talk.live.send_text("tell me")
        await talk.until_event(ConnectionRestored)
        await talk.until_said("Go on with what is due now.")
    assert talk.restored == [False]


async def test_a_model_whose_voice_is_digital_silence_is_left_for_another_connection() -> None:
    script = {"tell me": [Say("word " * 20)]}
    async with talking(script, [Line(is_mute=True)], patience=IMPATIENT, greeted=False) as talk:
        await talk.live.send_text("tell me")
        await talk.until_event(ConnectionRestored)
        await talk.until(lambda: any(event.pcm.strip(b"\0") for event in spoken(talk)))
    assert len(talk.restored) == 1


async def test_who_owes_nothing_is_left_in_peace() -> None:
    async with talking(patience=IMPATIENT) as talk:
        await asyncio.sleep(1.0)
    assert talk.model.told == [GREET]


async def test_messages_of_no_known_kind_change_nothing() -> None:
    odd: list[Action] = [Raw({"tongues": {"of": "fire"}}), Raw({"goAway": "soon"}), Say("there you are")]
    async with talking({**GREETING, "tell me": odd}) as talk:
        await talk.live.send_text("tell me")
        await talk.until_said("there you are")
    assert talk.restored == []
    assert not any(isinstance(event, GoAway) for event in talk.events)


# The caller's voice


async def speak(talk: Talk, seconds: float = 0.4, quiet: float = 0.8) -> None:
    """Let the caller speak and be silent, in frames of 20 ms, as fast as they go."""
    frames = tone(seconds, HEARING_RATE) + bytes(int(quiet * HEARING_RATE) * 2)
    for at in range(0, len(frames), 640):
        await talk.live.send_audio(frames[at : at + 640])
        await asyncio.sleep(0)


async def test_the_callers_last_words_wait_for_a_session_that_is_resumed() -> None:
    script = {**GREETING, "hold on": [Break(1006)]}
    async with talking(script, [Line(), Line(setup_seconds=0.2)]) as talk:
        talk.model.ear.will_hear = ["on monday"]
        await talk.live.send_text("hold on")
        await talk.until_event(ConnectionLost)
        await speak(talk)
        await talk.until_said("on monday")
    (heard,) = talk.model.ear.given
    loud = np.count_nonzero(np.abs(np.frombuffer(heard, "<i2")) > 1000) / HEARING_RATE
    assert 0.3 < loud < 0.45


async def test_a_fresh_session_speaks_first_and_is_not_cut_off_by_old_words() -> None:
    script = {**GREETING, "hold on": [Break(1006)]}
    async with talking(script, [Line(is_resumable=False), Line(setup_seconds=0.2)]) as talk:
        talk.model.ear.will_hear = ["on monday"]
        await talk.live.send_text("hold on")
        await talk.until_event(ConnectionLost)
        await speak(talk)
        await talk.until_event(ConnectionRestored)
        await talk.until_said("was renewed")
    assert talk.model.ear.given == []


async def test_a_model_that_waits_for_a_function_does_not_hear_the_caller_where_it_must_not() -> None:
    script = {**BOOK, "book_appointment answered": [Say("it is booked")]}
    async with talking(script, name="gemini-3.1-flash-live-preview") as talk:
        await talk.book()
        await speak(talk)
        assert talk.model.ear.given == []
        await talk.answer()
        await talk.until_said("it is booked")
    assert "FunctionCallsCancelled" not in talk.kinds


# Vertex AI


def token() -> Credentials:
    return Credentials(token="a-token")


async def test_on_vertex_ai_the_session_is_dialled_with_a_token_and_calls_without_ids_are_answered() -> None:
    account = VertexAi("a-project", "us-central1", token())
    script = {**BOOK, "book_appointment answered": [Say("it is booked")]}
    async with talking(script, account=account, name="gemini-live-2.5-flash-native-audio") as talk:
        await talk.book()
        assert talk.called.id.startswith("unnamed-")
        await talk.answer()
        await talk.until_said("it is booked")
        (model,) = {setup.model for setup in talk.model.setups}
    assert model == (
        "projects/a-project/locations/us-central1/publishers/google/models/gemini-live-2.5-flash-native-audio"
    )
    assert talk.model.answers == [("book_appointment", BOOKED)]


async def test_on_vertex_ai_a_lost_connection_is_resumed_too() -> None:
    account = VertexAi("a-project", "us-central1", token())
    async with talking({**GREETING, "hold on": [Break(1006)]}, account=account) as talk:
        await talk.live.send_text("hold on")
        await talk.until_event(ConnectionRestored)
    assert talk.restored == [False]


def spoken(talk: Talk) -> list[Any]:
    return [event for event in talk.events if type(event).__name__ == "AudioSpoken"]
