"""Understands one caller's turn: all the readers over one sentence, each taking what is its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import NamedTuple

from clinic.directory import Clinic, Department, Doctor
from rehearsal.receptionist.hearing.choices import read_choice
from rehearsal.receptionist.hearing.days import names_only_a_weekday, read_day
from rehearsal.receptionist.hearing.digits import digits_said, read_phone
from rehearsal.receptionist.hearing.intents import Wish, read_emergency, read_signs, read_to_change, read_wish
from rehearsal.receptionist.hearing.names import read_name
from rehearsal.receptionist.hearing.people import read_whom
from rehearsal.receptionist.hearing.spelling import is_spelling, read_email, read_spelled_name
from rehearsal.receptionist.hearing.times import hours_of, read_time
from rehearsal.receptionist.hearing.words import normalised
from rehearsal.receptionist.questions import ABOUT_EMAIL, ABOUT_NAME, CONFIRMING, Question


class Context(NamedTuple):
    """What was asked last and what is known: it tells what the same words mean."""

    question: Question
    clinic: Clinic
    today: date
    offered: int = 0
    """How many alternatives or appointments were just read out."""
    among: Sequence[Doctor] = ()
    """The doctors just asked about."""
    part: str = ""
    """The part of the day named before: `morning`."""
    so_far: str = ""
    """Words of a spelling or digits of a number that was not complete yet."""


class Understood(NamedTuple):
    """What a turn says; everything is optional."""

    wish: Wish | None = None
    signs: frozenset[str] = frozenset()
    """Short signals: `yes`, `no`, `goodbye`, `thanks`, `repeat`, `human`, `emergency` …"""
    doctors: tuple[Doctor, ...] = ()
    department: Department | None = None
    stranger: str = ""
    """A doctor's name that nobody here has."""
    day: date | None = None
    by_weekday: bool = False
    """The day was named by its weekday alone: among slots on offer, it is that weekday's."""
    time: time | None = None
    part: str = ""
    choice: int | None = None
    name: str = ""
    name_spelled: bool = False
    email: str = ""
    phone: str = ""
    so_far: str = ""
    """What to keep until the rest of a spelling or a number is said."""
    to_change: str = ""

    @property
    def particulars(self) -> bool:
        """Whether the turn holds more than signals: whom, when, who, which."""
        return bool(
            self.doctors
            or self.department
            or self.day
            or self.time
            or self.name
            or self.email
            or self.phone
            or self.choice is not None
        )

    def __bool__(self) -> bool:
        """Tell whether anything was understood at all."""
        return self != _NOTHING


_NOTHING = Understood()


def understand(text: str, context: Context) -> Understood:
    """Return what the words say, as an answer to the question asked."""
    words = normalised(text)
    spelled = _spelled(words, context)
    return spelled if spelled else _free(words, context)


def _spelled(words: str, context: Context) -> Understood:
    """Read an answer that is spelled or said in digits, which may come in several turns."""
    if context.question in ABOUT_EMAIL:
        return _spelled_email(words, context)
    if context.question in ABOUT_NAME:
        return _spelled_name(words, context)
    if context.question is Question.PHONE:
        return _digits(words, context)
    return _NOTHING


def _spelled_email(words: str, context: Context) -> Understood:
    whole = f"{context.so_far} {words}".strip()
    email = read_email(words) or read_email(whole)
    if email:
        return Understood(email=email)
    more = context.question is Question.EMAIL and is_spelling(words)
    return Understood(so_far=whole) if more else _NOTHING


def _spelled_name(words: str, context: Context) -> Understood:
    name = read_spelled_name(words)
    sure = name and (context.question is Question.NAME_SPELLED or is_spelling(words))
    return Understood(name=name, name_spelled=True) if sure else _NOTHING


def _digits(words: str, context: Context) -> Understood:
    said = digits_said(words)
    if not said:
        return _NOTHING
    phone = read_phone(context.so_far + said)
    return Understood(phone=phone) if phone else Understood(so_far=context.so_far + said)


def _free(words: str, context: Context) -> Understood:
    signs, said = read_signs(words), words
    email = read_email(words) if "@" in words or "email" in words else ""
    phone = "" if email else read_phone(words)
    asked_name = context.question in (Question.NAME, Question.NAME_SPELLED)
    name, words = read_name(words, asked=asked_name, correcting=context.question in CONFIRMING)
    whom = read_whom(words, context.clinic, context.among)
    choice, words = read_choice(whom.rest, context.offered)
    by_weekday = names_only_a_weekday(words, context.today)
    day, words = read_day(words, context.today)
    hours = hours_of(context.clinic)
    moment = read_time(words, hours, part=context.part, asked=_asked_time(context.question) and not phone)
    if read_emergency(said, context.clinic.emergency_words.get("en", ())):
        signs |= {"emergency"}
    return Understood(
        wish=read_wish(words),
        signs=signs,
        doctors=whom.doctors,
        department=whom.department,
        stranger=whom.stranger,
        day=day,
        by_weekday=by_weekday and day is not None,
        time=None if phone else moment.time,
        part=moment.part,
        choice=choice,
        name=name,
        email=email,
        phone=phone,
        to_change=read_to_change(said),
    )


def _asked_time(question: Question) -> bool:
    return question in (Question.TIME, Question.OTHER_TIME, Question.CHOICE, Question.CHANGE)
