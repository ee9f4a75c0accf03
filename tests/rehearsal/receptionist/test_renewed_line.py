"""A receptionist whose connection was renewed in mid-call goes on, by what the service tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from realtime_service.live import recap
from realtime_service.live.journal import Answered, Asked, Entry, Said

Begin = Callable[..., Any]
GREET = "[The call is connected. Greet the caller.]"
WISH = "i would like to see doctor mehta on the fourth of december at ten thirty a m"
FREE: Mapping[str, Any] = {
    "success": True,
    "available": True,
    "message": "It is free.",
    "requested_slot": {
        "slot_id": "mehta-1",
        "doctor_name": "Dr. Anil Mehta",
        "department": "Cardiology",
        "date": "2026-12-04",
        "time": "10:30 AM",
        "spoken": "Friday the 4th of December at half past ten",
    },
    "alternatives": [],
}
CHECK = Asked("1", "check_appointment_availability", {"doctor_name": "Mehta"}, known=False, result=FREE)


def test_nothing_is_said_where_nothing_is_due(call: Begin) -> None:
    assert call().says(GREET, recap.missed([Said("agent", "Hello.")], recap.BE_SILENT)) == ""


def test_a_sentence_that_was_cut_off_is_said_again(call: Begin) -> None:
    conversation = call()
    greeting = conversation.says(GREET)
    assert conversation.says(recap.missed([Said("agent", "Hel", cut=True)], recap.GO_ON_SPEAKING)) == greeting


def test_a_callers_turn_that_was_lost_is_answered(call: Begin) -> None:
    conversation = call()
    conversation.says(GREET)
    assert "your name" in conversation.says(recap.missed([Said("caller", WISH)], recap.ANSWER))


def test_a_new_receptionist_knows_what_was_said_and_does_not_greet(call: Begin) -> None:
    conversation = call()
    said: list[Entry] = [Said("agent", "Hello."), Said("caller", WISH), CHECK, Answered(CHECK)]
    conversation.receptionist.recall([tuple(turn) for turn in recap.history(said)])
    assert "your name" in conversation.says(recap.afresh(recap.ANSWER))
    assert conversation.calls == []


def test_the_result_of_a_call_that_the_new_session_has_not_made_is_taken_from_the_news(call: Begin) -> None:
    conversation = call()
    conversation.receptionist.recall([("user", WISH)])
    assert "your name" in conversation.says(recap.news(CHECK))
