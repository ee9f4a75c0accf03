"""Knows what an agent asks by its words, whatever its wording: the agent may be rehearsed or a real model."""

from __future__ import annotations

import re
from enum import Enum, auto


class Asked(Enum):
    """What a caller may be asked for."""

    ANYTHING_ELSE = auto()
    WAITING_LIST = auto()
    WHAT_IS_WRONG = auto()
    AGREEMENT = auto()
    SPELLING = auto()
    EMAIL = auto()
    DOCTOR = auto()
    DAY_AND_TIME = auto()
    TIME = auto()
    DAY = auto()
    CHOICE = auto()
    PHONE = auto()
    NAME = auto()
    PURPOSE = auto()


_NO_QUESTION_WORD = r"^(?!.*\b(?:which|what|when|where|who|whom|how)\b).*"
_PATTERNS: tuple[tuple[str, Asked], ...] = (
    (r"(any|some)thing else|else (that )?i can|further help", Asked.ANYTHING_ELSE),
    (r"wait(ing)? ?list", Asked.WAITING_LIST),
    (r"(which|what) (part )?(is|was) wrong|what should i (change|correct)", Asked.WHAT_IS_WRONG),
    (
        _NO_QUESTION_WORD
        + r"(\b(shall|should|may|can) i (book|go ahead|confirm|cancel|move|make|reserve|do that"
        r"|reschedule)|(would you like|do you want) me to|go ahead\b|(right|correct)\?|\bwould that be\b"
        r"|\b(is|was) (that|this|it) (right|correct|ok|okay)|(am i )?speaking (with|to)|\bdo i have)",
        Asked.AGREEMENT,
    ),
    (r"\bspell\b|letter by letter", Asked.SPELLING),
    (r"\bname\b.*\be-?mail", Asked.NAME),
    (r"\be-?mail", Asked.EMAIL),
    (r"(which|what|any) (other )?(doctor|department|specialist)|\bwhom?\b (would|do|did)", Asked.DOCTOR),
    (r"\bdoctor\b.*\bor\b.*\b(doctor|department)\b", Asked.DOCTOR),
    (r"\bday\b.*\btime\b|\btime\b.*\bday\b|\bdate\b.*\btime\b", Asked.DAY_AND_TIME),
    (r"^(and )?when\b|\bwhen would", Asked.DAY_AND_TIME),
    (r"\btimes?\b|morning or", Asked.TIME),
    (r"\bdays?\b|\bdate\b", Asked.DAY),
    (r"\bwhich (one|of|appointment|would|do|suits)\b|one of (these|those|them)", Asked.CHOICE),
    (r"\bsuits?\b|\b(what|how) about\b|does (that|one|any)\b|(that|it) work", Asked.CHOICE),
    (
        r"would you (like|prefer) (one|that|it|any|the|to take)\b|^(and |so |then )?would (?!you)",
        Asked.CHOICE,
    ),
    (r"\b(phone|mobile|telephone|contact number)\b|your number", Asked.PHONE),
    (r"\bname\b(?! (a|the|one|your) )|who is calling|who am i", Asked.NAME),
    (r"how (can|may) i|what can i do|help you", Asked.PURPOSE),
    (
        _NO_QUESTION_WORD + r"\b(would you like|do you want|shall i|is (this|that|it)|was (this|that|it)"
        r"|did you (say|mean))\b",
        Asked.AGREEMENT,
    ),
)
"""The special before the general."""
_QUESTIONS = tuple((re.compile(pattern), asked) for pattern, asked in _PATTERNS)

_SENTENCE = re.compile(r"[^.?!]+[.?!]*")
_ASKS = re.compile(
    r"\?|\b(please|tell me|what|which|how (can|may)|could you|may i|shall i|is that|would you)\b"
)
_GOODBYE = re.compile(r"\b(good ?bye|bye)\b|have a (nice|good|great|lovely|wonderful) (day|evening|one)")
_NOT_CAUGHT = re.compile(
    r"(do not|did not|didn't|could not|couldn't|cannot|can't) (quite )?(catch|get|hear|understand|follow)"
    r"|say (that|it) again|other words|repeat|once more|pardon|still there|are you there|you hear me"
    r"|go on\b|further, please|and then\?"
)
_REFUSES = re.compile(
    r"(not|isn't|no longer) (free|available|open|possible)|fully booked|\btaken\b|\bclosed\b"
    r"|does not (work|see)|no (free|other) (slot|time)|nothing else|sees nobody|too (late|soon|far)"
    r"|in the past|already passed|no further ahead|quarter of an hour|(find|have|know) no doctor|nobody here"
    r"|(do not|don't) (have|know) a doctor"
)
_OFFERS = re.compile(
    r"\boffer\b|the first\b|first one|instead|alternativ|the nearest|the closest|next (free|available)"
    r"|also free|earliest"
)


def questions(words: str) -> list[str]:
    """Return the sentences that want an answer, the last first."""
    sentences = [found.strip().lower() for found in _SENTENCE.findall(words)]
    return [sentence for sentence in reversed(sentences) if _ASKS.search(sentence)]


def asked_for(question: str) -> Asked | None:
    """Return what a question is for; None where that can't be made out."""
    return next((asked for pattern, asked in _QUESTIONS if pattern.search(question)), None)


def says_goodbye(words: str) -> bool:
    """Tell whether the agent takes leave, not merely asks something at the end."""
    return bool(_GOODBYE.search(words.lower())) and not words.rstrip().endswith("?")


def wants_it_again(words: str) -> bool:
    """Tell whether the agent has not caught the caller's words."""
    return bool(_NOT_CAUGHT.search(words.lower()))


def refuses(words: str) -> bool:
    """Tell whether the agent says that something can't be had."""
    return bool(_REFUSES.search(words.lower()))


def offers(words: str) -> bool:
    """Tell whether the agent offers times of its own."""
    return bool(_OFFERS.search(words.lower()))
