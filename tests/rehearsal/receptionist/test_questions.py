"""The questions and the kinds of answers they are due."""

from __future__ import annotations

import pytest

from rehearsal.receptionist.questions import Question
from rehearsal.speech.expecting import Expecting


@pytest.mark.parametrize(
    ("question", "expecting"),
    [
        (Question.HELP, Expecting.ANYTHING),
        (Question.BOOK_IT, Expecting.ANYTHING),
        (Question.NAME, Expecting.NAME),
        (Question.NAME_SPELLED, Expecting.SPELLING),
        (Question.NAME_RIGHT, Expecting.YES_NO),
        (Question.EMAIL, Expecting.SPELLING),
        (Question.EMAIL_RIGHT, Expecting.YES_NO),
        (Question.PHONE, Expecting.DIGITS),
    ],
)
def test_each_question_tells_the_ear_what_to_listen_for(question: Question, expecting: Expecting) -> None:
    assert question.expecting is expecting
