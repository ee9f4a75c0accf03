"""Tests of judging a call that is over."""

from __future__ import annotations

import io
from datetime import date, time

import pytest

from rehearsal.caller.call_log_view import ToolCallRow, Turn
from rehearsal.caller.conversation import Conversation, End
from rehearsal.caller.persona import Persona
from rehearsal.caller.screen import Screen
from rehearsal.caller.script import Caller, Script
from rehearsal.caller.verdict import verdict
from rehearsal.caller.wish import Wish
from rehearsal.twilio.dictionary import Notice
from rehearsal.twilio.line import Line
from rehearsal.twilio.media_stream import Ending, MediaStream
from rehearsal.twilio.phone_call import PhoneCall
from rehearsal.twilio.twiml import Connect
from rehearsal.twilio.webhook import Webhooks


class Log:
    """A call log in which an appointment is, or is not."""

    def __init__(self, appointment: str | None) -> None:
        self._appointment = appointment

    def turns(self, call_id: str, after: int) -> list[Turn]:
        return []

    def tool_calls(self, call_id: str) -> list[ToolCallRow]:
        return []

    def appointment(self, call_id: str) -> str | None:
        return self._appointment


def _persona(*agent_words: str) -> Persona:
    wish = Wish(day=date(2026, 11, 27), time=time(10), name="", email="", phone="", today=date(2026, 11, 25))
    persona = Persona(wish)
    for words in agent_words:
        persona.answer(words)
    return persona


def _judge(
    caller: Caller, *, ending: Ending | None, appointment: str | None = "", end: End = "", notices: int = 0
) -> tuple[int, str]:
    log = Log(appointment)
    conversation = Conversation(caller, log, lambda _: b"", Screen(io.StringIO(), {}))
    conversation.end = end
    call = PhoneCall(Line("", "", "", ""), Webhooks(""), conversation.talk, lambda _: None)
    if ending:
        call.ending = ending
        call.stream = MediaStream(Connect("ws://127.0.0.1", {}), "", "", frame_seconds=1)
    call.notices = [Notice(31951, "")] * notices
    return verdict(call, conversation, caller, log)


def test_a_call_that_brought_the_appointment_is_well_ended() -> None:
    code, words = _judge(_persona("Anything else?"), ending="the caller hung up", end="done")
    assert (code, words) == (0, "the call ended well")


def test_a_polite_refusal_is_well_ended_too() -> None:
    refused = _persona("That is taken. Which other day or time would you like?")
    code, words = _judge(refused, ending="the clinic hung up", appointment=None)
    assert code == 0
    assert "refused, politely" in words


def test_a_goodbye_without_the_appointment_is_not() -> None:
    code, words = _judge(_persona("Goodbye."), ending="the caller hung up", appointment=None)
    assert (code, words) == (1, "goodbye was said, but nothing was booked")


def test_a_clinic_that_hangs_up_in_the_middle_broke_the_call() -> None:
    code, words = _judge(_persona("How can I help you?"), ending="the clinic hung up")
    assert code == 1
    assert "in the middle" in words


def test_a_script_has_no_wish_that_could_fail() -> None:
    assert _judge(Script([]), ending="the clinic hung up", appointment=None)[0] == 0


@pytest.mark.parametrize(
    ("ending", "end", "notices", "said"),
    [
        (None, "", 0, "no media stream"),
        ("broken", "", 1, "broke off"),
        ("the caller hung up", "silence", 0, "silence"),
        ("the caller hung up", "done", 1, "Twilio would have complained"),
    ],
)
def test_a_broken_call_is_one_whoever_rang(ending: Ending | None, end: End, notices: int, said: str) -> None:
    code, words = _judge(Script([]), ending=ending, end=end, notices=notices)
    assert code == 1
    assert said in words


def test_a_caller_who_was_never_understood_gave_up() -> None:
    persona = _persona(*["At what time?"] * 5)
    code, words = _judge(persona, ending="the caller hung up", end="done")
    assert code == 1
    assert "gave up" in words
