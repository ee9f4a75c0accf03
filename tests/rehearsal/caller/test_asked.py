"""Tests of knowing what is asked, in the wordings of several agents."""

from __future__ import annotations

import pytest

from rehearsal.caller.asked import Asked, asked_for, offers, questions, refuses, says_goodbye, wants_it_again


def _first(words: str) -> Asked | None:
    return next(filter(None, map(asked_for, questions(words))), None)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("Thank you for calling Renova Hospitals. How can I help you?", Asked.PURPOSE),
        ("What can I do for you? I can look for an appointment, for example.", Asked.PURPOSE),
        ("Which doctor or department would you like?", Asked.DOCTOR),
        ("Whom would you like to see? Please name a doctor or a department.", Asked.DOCTOR),
        ("Which doctor would that be: Doctor Kavita Rao and Doctor Sunil Rao?", Asked.DOCTOR),
        ("Would that be Doctor Mehta?", Asked.AGREEMENT),
        ("Did you say Doctor Mehta?", Asked.AGREEMENT),
        ("For which day would you like the appointment?", Asked.DAY),
        ("Which day suits you? You can say a weekday or a date.", Asked.DAY),
        ("At what time in the morning?", Asked.TIME),
        ("What time would you like to come? Ten thirty, for example.", Asked.TIME),
        ("I did not get the time. At what time would you like to come?", Asked.TIME),
        ("Which other day or time would you like?", Asked.DAY_AND_TIME),
        ("On which other day, or at which other time, could you come?", Asked.DAY_AND_TIME),
        ("When would you like to come in?", Asked.DAY_AND_TIME),
        (
            "Which one shall it be: the first, Friday at noon, or the second, Friday at one o'clock?",
            Asked.CHOICE,
        ),
        ("Which would you like?", Asked.CHOICE),
        ("Would Friday at eleven suit you?", Asked.CHOICE),
        ("You have two appointments. Which one do you mean?", Asked.CHOICE),
        ("What is your name, please?", Asked.NAME),
        ("May I have your full name?", Asked.NAME),
        ("Could you spell your name for me? Please say space between the two.", Asked.SPELLING),
        (
            "Please spell your name, letter by letter. You can say alpha for A and sierra for S.",
            Asked.SPELLING,
        ),
        ("Could you spell your e-mail address? You can say alpha for A, then at, then dot.", Asked.SPELLING),
        ("And what is your email address?", Asked.EMAIL),
        ("Which phone number did you give us? Please say it digit by digit.", Asked.PHONE),
        ("The name is Asha Rao, spelled A S H A, R A O. Is that right?", Asked.AGREEMENT),
        (
            "So that is Doctor Mehta, on Friday at half past ten, for Asha Rao. Shall I book it?",
            Asked.AGREEMENT,
        ),
        ("Would you like me to book it?", Asked.AGREEMENT),
        ("Shall I book that time for you?", Asked.AGREEMENT),
        ("So I move your appointment with Doctor Mehta to Friday at noon. Shall I do that?", Asked.AGREEMENT),
        ("Is that correct?", Asked.AGREEMENT),
        ("Shall I try again?", Asked.AGREEMENT),
        ("What should I change: the doctor, the day, the time or the name?", Asked.WHAT_IS_WRONG),
        ("Shall I put you on the waiting list?", Asked.WAITING_LIST),
        (
            "You are booked, an e-mail is on its way. Is there anything else I can do for you?",
            Asked.ANYTHING_ELSE,
        ),
        ("Can I help you with anything else?", Asked.ANYTHING_ELSE),
        ("One moment, please.", None),
        ("Doctor Mehta is free on Friday at half past ten.", None),
    ],
)
def test_a_question_is_known_by_its_words(words: str, asked: Asked | None) -> None:
    assert _first(words) is asked


def test_the_last_question_comes_first_and_statements_not_at_all() -> None:
    words = "You are welcome. For which day? At what time?"
    assert questions(words) == ["at what time?", "for which day?"]


@pytest.mark.parametrize(
    "words",
    [
        "Sorry, I did not catch that.",
        "I am sorry, could you say that in other words?",
        "Excuse me, I could not hear that well.",
        "Hello, can you hear me?",
        "Are you still there?",
        "Yes, please go on.",
    ],
)
def test_an_agent_that_has_not_caught_it_wants_it_again(words: str) -> None:
    assert wants_it_again(words)
    assert not wants_it_again("Doctor Mehta is free on Friday.")


@pytest.mark.parametrize(
    "words",
    [
        "Dr. Anil Mehta is not free on Friday the 27th of November at half past ten.",
        "The clinic is closed on Friday the 25th of December: Christmas Day.",
        "Dr. Anil Mehta does not see patients at that time.",
        "That time has already passed.",
        "We book no further ahead than 90 days.",
        "I find nothing else in the next two weeks.",
    ],
)
def test_a_refusal_is_known_from_a_free_time(words: str) -> None:
    assert refuses(words)
    assert not refuses("Dr. Anil Mehta is free on Friday at half past ten.")


def test_an_offer_is_known() -> None:
    assert offers("I could offer the first, Friday at eleven.")
    assert not offers("At what time?")


def test_a_goodbye_is_one_only_if_nothing_is_asked_after_it() -> None:
    assert says_goodbye("Thank you for calling. Goodbye.")
    assert says_goodbye("Have a nice day!")
    assert not says_goodbye("Before we say goodbye, is there anything else?")
