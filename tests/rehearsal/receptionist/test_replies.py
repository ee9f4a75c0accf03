"""What a yes, a no and the rest mean after each question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from clinic.directory import Clinic
from rehearsal.receptionist.actions import Action, Call
from rehearsal.receptionist.desk import Desk
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.questions import Question
from rehearsal.receptionist.replies import Replies
from rehearsal.receptionist.understanding import Context, understand

Begin = Callable[..., Any]
ON_RECORD = (
    "[The call is connected. Greet the caller."
    " The caller's number +919849012345 is on record: Asha Rao, asha@example.com.]"
)
WISH = "i would like to see doctor mehta on the fourth of december at ten thirty a m"


@pytest.fixture
def desk(clinic: Clinic, all_declared: dict[str, Any], now: Callable[[], datetime]) -> Desk:
    return Desk(clinic, all_declared, now)


def reply(desk: Desk, question: Question, said: str, changed: bool = False) -> list[Action] | None:
    desk.question = question
    heard = understand(said, Context(question, desk.clinic, desk.now().date()))
    replies = Replies(desk, lambda _: [])
    at_once = replies.at_once(heard)
    return replies.to_question(heard, changed) if at_once is None else at_once


def test_the_name_and_the_address_are_sure_after_a_yes_and_gone_after_a_no(desk: Desk) -> None:
    desk.notes.name, desk.notes.email = "Asha Rao", "asha@example.com"
    reply(desk, Question.NAME_RIGHT, "yes")
    reply(desk, Question.EMAIL_RIGHT, "that is right")
    assert (desk.notes.name_sure, desk.notes.email_sure) == (True, True)
    reply(desk, Question.NAME_RIGHT, "no")
    reply(desk, Question.EMAIL_RIGHT, "that is wrong")
    assert (desk.notes.name, desk.notes.spell_name, desk.notes.email) == ("", True, "")


def test_a_free_time_is_booked_only_after_a_yes(desk: Desk) -> None:
    desk.notes.wish = Wish.ASK
    reply(desk, Question.WANT_IT, "yes please")
    assert desk.notes.wish is Wish.BOOK


def test_a_change_is_never_taken_for_agreement(desk: Desk) -> None:
    assert reply(desk, Question.BOOK_IT, "yes but on friday", changed=True) is None
    assert desk.waiting is None


def test_cancel_that_at_the_read_back_of_a_booking_books_nothing(desk: Desk) -> None:
    desk.notes.wish = Wish.BOOK
    reply(desk, Question.BOOK_IT, "cancel that please")
    assert (desk.question, desk.notes.outcomes) == (Question.MORE, ["nothing booked"])


def test_yes_and_goodbye_in_one_breath_still_agrees(desk: Desk) -> None:
    desk.notes.wish = Wish.BOOK
    actions = reply(desk, Question.BOOK_IT, "yes book it thank you goodbye")
    assert actions is not None
    assert isinstance(actions[0], Call)
    assert actions[0].name == "book_appointment"


@pytest.mark.parametrize("said", ["no", "no thank you", "that's all", "thank you", "goodbye"])
def test_a_caller_who_wants_nothing_else_is_said_goodbye_to(desk: Desk, said: str) -> None:
    reply(desk, Question.MORE, said)
    assert desk.question is Question.GOODBYE


def test_a_caller_who_wants_something_else_is_asked_what(desk: Desk) -> None:
    reply(desk, Question.MORE, "yes")
    assert desk.question is Question.HELP


def test_a_failed_call_is_made_again_after_a_yes(desk: Desk) -> None:
    made = desk.call("find_appointments", patient_name="Asha Rao")
    assert reply(desk, Question.RETRY, "yes") == made


def test_any_doctor_is_answered_with_the_departments(desk: Desk) -> None:
    actions = reply(desk, Question.DOCTOR, "any doctor")
    assert actions
    assert "cardiology" in desk.last_said


def test_after_goodbye_nothing_more_is_said(desk: Desk) -> None:
    assert reply(desk, Question.GOODBYE, "thank you") == []
    assert reply(desk, Question.GOODBYE, "goodbye") == []


def test_a_silent_caller_is_asked_whether_they_are_there_and_yes_agrees_to_nothing(call: Begin) -> None:
    conversation = call()
    conversation.says(ON_RECORD, WISH)
    assert conversation.says("[The caller has been silent for 8 seconds.]") == "Are you still there?"
    assert conversation.says("yes").endswith("Shall I book it?")
    assert conversation.called("book_appointment") == []
    conversation.says("yes")
    assert len(conversation.called("book_appointment")) == 1


def test_other_stage_directions_are_not_answered(call: Begin) -> None:
    assert call().says("[The connection was renewed.]") == ""


def test_what_was_said_is_repeated(call: Begin) -> None:
    conversation = call()
    asked = conversation.says("doctor mehta")
    assert conversation.says("could you repeat that please") == asked


def test_a_request_to_repeat_with_news_in_it_is_news(call: Begin) -> None:
    conversation = call()
    assert "what time" in conversation.says("doctor mehta", "excuse me on friday").lower()


def test_who_asks_for_a_human_gets_the_number_or_is_put_through(
    call: Begin, all_declared: dict[str, Any]
) -> None:
    assert "reach our staff on" in call().says("can i talk to a human please")
    conversation = call(all_declared)
    assert "put you through" in conversation.says("i want to speak to the receptionist")
    assert [made.name for made in conversation.calls] == ["log_call_information", "transfer_to_human"]


def test_who_can_not_be_put_through_gets_the_number(call: Begin, all_declared: dict[str, Any]) -> None:
    conversation = call(all_declared)
    conversation.clinic.results["transfer_to_human"] = {"success": False, "message": "Nobody answers."}
    heard = conversation.says("doctor mehta", "a human please")
    assert "Nobody answers. You can reach our staff on" in heard
    assert heard.endswith("You can say a weekday or a date.")


def test_an_emergency_is_answered_before_anything_else(call: Begin, clinic: Clinic) -> None:
    conversation = call()
    conversation.says("doctor mehta")
    assert conversation.says("i have chest pain") == clinic.emergency_message["en"]


def test_goodbye_logs_the_call_once_and_ends_it_where_that_is_declared(
    call: Begin, all_declared: dict[str, Any]
) -> None:
    conversation = call(all_declared)
    conversation.says(ON_RECORD, WISH, "yes")
    assert conversation.says("thank you goodbye") == "Thank you for calling Renova Hospitals. Goodbye."
    assert conversation.says("bye bye") == ""
    assert conversation.called("log_call_information") == [
        {
            "call_type": "booking",
            "department_enquired": "Cardiology",
            "doctor_enquired": "Dr. Anil Mehta",
            "customer_name": "Asha Rao",
            "customer_email": "asha@example.com",
            "language": "en",
            "resolution": "appointment booked",
        }
    ]
    assert len(conversation.called("end_call")) == 1


def test_thanks_in_the_middle_are_returned_and_the_question_stands(call: Begin) -> None:
    conversation = call()
    assert conversation.says("doctor mehta", "thank you").startswith("You are welcome.")
    assert "On which day" in conversation.said[-1]
