"""Our own record, and what of it a new connection lacks."""

from __future__ import annotations

from realtime_service.live.events import FunctionCalled
from realtime_service.live.journal import Answered, Asked, Journal, Said, Told

CALL = FunctionCalled("1", "book_appointment", {"doctor_name": "Mehta"})
BOOKED = {"success": True}


def called(journal: Journal, answered: bool = False) -> None:
    journal.asked(CALL)
    if answered:
        journal.gave(journal.result("1", CALL.name, BOOKED))


def test_fragments_of_one_side_are_one_entry_until_something_else_comes() -> None:
    journal = Journal()
    journal.said("caller", "on ")
    journal.said("caller", "monday")
    journal.said("agent", "Yes.")
    journal.told("[The caller pressed 1.]")
    journal.said("agent", " One?")
    assert journal.missed() == [
        Said("caller", "on monday"),
        Said("agent", "Yes."),
        Told("[The caller pressed 1.]"),
        Said("agent", " One?"),
    ]


def test_spaces_alone_begin_no_entry() -> None:
    journal = Journal()
    journal.said("agent", " ")
    assert journal.missed() == []


def test_what_was_cut_off_is_not_gone_on_with() -> None:
    journal = Journal()
    journal.said("agent", "It is half")
    journal.cut()
    journal.said("agent", "Good.")
    assert journal.missed() == [Said("agent", "It is half", cut=True), Said("agent", "Good.")]


def test_only_what_came_after_the_last_handle_is_missed() -> None:
    journal = Journal()
    journal.said("caller", "hello")
    journal.bookmark()
    assert journal.missed() == []
    journal.said("caller", " again")
    assert journal.missed() == [Said("caller", " again")]


def test_a_call_before_the_handle_is_answered_again_under_its_id_if_the_answer_came_after() -> None:
    journal = Journal()
    journal.asked(CALL)
    journal.bookmark()
    journal.gave(journal.result("1", CALL.name, BOOKED))
    assert [call.id for call in journal.take_up()] == ["1"]
    assert journal.missed() == []


def test_a_call_whose_answer_the_handle_stands_for_is_not_answered_again() -> None:
    journal = Journal()
    called(journal, answered=True)
    journal.bookmark()
    assert journal.take_up() == []
    assert journal.missed() == []


def test_a_call_after_the_handle_is_unknown_to_the_resumed_session_and_told_with_its_answer() -> None:
    journal = Journal()
    journal.bookmark()
    called(journal, answered=True)
    assert journal.take_up() == []
    asked, answered = journal.missed()
    assert isinstance(asked, Asked)
    assert (asked.known, answered) == (False, Answered(asked))


def test_a_fresh_session_knows_no_call_even_when_it_is_resumed_later() -> None:
    journal = Journal()
    journal.asked(CALL)
    journal.bookmark()
    journal.begin_afresh()
    journal.bookmark()
    journal.result("1", CALL.name, BOOKED)
    assert journal.take_up() == []
    assert [call.id for call in journal.waiting()] == ["1"]


def test_a_result_waits_until_it_is_given() -> None:
    journal = Journal()
    journal.asked(CALL)
    assert journal.has_open_calls
    call = journal.result("1", CALL.name, BOOKED)
    assert list(journal.waiting()) == [call]
    journal.gave(call)
    assert list(journal.waiting()) == []
    assert journal.is_given("1")
    assert not journal.has_open_calls


def test_a_call_that_was_taken_back_is_open_no_more_and_its_result_is_news() -> None:
    journal = Journal()
    journal.asked(CALL)
    journal.cancelled(("1", "never called"))
    assert not journal.has_open_calls
    assert not journal.result("1", CALL.name, BOOKED).known


def test_an_answer_to_a_call_never_made_is_news_too() -> None:
    call = Journal().result("9", "send_letter", BOOKED)
    assert (call.known, call.name) == (False, "send_letter")


def test_a_conversation_is_untouched_until_anybody_speaks() -> None:
    journal = Journal()
    journal.told("[Greet the caller.]")
    assert journal.is_untouched
    journal.said("agent", "Hello")
    assert not journal.is_untouched


def test_of_a_very_long_conversation_the_oldest_words_go() -> None:
    journal = Journal()
    for number in range(400):
        journal.said("caller", f"question {number}")
        if number == 200:
            journal.bookmark()
        journal.said("agent", f"answer {number}")
    assert journal.missed()[0] == Said("agent", "answer 200")
    assert len(journal.missed()) == 399
    journal.begin_afresh()
    assert len(journal.missed()) == 600
