"""Whole conversations: what the receptionist says and calls, turn by turn."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import Any

from clinic.directory import Clinic
from rehearsal.receptionist import Receptionist
from rehearsal.receptionist.actions import Call, Say
from rehearsal.speech.expecting import Expecting

Begin = Callable[..., Any]
GREET = "[The call is connected. Greet the caller.]"
ON_RECORD = (
    "[The call is connected. Greet the caller."
    " The caller's number +919849012345 is on record: Asha Rao, asha@example.com.]"
)
WISH = "i would like to see doctor mehta on the fourth of december at ten thirty a m"
MAIL = "alpha sierra hotel alpha dot romeo alpha oscar at example dot com"
CHECKED = {
    "appointment_date": "2026-12-04",
    "appointment_time": "10:30 AM",
    "doctor_name": "Dr. Anil Mehta",
    "department": "Cardiology",
}
BOOKED = {"patient_name": "Asha Rao", "email": "asha.rao@example.com", **CHECKED}


def test_the_call_begins_with_the_clinics_greeting(call: Begin, clinic: Clinic) -> None:
    assert call().says(GREET) == clinic.greeting["en"]


def test_an_appointment_is_booked_from_one_sentence(call: Begin) -> None:
    conversation = call()
    assert conversation.says(GREET, WISH).endswith("What is your name, please?")
    assert "A S H A, dot, R A O, at, example dot com" in conversation.says("my name is asha rao", MAIL)
    assert conversation.says("yes") == (
        "So that is Doctor Mehta, cardiology, on Friday the 4th of December at half past ten, for Asha Rao."
        " Shall I book it?"
    )
    assert conversation.called("book_appointment") == []
    assert conversation.says("yes please") == "It is booked. Is there anything else I can do for you?"
    assert conversation.called("check_appointment_availability") == [CHECKED]
    assert conversation.called("book_appointment") == [BOOKED]
    assert conversation.says("no thank you goodbye").endswith("Goodbye.")


def test_an_appointment_is_booked_in_many_turns_and_in_any_order(call: Begin) -> None:
    conversation = call()
    assert conversation.says("hello") == "Hello. How can I help you?"
    assert "doctor or department" in conversation.says("at half past ten please")
    assert "which day" in conversation.says("a cardiologist")
    assert "your name" in conversation.says("on friday the fourth of december")
    conversation.says("asha rao", MAIL, "yes", "yes")
    first = {key: value for key, value in CHECKED.items() if key != "doctor_name"}
    assert conversation.called("check_appointment_availability") == [first]
    assert conversation.called("book_appointment") == [BOOKED]


def test_a_typed_turn_is_understood_like_a_spoken_one(call: Begin) -> None:
    conversation = call()
    conversation.says("Dr. Mehta on 2026-12-04 at 10:30", "Asha Rao", "asha.rao@example.com", "Yes.", "Yes!")
    assert conversation.called("book_appointment") == [BOOKED]


def test_of_a_part_of_the_day_the_time_is_asked(call: Begin) -> None:
    conversation = call()
    assert conversation.says("doctor mehta tomorrow in the afternoon") == "At what time in the afternoon?"
    conversation.says("three")
    assert conversation.called("check_appointment_availability")[0]["appointment_time"] == "03:00 PM"


def test_a_patient_on_record_is_greeted_by_name_and_need_not_spell(call: Begin) -> None:
    conversation = call()
    assert conversation.says(ON_RECORD).startswith("Hello Asha. Thank you for calling")
    assert conversation.says(WISH).endswith("for Asha Rao. Shall I book it?")
    conversation.says("yes")
    assert conversation.called("book_appointment") == [{**BOOKED, "email": "asha@example.com"}]


def test_the_name_on_record_can_be_corrected_at_the_read_back(call: Begin) -> None:
    conversation = call()
    assert "for Ravi Kumar. Shall I book it?" in conversation.says(ON_RECORD, WISH, "no for ravi kumar")


def test_a_name_that_is_not_understood_is_spelled_and_read_back(call: Begin) -> None:
    conversation = call()
    assert "Could you spell your name" in conversation.says(WISH, "")
    assert conversation.expects(Expecting.SPELLING)
    heard = conversation.says("alpha sierra hotel alpha space romeo alpha mike")
    assert heard == "The name is Asha Ram, spelled A S H A, R A M. Is that right?"
    assert "spell your name" in conversation.says("no")
    assert "R A O. Is that right?" in conversation.says("alpha sierra hotel alpha space romeo alpha oscar")
    assert "e-mail" in conversation.says("yes")


def test_an_email_address_is_spelled_in_pieces_and_corrected(call: Begin) -> None:
    conversation = call()
    conversation.says(WISH, "asha rao")
    assert conversation.expects(Expecting.SPELLING)
    assert conversation.says("alpha sierra") == "Yes, please go on."
    conversation.says("hotel at example")
    assert "A S H, at, example dot com. Is that right?" in conversation.says("dot com")
    assert conversation.expects(Expecting.YES_NO)
    assert "Could you spell your e-mail address?" in conversation.says("no")
    assert "A S H A, at, gmail dot com" in conversation.says("a s h a at gmail dot com")
    conversation.says("no it is a s h a dot r a o at example dot com", "yes", "yes")
    assert conversation.called("book_appointment") == [BOOKED]


def test_a_free_time_that_was_only_asked_about_is_booked_only_when_wanted(call: Begin) -> None:
    conversation = call()
    assert conversation.says("is doctor rao free tomorrow at four").endswith("Would you like me to book it?")
    assert "not booked anything" in conversation.says("no")
    assert conversation.called("book_appointment") == []
    assert conversation.called("log_call_information")[0]["call_type"] == "enquiry"


def test_an_answer_nobody_waits_for_changes_nothing(call: Begin) -> None:
    conversation = call()
    conversation.says(WISH)
    assert conversation.receptionist.answered("check_appointment_availability", {"success": False}) == []
    assert conversation.receptionist.answered("log_call_information", {"success": True}) == []


def test_a_caller_who_speaks_while_the_clinic_looks_is_asked_to_wait(
    clinic: Clinic, declared: dict[str, Any], now: Callable[[], datetime]
) -> None:
    receptionist = Receptionist(clinic, declared, now)
    receptionist.heard(WISH)
    assert receptionist.heard("hello") == [Say("One moment, please.")]
    assert receptionist.heard("") == []


def test_an_emergency_does_not_wait_for_a_tool(
    clinic: Clinic, declared: dict[str, Any], now: Callable[[], datetime]
) -> None:
    receptionist = Receptionist(clinic, declared, now)
    receptionist.heard(WISH)
    assert receptionist.heard("i have chest pain") == [Say(clinic.emergency_message["en"])]


def test_a_call_that_speech_cancels_is_made_again(
    clinic: Clinic, declared: dict[str, Any], now: Callable[[], datetime]
) -> None:
    blocking = {name: {**row, "behavior": "BLOCKING"} for name, row in declared.items()}
    receptionist = Receptionist(clinic, blocking, now)
    (checking,) = receptionist.heard(WISH)
    assert receptionist.heard("hello") == [Say("One moment, please."), checking]
    assert receptionist.heard("") == [checking]
    assert receptionist.heard("[The caller has been silent for a while.]") == [checking]


def test_a_change_of_mind_while_the_clinic_looks_is_looked_up_too(
    clinic: Clinic, declared: dict[str, Any], now: Callable[[], datetime]
) -> None:
    receptionist = Receptionist(clinic, declared, now)
    receptionist.heard(WISH)
    receptionist.heard("no at eleven")
    again = receptionist.answered("check_appointment_availability", {"success": True, "available": True})
    assert again == [Call("check_appointment_availability", {**CHECKED, "appointment_time": "11:00 AM"})]


def test_what_is_not_understood_three_times_brings_the_clinics_number(call: Begin) -> None:
    conversation = call()
    heard = [conversation.says("") for _ in range(6)]
    assert all("reach our staff" not in words for words in heard[:2])
    assert "staff on plus 9 1, 4 0 0, 0 0 0, 0 0 0 0" in heard[2]
    assert all(one != following for one, following in pairwise(heard))


def test_nothing_is_said_twice_running_however_often_it_is_not_understood(call: Begin) -> None:
    for opening in ("hello", "book an appointment", "doctor mehta", "doctor mehta tomorrow", WISH):
        conversation = call()
        conversation.says(opening)
        heard = [conversation.says("blah" if turn % 2 else "") for turn in range(12)]
        assert all(one != following for one, following in pairwise(heard))


def test_being_understood_restores_the_patience(call: Begin) -> None:
    conversation = call()
    conversation.says("", "", "i want to book an appointment")
    assert "reach our staff" not in conversation.says("", "")


def test_after_a_booking_another_can_be_made(call: Begin) -> None:
    conversation = call()
    conversation.says(ON_RECORD, WISH, "yes")
    conversation.says("i would like to see doctor sharma tomorrow at four", "yes")
    assert [args["doctor_name"] for args in conversation.called("book_appointment")] == [
        "Dr. Anil Mehta",
        "Dr. Neha Sharma",
    ]


def test_without_any_tool_it_books_nothing_and_says_so(call: Begin) -> None:
    conversation = call({})
    assert "can not book appointments here" in conversation.says(WISH)
    assert conversation.says("goodbye").endswith("Goodbye.")
    assert conversation.calls == []


def test_only_declared_arguments_are_passed(call: Begin, declared: dict[str, Any]) -> None:
    day_only = {"type": "object", "properties": {"appointment_date": {}, "appointment_time": {}}}
    check = {"name": "check_appointment_availability", "parametersJsonSchema": day_only}
    conversation = call({**declared, "check_appointment_availability": check})
    conversation.says(WISH)
    assert conversation.called("check_appointment_availability") == [
        {"appointment_date": "2026-12-04", "appointment_time": "10:30 AM"}
    ]


def test_a_copy_goes_on_by_itself(call: Begin) -> None:
    conversation = call()
    conversation.says(ON_RECORD, WISH)
    twin = copy.deepcopy(conversation.receptionist)
    conversation.says("no on monday")
    (booking,) = twin.heard("yes")
    assert isinstance(booking, Call)
    assert booking.args["appointment_date"] == "2026-12-04"
    assert conversation.says("yes").startswith("It is booked.")


def test_who_does_not_answer_yes_or_no_is_listened_to_for_anything_else(call: Begin) -> None:
    conversation = call()
    conversation.says(WISH, "asha rao", "a s h a at example dot com")
    assert conversation.expects(Expecting.YES_NO)
    conversation.says("")
    assert conversation.expects(Expecting.ANYTHING)
    assert "goodbye" in conversation.says("no thank you goodbye").lower()
