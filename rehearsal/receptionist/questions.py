"""The questions the receptionist asks, and the kind of answer each is due."""

from __future__ import annotations

from enum import Enum

from rehearsal.speech.expecting import Expecting


class Question(Enum):
    """What was asked last."""

    HELP = "how can I help"
    DOCTOR = "which doctor or department"
    WHICH_DOCTOR = "which of the doctors of that name"
    MEANT_DOCTOR = "did you mean that doctor"
    DAY = "which day"
    TIME = "what time"
    OTHER_TIME = "which other day or time"
    CHOICE = "which of the alternatives"
    RETRY = "shall I try again"
    WAITING_LIST = "shall I put you on the waiting list"
    NAME = "what is your name"
    NAME_SPELLED = "could you spell your name"
    NAME_RIGHT = "is the name right"
    EMAIL = "spell your e-mail address"
    EMAIL_RIGHT = "is the e-mail address right"
    PHONE = "what is the phone number"
    WANT_IT = "would you like to book it"
    BOOK_IT = "shall I book it"
    CHANGE = "what should I change"
    WHICH_APPOINTMENT = "which appointment"
    CANCEL_IT = "shall I cancel it"
    MOVE_IT = "shall I move it"
    MORE = "anything else"
    GOODBYE = "nothing: goodbye was said"

    @property
    def expecting(self) -> Expecting:
        """What the ear should listen for."""
        return _EXPECTING.get(self, Expecting.ANYTHING)


_EXPECTING = {
    Question.NAME: Expecting.NAME,
    Question.NAME_SPELLED: Expecting.SPELLING,
    Question.NAME_RIGHT: Expecting.YES_NO,
    Question.EMAIL: Expecting.SPELLING,
    Question.EMAIL_RIGHT: Expecting.YES_NO,
    Question.PHONE: Expecting.DIGITS,
}

ABOUT_NAME = frozenset({Question.NAME, Question.NAME_SPELLED, Question.NAME_RIGHT})
ABOUT_EMAIL = frozenset({Question.EMAIL, Question.EMAIL_RIGHT})
CONFIRMING = frozenset({Question.BOOK_IT, Question.MOVE_IT, Question.CHANGE})
