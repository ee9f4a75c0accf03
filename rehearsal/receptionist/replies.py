"""What an answer means after each question, and what is dealt with at once whatever was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.receptionist import booking, changing, wording
from rehearsal.receptionist.actions import Action, Call
from rehearsal.receptionist.checking import message_of
from rehearsal.receptionist.desk import Desk
from rehearsal.receptionist.hearing.intents import Wish
from rehearsal.receptionist.questions import Question
from rehearsal.receptionist.understanding import Understood

Reply = list[Action] | None
"""None: the question does not say what the answer means; go on with the notes."""

TRANSFER = "transfer_to_human"
_CONFIRM = frozenset({Question.BOOK_IT, Question.CANCEL_IT, Question.MOVE_IT})
_TURNED_DOWN = frozenset({Question.CHOICE, Question.CHANGE, Question.OTHER_TIME, *_CONFIRM})


class Replies:
    """The receptionist's manners, one short method for each question that takes a yes or a no."""

    def __init__(self, desk: Desk, go_on: Callable[[str], list[Action]]) -> None:
        self._desk = desk
        self._go_on = go_on

    def at_once(self, heard: Understood) -> Reply:
        """Deal with what goes before everything else: danger, "repeat that", a human, goodbye."""
        agrees = "yes" in heard.signs and self._desk.question in _CONFIRM
        for sign, respond in self._signs.items():
            # "Excuse me, on Friday" and "yes, book it, goodbye" say more than the sign does.
            outweighed = (sign == "repeat" and heard.particulars) or (sign == "goodbye" and agrees)
            if sign in heard.signs and not outweighed:
                return respond()
        turned_down = heard.wish is Wish.CANCEL and self._desk.notes.wish not in (None, Wish.CANCEL)
        return self._drop() if turned_down and self._desk.question in _TURNED_DOWN else None

    def to_question(self, heard: Understood, changed: bool) -> Reply:
        """Take the answer to the question asked; `changed`: it brought something new into the notes."""
        respond = self._answers.get(self._desk.question)
        return respond(heard, changed) if respond else None

    def small_talk(self, heard: Understood) -> Reply:
        """Answer a greeting or a thank-you with a kind word and the question again."""
        if "wait" in heard.signs:
            return self._take_your_time()
        if "thanks" in heard.signs:
            return self._desk.ask(self._desk.question, self._desk.worded(wording.WELCOME))
        if "hello" in heard.signs:
            return self._desk.ask(self._desk.question, self._desk.worded(wording.HELLO_AGAIN))
        return None

    def transferred(self, result: dict[str, Any]) -> list[Action]:
        """Fall silent once the caller is put through; otherwise give the number and go on."""
        desk = self._desk
        if result.get("success"):
            desk.question = Question.GOODBYE
            return []
        return desk.ask(desk.question, message_of(result), desk.worded(wording.CALL_STAFF))

    @property
    def _signs(self) -> dict[str, Callable[[], list[Action]]]:
        return {
            "emergency": self.emergency,
            "repeat": self._repeat,
            "human": self._human,
            "goodbye": self._goodbye,
            "never_mind": self._drop,
        }

    def emergency(self) -> list[Action]:
        """Say what the clinic says to a caller in danger."""
        message = self._desk.clinic.emergency_message
        return self._desk.interject(message.get("en") or self._desk.worded(wording.CALL_STAFF))

    def _repeat(self) -> list[Action]:
        said = self._desk.last_said
        return self._desk.say(said) if said else self._desk.ask(self._desk.question)

    def _human(self) -> list[Action]:
        desk = self._desk
        if TRANSFER not in desk.declared:
            return desk.ask(desk.question, desk.worded(wording.CALL_STAFF))
        said = desk.interject(desk.worded(wording.PUT_THROUGH))
        transfer = desk.call(TRANSFER, reason="the caller asks for a human")
        return [*desk.log("transferred to staff"), *said, *transfer]

    def _goodbye(self) -> list[Action]:
        desk = self._desk
        if desk.question is Question.GOODBYE:
            return []
        desk.question = Question.GOODBYE
        log = desk.log(", ".join(desk.notes.outcomes) or "ended by the caller")
        end: list[Call] = [desk.declared.call("end_call")] if "end_call" in desk.declared else []
        return [*log, *desk.say(desk.worded(wording.GOODBYE)), *end]

    def _drop(self) -> list[Action]:
        desk = self._desk
        if desk.notes.wish is None:
            return desk.ask(Question.HELP)
        changes = desk.notes.wish in (Wish.MOVE, Wish.CANCEL)
        said = desk.worded(wording.STAYS if changes else wording.NOT_BOOKED)
        return desk.settle("nothing changed" if changes else "nothing booked", said)

    def _take_your_time(self) -> list[Action]:
        return self._desk.interject(self._desk.worded(wording.TAKE_YOUR_TIME))

    @property
    def _answers(self) -> dict[Question, Callable[[Understood, bool], Reply]]:
        return {
            Question.DOCTOR: self._doctor,
            Question.MEANT_DOCTOR: self._meant_doctor,
            Question.CHOICE: self._choice,
            Question.OTHER_TIME: self._other_time,
            Question.RETRY: self._retry,
            Question.WAITING_LIST: self._waiting_list,
            Question.NAME_RIGHT: self._name_right,
            Question.EMAIL_RIGHT: self._email_right,
            Question.WANT_IT: self._want_it,
            Question.BOOK_IT: lambda heard, changed: self._confirm(heard, changed, booking.book),
            Question.MOVE_IT: lambda heard, changed: self._confirm(heard, changed, changing.move),
            Question.CHANGE: self._other_time,
            Question.CANCEL_IT: self._cancel_it,
            Question.PHONE: self._phone,
            Question.MORE: self._more,
            Question.GOODBYE: self._after_goodbye,
        }

    def _doctor(self, heard: Understood, changed: bool) -> Reply:
        if not changed and "any_doctor" in heard.signs:
            return self._desk.ask(Question.DOCTOR, self._desk.worded(wording.WE_HAVE))
        return None

    def _meant_doctor(self, heard: Understood, changed: bool) -> Reply:
        notes = self._desk.notes
        if changed or notes.suggested is None:
            return None
        if "yes" in heard.signs:
            notes.set_doctor(notes.suggested, self._desk.clinic)
        elif "no" in heard.signs:
            notes.suggested, notes.stranger = None, ""
        else:
            return None
        return self._go_on("")

    def _choice(self, heard: Understood, changed: bool) -> Reply:
        if not changed and heard.signs & {"no", "other"}:
            return self._desk.ask(Question.OTHER_TIME)
        return None

    def _other_time(self, heard: Understood, changed: bool) -> Reply:
        return self._drop() if not changed and heard.signs & {"no", "finished"} else None

    def _retry(self, heard: Understood, changed: bool) -> Reply:
        desk, call = self._desk, self._desk.last_call
        if changed or call is None:
            return None
        if "yes" in heard.signs:
            return desk.call(call.name, **call.args)
        return self._drop() if "no" in heard.signs else None

    def _waiting_list(self, heard: Understood, changed: bool) -> Reply:
        if not changed and "yes" in heard.signs:
            self._desk.notes.waiting_list = True
            return self._go_on("")
        return self._drop() if not changed and "no" in heard.signs else None

    def _name_right(self, heard: Understood, changed: bool) -> Reply:
        notes = self._desk.notes
        if not changed and "yes" in heard.signs:
            notes.name_sure = True
        elif not changed and "no" in heard.signs:
            notes.name, notes.spell_name = "", True
        else:
            return None
        return self._go_on("")

    def _email_right(self, heard: Understood, changed: bool) -> Reply:
        notes = self._desk.notes
        if not changed and "yes" in heard.signs:
            notes.email_sure = True
        elif not changed and "no" in heard.signs:
            notes.email = ""
        else:
            return None
        return self._go_on("")

    def _want_it(self, heard: Understood, changed: bool) -> Reply:
        if "yes" in heard.signs and not changed:
            self._desk.notes.wish = Wish.BOOK
            return self._go_on("")
        return self._drop() if "no" in heard.signs and not changed else None

    def _confirm(self, heard: Understood, changed: bool, do: Callable[[Desk], list[Action]]) -> Reply:
        if changed:
            return None
        if "yes" in heard.signs:
            return do(self._desk)
        return self._desk.ask(Question.CHANGE) if "no" in heard.signs else None

    def _cancel_it(self, heard: Understood, changed: bool) -> Reply:
        if "no" in heard.signs:
            return self._drop()
        agreed = not changed and ("yes" in heard.signs or heard.wish is Wish.CANCEL)
        return changing.cancel(self._desk) if agreed else None

    def _phone(self, heard: Understood, changed: bool) -> Reply:
        return self._drop() if not changed and "no" in heard.signs else None

    def _more(self, heard: Understood, changed: bool) -> Reply:
        if changed:
            return None
        if heard.signs & {"no", "finished", "thanks"}:
            return self._goodbye()
        return self._desk.ask(Question.HELP) if "yes" in heard.signs else None

    def _after_goodbye(self, _: Understood, changed: bool) -> Reply:
        return None if changed else []
