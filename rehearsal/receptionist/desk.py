"""What the receptionist works with: the directory, the declared tools, the notes, and a voice."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from clinic.directory import Clinic
from rehearsal.receptionist import wording
from rehearsal.receptionist.actions import Action, Call, Say
from rehearsal.receptionist.declared import Declared
from rehearsal.receptionist.hearing.digits import spoken_digits
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.hearing.spelling import spelled_out
from rehearsal.receptionist.notes import Notes
from rehearsal.receptionist.questions import Question

_CALL_TYPES = {
    Wish.BOOK: "booking",
    Wish.ASK: "enquiry",
    Wish.MOVE: "rescheduling",
    Wish.CANCEL: "cancellation",
}


class Desk:
    """One call's desk."""

    def __init__(self, clinic: Clinic, tools: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self.clinic = clinic
        self.declared = Declared(tools)
        self._now = now
        self.notes = Notes()
        self.voice = wording.Voice()
        self.question = Question.HELP
        self.waiting: Call | None = None
        """The call whose answer is due."""
        self.last_call: Call | None = None
        self.last_said = ""
        self.interjected = False
        """Something else was said after the question: a "yes" now is no answer to the question."""
        self.logged = False

    def __deepcopy__(self, memo: dict[int, Any]) -> Desk:
        """Return a desk with notes of its own; the directory and the declarations never change."""
        twin = copy.copy(self)
        memo[id(self)] = twin
        twin.notes, twin.voice = copy.deepcopy(self.notes, memo), copy.deepcopy(self.voice, memo)
        return twin

    def now(self) -> datetime:
        """Return the time on the clinic's clock, aware."""
        return self._now().astimezone(self.clinic.zone)

    def say(self, *words: str) -> list[Action]:
        """Return one utterance of the words that are not empty."""
        self.last_said = " ".join(word for word in words if word)
        return [Say(self.last_said)] if self.last_said else []

    def interject(self, text: str) -> list[Action]:
        """Return words beside the conversation, after which the question still stands."""
        self.interjected = True
        return [Say(text)]

    def ask(self, question: Question, *before: str) -> list[Action]:
        """Return the question, worded otherwise than last time, after what must be said before it."""
        self.question, self.interjected = question, False
        return self.say(*before, self.worded(wording.QUESTIONS[question]))

    def ask_in_their_words(self, question: Question, message: str) -> list[Action]:
        """Ask with a tool's message where that is a question itself; else the message, then our question."""
        if not message.endswith("?"):
            return self.ask(question, message)
        self.question, self.interjected = question, False
        return self.say(message)

    def call(self, name: str, **known: Any) -> list[Action]:
        """Return the call of a declared tool; its answer is waited for."""
        self.waiting = self.last_call = self.declared.call(name, **known)
        return [self.waiting]

    def worded(self, wordings: tuple[str, ...]) -> str:
        """Return the next wording with the call's particulars filled in."""
        template = self.voice.pick(wordings)
        return template.format_map(_Particulars(self)) if "{" in template else template

    def can_not(self) -> list[Action]:
        """Say that the wish can't be met here, and where it can."""
        return self.settle(f"referred to staff: {_deed(self)}", self.worded(wording.CAN_NOT))

    def settle(self, outcome: str, *said: str) -> list[Action]:
        """Note what came of the wish, log the call if this was its purpose, and offer more."""
        self.notes.outcomes.append(outcome)
        log = self.log(outcome)
        self.notes.forget_request()
        return [*log, *self.ask(Question.MORE, *said)]

    def log(self, resolution: str) -> list[Action]:
        """Return the one call of log_call_information, where it is declared and not made yet."""
        if self.logged or "log_call_information" not in self.declared:
            return []
        self.logged = True
        notes = self.notes
        return [
            self.declared.call(
                "log_call_information",
                call_type=_CALL_TYPES[notes.wish] if notes.wish else "other",
                department_enquired=notes.department,
                doctor_enquired=notes.doctor_name,
                customer_name=notes.name,
                customer_email=notes.email,
                language="en",
                resolution=resolution,
            )
        ]


class _Particulars(dict[str, str]):
    """The words for a template's fields, each made only when it is asked for."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def __missing__(self, field: str) -> str:
        return _FIELDS[field](self._desk)


def _deed(desk: Desk) -> str:
    wish = desk.notes.wish
    return wording.DEEDS[wish.value] if wish else "do that"


def _when(desk: Desk) -> str:
    day, moment = desk.notes.day, desk.notes.time
    if day is None or moment is None:
        raise ValueError("the day and the time must be known before they are read back")
    return f"{wording.spoken_day(day)} at {wording.spoken_time(moment)}"


def _whom(desk: Desk) -> str:
    doctor, department = _doctor(desk), desk.notes.department
    if not doctor:
        return department
    return f"{doctor}, {department[0].lower()}{department[1:]}" if department else doctor


def _doctor(desk: Desk) -> str:
    name = desk.notes.doctor_name
    return wording.spoken_doctor(name, desk.clinic) if name else ""


def _suggested(desk: Desk) -> str:
    doctor = desk.notes.suggested
    return wording.plain(doctor.name) if doctor else ""


def _appointment(desk: Desk) -> str:
    slot = desk.notes.appointment
    if slot is None:
        return ""
    return f"{wording.spoken_doctor(slot.doctor_name, desk.clinic)} on {wording.spoken_slot(slot)}"


_FIELDS: dict[str, Callable[[Desk], str]] = {
    "deed": _deed,
    "number": lambda desk: spoken_digits(desk.clinic.phone),
    "clinic": lambda desk: desk.clinic.name,
    "departments": lambda desk: wording.spoken_departments(desk.clinic),
    "candidates": lambda desk: wording.spoken_candidates(desk.notes.candidates),
    "suggested": _suggested,
    "stranger": lambda desk: desk.notes.stranger.title(),
    "part": lambda desk: f" in the {desk.notes.part}" if desk.notes.part else "",
    "offers": lambda desk: wording.spoken_slots(desk.notes.offers, desk.clinic),
    "found": lambda desk: wording.spoken_slots(desk.notes.found or (), desk.clinic, "and"),
    "appointment": _appointment,
    "whom": _whom,
    "doctor": _doctor,
    "when": _when,
    "name": lambda desk: desk.notes.name,
    "first_name": lambda desk: desk.notes.name.partition(" ")[0],
    "name_letters": lambda desk: spelled_out(desk.notes.name),
    "email_letters": lambda desk: spelled_out(desk.notes.email),
}
