"""The rehearsed receptionist: takes a caller's turns and tools' answers, and says what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from clinic.directory import Clinic
from rehearsal.receptionist import booking, changing, correcting, wording
from rehearsal.receptionist.actions import Action
from rehearsal.receptionist.checking import CHECK, JOIN, check, checked
from rehearsal.receptionist.choosing import chosen
from rehearsal.receptionist.desk import Desk
from rehearsal.receptionist.directions import (
    asks_to_greet,
    caller_words_in,
    is_direction,
    is_nothing_due,
    is_renewed,
    note_record,
    results_in,
    says_silent,
    words_to_say,
)
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.noting import note
from rehearsal.receptionist.questions import Question
from rehearsal.receptionist.replies import TRANSFER, Replies
from rehearsal.receptionist.understanding import Context, Understood, understand
from rehearsal.speech.expecting import Expecting

_PATIENCE = 3
"""Turns not understood in a row after which the clinic's number is offered."""


class Receptionist:
    """One call's receptionist. Pure: no clock but `now`, no I/O; it can be deep-copied mid-call."""

    def __init__(self, clinic: Clinic, tools: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        """Take the directory, the declared tools by name (see Declared), and a clock of aware times."""
        self._desk = Desk(clinic, tools, now)
        self._replies = Replies(self._desk, self._go_on)
        self._not_understood_in_a_row = 0

    @property
    def expecting(self) -> Expecting:
        """What was just asked: what the ear should listen for."""
        expected = self._desk.question.expecting
        # Who does not say yes or no to a question says something else: it is listened for next.
        astray = expected is Expecting.YES_NO and self._not_understood_in_a_row > 0
        return Expecting.ANYTHING if self._desk.waiting or astray else expected

    def heard(self, text: str) -> list[Action]:
        """Take one turn of the caller, or a stage direction in brackets; "" is a turn not understood."""
        if is_direction(text):
            return self._directed(text)
        heard = understand(text, self._context())
        if self._desk.waiting:
            return self._heard_meanwhile(heard)
        if not heard:
            return self._not_understood()
        at_once = self._replies.at_once(heard)
        return self._noted(heard) if at_once is None else self._understood(at_once)

    def recall(self, turns: Sequence[tuple[str, str]]) -> None:
        """Take what was said in an earlier session: the caller's words are heard again, nothing is said."""
        for role, text in turns:
            for line in text.splitlines() if role == "user" else ():
                if not is_direction(line):
                    self.heard(line)
                for name, response in results_in(line):
                    self.answered(name, response)

    def answered(self, name: str, response: dict[str, Any]) -> list[Action]:
        """Take a tool's answer. One that nobody waits for (a second answer, the log's) changes nothing."""
        waiting = self._desk.waiting
        if waiting is None or waiting.name != name:
            return []
        self._desk.waiting = None
        return self._answers[name](response)

    def _directed(self, text: str) -> list[Action]:
        desk = self._desk
        note_record(desk.notes, text)
        if is_renewed(text) or results_in(text):
            return self._caught_up(text)
        words = words_to_say(text)
        if words and not asks_to_greet(text):
            return [*desk.interject(words), *self._cancelled_calls()]
        refused = correcting.note_refusal(desk, text)
        if desk.waiting:
            return self._cancelled_calls()
        if refused:
            return correcting.begin(desk)
        if says_silent(text):
            return desk.interject(desk.worded(wording.STILL_THERE))
        if not asks_to_greet(text):
            return []
        greeting = desk.clinic.greeting.get("en") or desk.clinic.greeting[desk.clinic.language]
        desk.interjected = True
        return desk.say(words, desk.worded(wording.HELLO_NAMED) if desk.notes.name else "", greeting)

    def _caught_up(self, text: str) -> list[Action]:
        """Go on after the connection was renewed, by what the direction tells of the time between."""
        actions: list[Action] = []
        for words in caller_words_in(text):
            actions = self.heard(words)
        for name, response in results_in(text):
            actions = self.answered(name, response)
        if actions or is_nothing_due(text) or self._desk.waiting or not is_renewed(text):
            return actions
        return self._desk.say(self._desk.last_said) or self._desk.ask(self._desk.question)

    def _context(self) -> Context:
        desk = self._desk
        offered = {Question.CHOICE: desk.notes.offers, Question.WHICH_APPOINTMENT: desk.notes.found or ()}
        among = desk.notes.candidates if desk.question is Question.WHICH_DOCTOR else ()
        return Context(
            question=desk.question,
            clinic=desk.clinic,
            today=desk.now().date(),
            offered=len(offered.get(desk.question, ())),
            among=among,
            part=desk.notes.part,
            so_far=desk.notes.so_far,
        )

    def _heard_meanwhile(self, heard: Understood) -> list[Action]:
        """Bridge the wait for a tool. A call that the caller's speech has cancelled is made again."""
        desk, again = self._desk, self._cancelled_calls()
        if not heard:
            return again
        if "emergency" in heard.signs:
            return [*self._replies.emergency(), *again]
        if desk.waiting and desk.waiting.name == CHECK:
            note(desk.notes, heard, desk.clinic, desk.now(), desk.question)
        return [*desk.interject(desk.worded(wording.ONE_MOMENT)), *again]

    def _cancelled_calls(self) -> list[Action]:
        waiting = self._desk.waiting
        lost = waiting is not None and self._desk.declared.is_cancelled_by_speech(waiting.name)
        return [waiting] if waiting and lost else []

    def _noted(self, heard: Understood) -> list[Action]:
        desk, notes = self._desk, self._desk.notes
        interjected, desk.interjected = desk.interjected, False
        if interjected and heard == Understood(signs=heard.signs & {"yes", "hello"}):
            return self._understood(desk.ask(desk.question))
        if self._take_choice(heard):
            return self._understood(self._go_on())
        changed = note(notes, heard, desk.clinic, desk.now(), desk.question)
        if notes.so_far:
            return self._understood(desk.say(desk.worded(wording.GO_ON)))
        actions = self._replies.to_question(heard, changed)
        if actions is None and changed:
            actions = self._go_on()
        if actions is None:
            actions = self._replies.small_talk(heard)
        return self._not_understood() if actions is None else self._understood(actions)

    def _take_choice(self, heard: Understood) -> bool:
        notes, question = self._desk.notes, self._desk.question
        if question is Question.CHOICE and (slot := chosen(heard, notes.offers)):
            notes.take(slot)
            return True
        if question is Question.WHICH_APPOINTMENT and (slot := chosen(heard, notes.found or ())):
            changing.choose(notes, slot)
            return True
        return False

    def _go_on(self, before: str = "") -> list[Action]:
        wish = self._desk.notes.wish
        if self._desk.notes.to_correct:
            return correcting.go_on(self._desk, before)
        if wish is None:
            return self._desk.ask(Question.HELP, before)
        if wish in (Wish.MOVE, Wish.CANCEL):
            return changing.go_on(self._desk, before)
        return booking.go_on(self._desk, before)

    def _understood(self, actions: list[Action]) -> list[Action]:
        self._not_understood_in_a_row = 0
        return actions

    def _not_understood(self) -> list[Action]:
        desk = self._desk
        if desk.question is Question.GOODBYE:
            return []
        self._not_understood_in_a_row += 1
        if desk.question is Question.NAME:
            desk.notes.spell_name, desk.question = True, Question.NAME_SPELLED
        out_of_patience = self._not_understood_in_a_row % _PATIENCE == 0
        sorry = desk.worded(wording.STAFF_CAN if out_of_patience else wording.SORRY)
        return desk.ask(desk.question, sorry)

    @property
    def _answers(self) -> dict[str, Callable[[dict[str, Any]], list[Action]]]:
        desk = self._desk
        return {
            CHECK: self._checked,
            booking.BOOK: lambda result: booking.booked(desk, result),
            JOIN: lambda result: booking.joined(desk, result),
            changing.FIND: lambda result: changing.found(desk, result),
            changing.CANCEL: lambda result: changing.cancelled(desk, result),
            changing.MOVE: lambda result: changing.moved(desk, result),
            correcting.CORRECT: lambda result: correcting.corrected(desk, result, self._go_on),
            TRANSFER: lambda result: self._replies.transferred(result),
        }

    def _checked(self, result: dict[str, Any]) -> list[Action]:
        desk, asked = self._desk, self._desk.last_call
        now_wanted = check(desk)
        desk.waiting = None
        if now_wanted != [asked]:
            # The caller changed their mind while the clinic looked: that answer is of no use.
            return self._go_on()
        return checked(desk, result, self._go_on)
