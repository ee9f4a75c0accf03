"""Reads what a caller is after, apart from the particulars: to book, to cancel, yes, no, goodbye."""

from __future__ import annotations

import re
from enum import Enum


class Wish(Enum):
    """What an appointment caller wants done."""

    BOOK = "book"
    ASK = "ask"
    """Only whether a time is free."""
    MOVE = "move"
    CANCEL = "cancel"


_THE_APPOINTMENT = r"(?:my|the|an|a|this|that|our)? ?(?:\w+ )?(?:appointment|booking|visit|consultation)"


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


_WISHES: tuple[tuple[Wish, re.Pattern[str]], ...] = (
    (Wish.CANCEL, _any_of("cancel", "call off", "(?:can not|cannot|cant) (?:come|make it)")),
    (
        Wish.MOVE,
        _any_of(
            "reschedule", "postpone", "move", "shift", "bring forward", "put off",
            f"(?:change|alter) {_THE_APPOINTMENT}",
        ),
    ),
    (
        Wish.ASK,
        _any_of(
            "(?:is|are) .*(?:free|available|slots?)", "availability", "what (?:times|slots)",
            "when (?:can|is|does)", "do you have (?:any|a|time|anything)",
            "(?:any|a) (?:free|other) (?:slots?|times?)",
            "^(?:free|available)$", "what is (?:free|available)",
        ),
    ),
    (
        Wish.BOOK,
        _any_of(
            "book", "make", "schedule", "arrange", "fix", "come", "see", "meet", "visit", "consult",
            "appointment",
            "consultation", "check ?up", "slot",
        ),
    ),
)  # fmt: skip
_SIGNS: dict[str, re.Pattern[str]] = {
    "no": _any_of(
        "no(?! problem)", "nope", "nah", "not", "wrong", "incorrect", "dont", "neither", "none",
        "nothing else", "never(?! ?mind)",
    ),
    "yes": _any_of(
        "yes", "yeah", "yep", "yup", "sure", "ok", "okay", "correct", "right", "exactly", "fine", "perfect",
        "great", "go ahead", "please do", "of course", "certainly", "absolutely", "sounds good", "that works",
        "that will do", "thats good", "that is good", "thats it", "that is it", "book (?:it|that)",
        "take (?:it|that)", "move it", "do it", "i will take", "ill take", "no problem",
    ),
    "goodbye": _any_of("good ?bye", "bye", "see you", "have a (?:nice|good) (?:day|evening)"),
    "finished": _any_of(
        "thats all", "that is all", "nothing else", "thats everything", "no thank you", "no thanks"
    ),
    "thanks": _any_of("thank you", "thanks"),
    "hello": _any_of("hello", "hi", "hey", "namaste", "good (?:morning|afternoon|evening)"),
    "repeat": _any_of(
        "repeat", "^sorry$", "say (?:that|it) again", "come again", "pardon", "what did you say", "excuse me",
        "once more", "(?:did not|didnt) (?:hear|catch|get|understand)", "speak slowly", "again please",
    ),
    "human": _any_of(
        "human", "(?:real|actual) person", "a person", "somebody", "operator", "the receptionist", "staff",
        "(?:speak|talk) (?:to|with) someone", "put me through", "transfer me",
    ),
    "never_mind": _any_of("never ?mind", "forget (?:it|about it)", "leave it", "start (?:over|again)"),
    "wait": _any_of("hold on", "one moment", "one second", "just a (?:moment|second|minute)", "wait"),
    "any_doctor": _any_of("any doctor", "any ?one", "someone else", "i (?:do not|dont) (?:know|mind)"),
    "any_day": _any_of("any day", "this week"),
    "earlier_one": _any_of("(?:earlier|earliest) (?:one|option|slot|time)", "the (?:earlier|earliest)"),
    "later_one": _any_of("(?:later|latest) (?:one|option|slot|time)", "the (?:later|latest)"),
    "soonest": _any_of(
        "as soon as possible", "earliest", "next (?:available|free)", "soonest", "next appointment"
    ),
    "any_time": _any_of(
        "any ?time", "what (?:times|slots)", "any slots?", "anything (?:free|available)", "do you have time",
        "what is (?:free|available)", "when can i come",
    ),
    "other": _any_of(

        "(?:another|different|other|something) (?:day|time|date|slot|one|option|earlier|later|else)",
        "any other (?:slots?|times?|days?)",
        "earlier", "later", "neither", "none of (?:them|those)", "what else", "anything else",
    ),
}  # fmt: skip
_TO_CHANGE = re.compile(
    r"\b(?:(?:the|my|wrong|another|different|change) )(day|date|time|doctor|name|email)\b"
)


def read_wish(text: str) -> Wish | None:
    """Return what is wanted, the more particular wish first; None if no wish is in the words."""
    return next((wish for wish, pattern in _WISHES if pattern.search(text)), None)


def read_signs(text: str) -> frozenset[str]:
    """Return the names of the short signals in the words: `yes`, `no`, `goodbye`, `repeat` …"""
    signs = {name for name, pattern in _SIGNS.items() if pattern.search(text)}
    # "No, that is right" is rare and "no, thank you" is not: no wins.
    return frozenset(signs - {"yes"} if "no" in signs else signs)


def read_to_change(text: str) -> str:
    """Return which particular is to be changed: `day`, `time`, `doctor`, `name`, `email`, or ""."""
    found = _TO_CHANGE.search(text)
    return found[1].replace("date", "day") if found else ""


def read_emergency(text: str, words: tuple[str, ...]) -> bool:
    """Tell whether the caller says one of the clinic's emergency words."""
    spoken = text.replace("cannot", "can not").replace("cant", "can not")
    return any(re.search(rf"\b{re.escape(word)}\b", spoken) for word in words)
