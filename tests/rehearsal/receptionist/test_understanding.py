"""One turn, understood as an answer to what was asked."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.directory import Clinic
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.questions import Question
from rehearsal.receptionist.understanding import Context, Understood, understand

TODAY = date(2026, 11, 25)


def test_one_sentence_gives_wish_doctor_day_and_time(clinic: Clinic) -> None:
    said = "i would like to see doctor mehta tomorrow at ten thirty a m"
    heard = understand(said, Context(Question.HELP, clinic, TODAY))
    assert heard.wish is Wish.BOOK
    assert [doctor.id for doctor in heard.doctors] == ["mehta"]
    assert (heard.day, heard.time) == (date(2026, 11, 26), time(10, 30))


def test_the_order_does_not_matter(clinic: Clinic) -> None:
    context = Context(Question.HELP, clinic, TODAY)
    one = understand("on friday at four with doctor rao i want an appointment", context)
    other = understand("an appointment with doctor rao at four on friday i want", context)
    assert one == other


def test_the_patients_name_is_not_taken_for_a_doctors(clinic: Clinic) -> None:
    heard = understand("my name is asha rao", Context(Question.HELP, clinic, TODAY))
    assert (heard.name, heard.doctors) == ("Asha Rao", ())
    heard = understand("anil mehta", Context(Question.NAME, clinic, TODAY))
    assert (heard.name, heard.doctors) == ("Anil Mehta", ())


@pytest.mark.parametrize(("offered", "choice", "day"), [(3, 1, None), (0, None, date(2026, 12, 2))])
def test_the_second_is_a_choice_where_something_was_offered_and_a_date_elsewhere(
    clinic: Clinic, offered: int, choice: int | None, day: date | None
) -> None:
    heard = understand("the second", Context(Question.CHOICE, clinic, TODAY, offered=offered))
    assert (heard.choice, heard.day) == (choice, day)


def test_a_bare_number_answers_the_question_for_the_time(clinic: Clinic) -> None:
    assert understand("ten", Context(Question.TIME, clinic, TODAY)).time == time(10)
    assert not understand("ten", Context(Question.DAY, clinic, TODAY))


def test_letters_answer_the_question_they_were_asked_for(clinic: Clinic) -> None:
    said = "a s h a"
    assert understand(said, Context(Question.NAME_SPELLED, clinic, TODAY)).name == "Asha"
    assert understand(said, Context(Question.EMAIL, clinic, TODAY)).so_far == said
    whole = understand("at example dot com", Context(Question.EMAIL, clinic, TODAY, so_far=said))
    assert whole.email == "asha@example.com"


def test_an_address_spelled_anew_replaces_the_pieces(clinic: Clinic) -> None:
    context = Context(Question.EMAIL, clinic, TODAY, so_far="a s h")
    assert understand("r a v i at example dot com", context).email == "ravi@example.com"


def test_digits_are_put_together_over_turns(clinic: Clinic) -> None:
    assert understand("nine eight four", Context(Question.PHONE, clinic, TODAY)).so_far == "984"
    rest = understand("nine oh one two", Context(Question.PHONE, clinic, TODAY, so_far="984"))
    assert rest.phone == "9849012"


def test_a_signal_is_understood_whatever_was_asked(clinic: Clinic) -> None:
    for question in Question:
        assert "goodbye" in understand("thank you goodbye", Context(question, clinic, TODAY)).signs
        assert "repeat" in understand("repeat that please", Context(question, clinic, TODAY)).signs


def test_nonsense_is_nothing(clinic: Clinic) -> None:
    for said in ("", "   ", "blah blah", "\u0915\u094d\u092f\u093e"):
        assert not understand(said, Context(Question.HELP, clinic, TODAY))


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=60), question=st.sampled_from(Question), offered=st.integers(0, 3))
def test_any_text_is_understood_or_not_but_never_an_error(
    clinic: Clinic, text: str, question: Question, offered: int
) -> None:
    heard = understand(text, Context(question, clinic, TODAY, offered=offered))
    assert isinstance(heard, Understood)
    assert heard.choice is None or 0 <= heard.choice < offered
