"""Puts an e-mail address right after a letter was refused: has it spelled again, and sends the correction."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rehearsal.receptionist import wording
from rehearsal.receptionist.actions import Action
from rehearsal.receptionist.checking import message_of
from rehearsal.receptionist.desk import Desk
from rehearsal.receptionist.questions import Question

CORRECT = "correct_email"
_REFUSED = re.compile(rf"\bcall {CORRECT} with appointment_id (\w+)")


def note_refusal(desk: Desk, text: str) -> bool:
    """Note the appointment whose letter was refused; False where the direction says no such thing."""
    refused = _REFUSED.search(text)
    if refused is None or CORRECT not in desk.declared:
        return False
    desk.notes.to_correct = refused[1]
    desk.notes.email, desk.notes.email_sure = "", False
    return True


def go_on(desk: Desk, before: str = "") -> list[Action]:
    """Ask for the address until it is sure, then call the correction."""
    notes = desk.notes
    if not notes.email:
        return desk.ask(Question.EMAIL, before)
    if not notes.email_sure:
        return desk.ask(Question.EMAIL_RIGHT, before)
    return desk.call(CORRECT, email=notes.email, appointment_id=notes.to_correct)


def begin(desk: Desk) -> list[Action]:
    """Say that the address takes no mail, and have it spelled again."""
    return go_on(desk, desk.worded(wording.LETTER_REFUSED))


def corrected(desk: Desk, result: dict[str, Any], go_on_with: Callable[[str], list[Action]]) -> list[Action]:
    """Speak what became of the correction, and go back to what was talked about."""
    notes = desk.notes
    if result.get("reason_code") == "invalid_email":
        notes.email, notes.email_sure = "", False
        return desk.ask_in_their_words(Question.EMAIL, message_of(result))
    notes.to_correct = ""
    if notes.wish:
        return go_on_with(message_of(result))
    return desk.ask(Question.MORE, message_of(result))
