"""Tests of the persona: whole conversations, agent's words in, caller's words out."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from rehearsal.caller.persona import Persona
from rehearsal.caller.wish import Wish

GREETING = "Thank you for calling Renova Hospitals. How can I help you?"
OPENING = "i would like to see doctor mehta on friday at ten thirty"
EMAIL = "alpha sierra hotel alpha dot romeo alpha oscar at example dot com"


def _persona(**changes: Any) -> Persona:
    wish: dict[str, Any] = {
        "doctor": "doctor mehta",
        "doctor_in_full": "doctor anil mehta",
        "day": date(2026, 11, 27),
        "time": time(10, 30),
        "name": "Asha Rao",
        "email": "asha.rao@example.com",
        "phone": "+918123456789",
        "today": date(2026, 11, 25),
    }
    return Persona(Wish(**(wish | changes)))


def _converse(persona: Persona, *turns: tuple[str, str | None]) -> None:
    for agent, caller in turns:
        assert persona.answer(agent) == caller, agent


def test_a_caller_says_it_all_and_is_booked_after_the_read_back() -> None:
    persona = _persona()
    _converse(
        persona,
        (GREETING, OPENING),
        ("One moment, please.", None),
        ("Doctor Mehta is free then. What is your name, please?", "my name is asha rao"),
        ("Please spell your e-mail address for me, letter by letter.", EMAIL),
        ("The e-mail address is A S H A, dot, R A O, at, example dot com. Is that right?", "yes please"),
        (
            "So that is Doctor Mehta, on Friday the 27th of November at half past ten, for Asha Rao. "
            "Shall I book it?",
            "yes please",
        ),
        ("It is booked. Is there anything else I can do for you?", "no thank you goodbye"),
    )
    assert not persona.is_done(quiet_ms=5000)
    _converse(persona, ("Thank you for calling. Goodbye.", None))
    assert persona.is_done(quiet_ms=0)
    assert persona.wants_appointment
    assert not persona.gave_up


def test_a_caller_who_waits_to_be_asked_gives_doctor_day_and_time_one_by_one() -> None:
    _converse(
        _persona(all_at_once=False),
        (GREETING, "i would like to book an appointment"),
        ("Which doctor or department would you like?", "doctor mehta"),
        ("For which day?", "on friday"),
        ("At what time?", "at ten thirty"),
        ("What is your phone number, digit by digit?", "eight one two three four five six seven eight nine"),
    )


def test_a_caller_names_the_doctor_in_full_where_two_share_the_name() -> None:
    said = "We have Doctor Anil Mehta and Doctor Sunil Mehta. Which doctor do you mean?"
    assert _persona().answer(said) == "doctor anil mehta"


def test_a_caller_without_a_doctor_in_mind_takes_any() -> None:
    _converse(
        _persona(doctor="", doctor_in_full=""),
        (GREETING, "i would like to book an appointment on friday at ten thirty"),
        ("Which doctor or department would you like?", "any doctor"),
    )


@pytest.mark.parametrize(
    ("asked", "spelled"),
    [
        ("Could you spell your name for me?", "alpha sierra hotel alpha space romeo alpha oscar"),
        (
            "Could you spell your name for me? Please say space between the first and the last name.",
            "alpha sierra hotel alpha space romeo alpha oscar",
        ),
        ("Could you spell your last name?", "romeo alpha oscar"),
        ("How do you spell your first name?", "alpha sierra hotel alpha"),
        ("What is your e-mail address? Please spell it.", EMAIL),
        ("And your e-mail address?", EMAIL),
    ],
)
def test_a_caller_spells_what_is_asked_for(asked: str, spelled: str) -> None:
    assert _persona().answer(asked) == spelled


def test_a_caller_takes_the_first_alternative_and_holds_the_clinic_to_no_other_time() -> None:
    persona = _persona()
    _converse(
        persona,
        (GREETING, OPENING),
        (
            "Doctor Mehta is not free on Friday at half past ten. I could offer the first, Friday at eleven "
            "o'clock, or the second, Friday at noon. Which one would you like?",
            "the first one please",
        ),
        (
            "So that is Doctor Mehta, on Friday at eleven o'clock, for Asha Rao. Shall I book it?",
            "yes please",
        ),
    )
    assert persona.wants_appointment


def test_a_caller_who_wants_no_other_time_says_goodbye() -> None:
    persona = _persona(accept_alternative=False)
    _converse(
        persona,
        (GREETING, OPENING),
        ("That is taken. I could offer Friday at noon. Which one would you like?", "no thank you goodbye"),
        ("Thank you for your call. Goodbye.", None),
    )
    assert persona.declined
    assert not persona.wants_appointment
    assert persona.is_done(quiet_ms=0)


def test_a_caller_who_is_offered_nothing_says_goodbye() -> None:
    persona = _persona()
    _converse(
        persona,
        (GREETING, OPENING),
        ("The clinic is closed on Friday. Which other day or time would you like?", "no thank you goodbye"),
    )
    assert persona.declined


def test_a_caller_whose_doctor_does_not_work_there_says_goodbye_but_not_for_another_name() -> None:
    persona = _persona()
    _converse(
        persona,
        ("I find no Doctor Mehra here. Which doctor or department would you like?", "doctor mehta"),
        ("I find no Doctor Mehta here. Which doctor or department would you like?", "no thank you goodbye"),
    )
    assert persona.declined


def test_a_caller_does_not_want_to_wait_on_a_list() -> None:
    persona = _persona()
    assert persona.answer("Shall I put you on the waiting list?") == "no thank you"
    assert persona.declined


def test_a_caller_corrects_what_was_read_back_wrong() -> None:
    _converse(
        _persona(),
        (
            "That is Doctor Mehta, on Thursday at half past ten, for Asha Rao. Shall I book it?",
            "no on friday",
        ),
        ("What should I change: the doctor, the day, the time or the name?", "on friday"),
        ("The name is Usha Rao, spelled U S H A, R A O. Is that right?", "no my name is asha rao"),
        ("I have A S A, dot, R A O, at, example dot com. Is that right?", f"no it is {EMAIL}"),
    )


def test_a_caller_repeats_what_was_not_caught() -> None:
    _converse(
        _persona(),
        ("At what time?", "at ten thirty"),
        ("Are you still there?", "at ten thirty"),
        ("For which day?", "on friday"),
        ("Sorry, I did not catch that.", "on friday"),
        ("I could not hear that well. At what time?", "at ten thirty"),
    )


def test_a_caller_whose_first_sentence_fails_twice_says_only_what_it_is_about() -> None:
    again = "Sorry, I did not catch that. How can I help you?"
    _converse(
        _persona(),
        (GREETING, OPENING),
        (again, OPENING),
        (again, "i would like to book an appointment"),
    )


def test_a_caller_who_is_never_understood_gives_up_with_a_goodbye() -> None:
    persona = _persona()
    answers = [persona.answer("I did not catch that. At what time?") for _ in range(5)]
    assert answers == ["at ten thirty"] * 4 + ["no thank you goodbye"]
    assert persona.gave_up


def test_a_question_that_makes_no_sense_is_asked_for_again() -> None:
    assert _persona().answer("Is the moon blue over there perhaps, or green?") == "repeat that please"


def test_a_caller_answers_a_goodbye_and_hangs_up() -> None:
    persona = _persona()
    assert persona.answer("Please ring our staff. Goodbye.") == "thank you goodbye"
    assert persona.is_done(quiet_ms=0)


def test_a_caller_does_not_wait_for_a_goodbye_longer_than_twenty_seconds() -> None:
    persona = _persona()
    persona.answer("Is there anything else?")
    assert not persona.is_done(quiet_ms=19_900)
    assert persona.is_done(quiet_ms=20_000)


def test_who_cancels_and_who_moves_say_so() -> None:
    assert (
        _persona(intent="cancel").answer(GREETING)
        == "i would like to cancel my appointment with doctor mehta"
    )
    moving = _persona(intent="move")
    _converse(
        moving,
        (GREETING, "i would like to move my appointment to friday at ten thirty"),
        (
            "You have one with Doctor Rao, and one with Doctor Mehta. Which one do you mean?",
            "the first one please",
        ),
        (
            "So I move your appointment with Doctor Mehta to Friday at half past ten. Shall I do that?",
            "yes please",
        ),
    )
    assert not moving.wants_appointment
