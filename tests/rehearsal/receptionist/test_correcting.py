"""A letter was refused while the caller is still there: the address is asked for again, and put right."""

from collections.abc import Callable
from typing import Any

import pytest

from clinic.booking.appointment import derived_id
from rehearsal.speech.expecting import Expecting

APPOINTMENT = derived_id("appointment", "call-1-1")
REFUSED = (
    "[The confirmation could not be delivered: the e-mail address asha@nowhere.invalid takes no mail. The"
    " appointment stands. Say so, ask the caller to spell the address again, read it back, and then call"
    f" correct_email with appointment_id {APPOINTMENT}.]"
)
SPELLED = "a s h a at e x a m p l e dot c o m"


@pytest.fixture
def conversation(call: Callable[..., Any], all_declared: dict[str, Any]) -> Any:
    begun = call(all_declared)
    begun.says("[The call is connected. Greet the caller.]")
    return begun


def test_the_address_is_spelled_again_read_back_and_corrected(conversation: Any) -> None:
    said = conversation.says(REFUSED)
    assert "could not reach that e-mail address" in said
    assert conversation.expects(Expecting.SPELLING)
    assert "A S H A, at, example dot com. Is that right?" in conversation.says(SPELLED)
    said = conversation.says("yes")
    assert conversation.called("correct_email") == [
        {"email": "asha@example.com", "appointment_id": APPOINTMENT}
    ]
    assert "The clinic did correct_email." in said
    assert "?" in said


def test_an_address_that_is_refused_by_the_clinic_is_asked_for_again(conversation: Any) -> None:
    conversation.clinic.results["correct_email"] = {
        "success": False,
        "reason_code": "invalid_email",
        "message": "Could you spell it again, please?",
    }
    assert conversation.says(REFUSED, SPELLED, "yes") == "Could you spell it again, please?"
    assert conversation.expects(Expecting.SPELLING)


def test_what_was_talked_about_goes_on_after_it(conversation: Any) -> None:
    conversation.says("i would like to see doctor mehta")
    conversation.says(REFUSED, SPELLED)
    assert "day" in conversation.says("yes").lower()


def test_without_the_tool_the_news_is_no_news(call: Callable[..., Any]) -> None:
    assert call().says(REFUSED) == ""
