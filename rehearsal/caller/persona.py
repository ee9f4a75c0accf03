"""What a caller with a wish answers to the agent's words. Pure: words in, words out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from rehearsal.caller.asked import Asked, asked_for, offers, questions, refuses, says_goodbye, wants_it_again
from rehearsal.caller.read_back import correction
from rehearsal.caller.wish import Wish, spelled, spelled_email, spoken_day, spoken_digits, spoken_time

_PATIENCE = 4
"""How often a caller says the same before giving up."""
_WAITS_FOR_GOODBYE_MS = 20_000
_FIRST_NAME = re.compile(r"\byour (first|given) name")
_LAST_NAME = re.compile(r"\byour (last name|family name|surname)")


class Persona:
    """A caller. `answer` each of the agent's turns; the lines are lower-case plain words."""

    def __init__(self, wish: Wish) -> None:
        self.declined = False
        """Whether the caller was refused and let it be."""
        self.gave_up = False
        """Whether the caller was not understood too often."""
        self.said_goodbye = False
        self.heard_goodbye = False
        self._wish = wish
        self._whole = _OPENINGS[wish.intent](wish)
        self._took_alternative = False
        self._opened = False
        self._last = ""
        self._said: Counter[str] = Counter()
        self._context = ""

    @property
    def wants_appointment(self) -> bool:
        """Whether the call should have brought an appointment."""
        return self._wish.intent == "book" and not self.declined

    def answer(self, agent_words: str) -> str | None:
        """Return the caller's next line, or None where the agent's words want no answer."""
        self._context = agent_words
        line = self._leave() if says_goodbye(agent_words) else self._react(agent_words)
        if line is None:
            return None
        self._said[line] += 1
        if self._said[line] > _PATIENCE and not self.said_goodbye:
            self.gave_up = True
            line = self._goodbye()
        self._last = line
        return line

    def speak_up(self, quiet_ms: int) -> str | None:  # noqa: ARG002 - this caller waits to be asked
        """Return None: this caller says nothing into a silence."""
        return None

    def is_done(self, quiet_ms: int) -> bool:
        """Tell whether to hang up, both having said goodbye or the agent having let 20 s pass."""
        return self.said_goodbye and (self.heard_goodbye or quiet_ms >= _WAITS_FOR_GOODBYE_MS)

    def _leave(self) -> str | None:
        self.heard_goodbye = True
        return None if self.said_goodbye else self._goodbye()

    def _react(self, agent_words: str) -> str | None:
        if self.said_goodbye:
            return None
        sentences = questions(agent_words)
        asked = next(filter(None, map(asked_for, sentences)), None)
        if asked:
            return _REPLIES[asked](self)
        if wants_it_again(agent_words):
            return self._again()
        return "repeat that please" if any("?" in sentence for sentence in sentences) else None

    def _opening(self) -> str:
        """Say it all; once that failed twice, only what it is about, so that the agent asks."""
        self._opened = True
        if self._wish.all_at_once and self._said[self._whole] < 2:
            return self._whole
        return _SHORT_OPENINGS[self._wish.intent]

    def _agree(self) -> str:
        return self._correction() or "yes please"

    def _put_right(self) -> str:
        """Say what is right, having said no to something; or that a "yes" was taken for a "no"."""
        return self._last.removeprefix("no ") if self._last.startswith("no ") else "that is right"

    def _correction(self) -> str | None:
        return correction(self._context, self._wish, other_time=self._took_alternative)

    def _spell(self) -> str:
        """Spell what was asked for, an e-mail address or a name, or a part of that."""
        asking = questions(self._context)
        question = next((said for said in asking if "mail" in said or "name" in said), "name")
        if "mail" in question:
            return self._email()
        first, *others = self._wish.name.split()
        if _FIRST_NAME.search(question):
            return spelled(first)
        return spelled(others[-1] if others and _LAST_NAME.search(question) else self._wish.name)

    def _email(self) -> str:
        return spelled_email(self._wish.email)

    def _name(self) -> str:
        """Say the name, or spell it where the agent said before how that is done."""
        if any("spell" in sentence for sentence in questions(self._context)):
            return self._spell()
        return f"my name is {self._wish.name.lower()}"

    def _phone(self) -> str:
        return spoken_digits(self._wish.phone)

    def _doctor(self) -> str:
        """Say whom, in full where two doctors share the name; leave where there is no such doctor."""
        wish = self._wish
        if not wish.doctor:
            return "any doctor"
        named = self._context.lower().count(wish.doctor.split()[-1])
        if named == 1 and refuses(self._context):
            return self._decline()
        return wish.doctor_in_full if named > 1 else wish.doctor

    def _day_and_time(self) -> str:
        return self._settle() or f"{spoken_day(self._wish)} at {spoken_time(self._wish.time)}"

    def _day(self) -> str:
        return self._settle() or spoken_day(self._wish)

    def _time(self) -> str:
        return self._settle() or f"at {spoken_time(self._wish.time)}"

    def _choose(self) -> str:
        return self._settle() or "the first one please"

    def _settle(self) -> str | None:
        """Answer a refusal: take the first time offered, or let it be. None where nothing was refused."""
        offered = offers(self._context)
        if not refuses(self._context) and not (offered and self._opened):
            return None
        if offered and self._wish.accept_alternative:
            self._took_alternative = True
            return "the first one please"
        return self._decline()

    def _decline(self) -> str:
        self.declined = True
        return self._goodbye()

    def _no_waiting(self) -> str:
        self.declined = True
        return "no thank you"

    def _goodbye(self) -> str:
        """Take leave; with a "no" where something was offered last."""
        self.said_goodbye = True
        return "no thank you goodbye" if "?" in self._context else "thank you goodbye"

    def _again(self) -> str:
        """Say it again; the first sentence perhaps in other words."""
        return self._last if self._last and self._last != self._whole else self._opening()


_REPLIES: dict[Asked, Callable[[Persona], str]] = {
    Asked.ANYTHING_ELSE: Persona._goodbye,
    Asked.WAITING_LIST: Persona._no_waiting,
    Asked.WHAT_IS_WRONG: Persona._put_right,
    Asked.AGREEMENT: Persona._agree,
    Asked.SPELLING: Persona._spell,
    Asked.EMAIL: Persona._email,
    Asked.DOCTOR: Persona._doctor,
    Asked.DAY_AND_TIME: Persona._day_and_time,
    Asked.TIME: Persona._time,
    Asked.DAY: Persona._day,
    Asked.CHOICE: Persona._choose,
    Asked.PHONE: Persona._phone,
    Asked.NAME: Persona._name,
    Asked.PURPOSE: Persona._opening,
}


def _booking(wish: Wish) -> str:
    whom = f"see {wish.doctor}" if wish.doctor else "book an appointment"
    return f"i would like to {whom} {spoken_day(wish)} at {spoken_time(wish.time)}"


def _moving(wish: Wish) -> str:
    day = spoken_day(wish).removeprefix("on ")
    return f"i would like to move my appointment to {day} at {spoken_time(wish.time)}"


def _cancelling(wish: Wish) -> str:
    return "i would like to cancel my appointment" + (f" with {wish.doctor}" if wish.doctor else "")


_OPENINGS: dict[str, Callable[[Wish], str]] = {"book": _booking, "move": _moving, "cancel": _cancelling}
_SHORT_OPENINGS = {
    "book": "i would like to book an appointment",
    "move": "i would like to move my appointment",
    "cancel": "i would like to cancel my appointment",
}
