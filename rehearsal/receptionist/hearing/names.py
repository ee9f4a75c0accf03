"""Reads a person's name from "my name is asha rao", or from the name alone where it was asked for."""

from __future__ import annotations

import re

from rehearsal.receptionist.hearing.days import MONTHS, WEEKDAYS
from rehearsal.receptionist.hearing.words import CARDINALS, ORDINALS, blanked, word_list

MOST_WORDS = 4
_NO_NAMES = frozenset(
    word_list(
        "repeat slowly pardon excuse hold maybe "
        "a about actually address after afternoon again also am an and any anything appointment"
        " are around as at available be before better book booking but by bye calling call can"
        " cancel change come could correct date day department different do doctor dont double"
        " email else evening first fine for free from full go good goodbye great have he hello"
        " help here hi him her how human i id if im in instead is it its just last let like listen"
        " looking make me mean morning move my name named new next no noon not nothing number of"
        " off ok okay old on one operator or other patient person phone please quite reschedule"
        " right said same second see she sick sorry spelled spell staff still sure take tell thank"
        " thanks that thats the their there this time to today tomorrow tonight unwell very wait"
        " want wants was we well what when where which who will with wrong would yeah yep yes you"
        " your nobody know calling speaking interested trying afraid happy looking back going"
        " another mother father"
    )
) - frozenset({"may", "april", "june"})
_OTHER = frozenset([*WEEKDAYS, *CARDINALS, *ORDINALS, *MONTHS]) - {"april", "june", "may"}
_WORD = re.compile(r"[a-z][a-z.]*")
_ALWAYS = (
    r"(?:my (?:full )?name is|the (?:patient|patients)?(?: )?(?:name )?is|name is|(?:call|calls) me|my name)"
)
_PERSON = r"(?:this is|i am|im|it is|its)"
_CORRECTED = r"(?:for|not|it is for|its for)"


def read_name(text: str, *, asked: bool = False, correcting: bool = False) -> tuple[str, str]:
    """Return "Asha Rao" and the words left over; "" if nobody is named.

    `asked`: the name alone is an answer. `correcting`: "no, for ravi kumar" names the patient.
    """
    leads = [_ALWAYS, _PERSON, *([_CORRECTED] if correcting else [])]
    for lead in leads:
        for found in re.finditer(rf"\b{lead} (?=[a-z])", text):
            name = _leading_name(text[found.end() :])
            if name and (lead is _ALWAYS or asked or correcting or _stands_alone(text, found, name)):
                whole = re.compile(re.escape(found[0] + name)).search(text, found.start())
                return _titled(name), blanked(text, whole) if whole else text
    return _whole(text) if asked else ("", text)


def _leading_name(words: str) -> str:
    taken: list[str] = []
    for word in words.split():
        if word in _NO_NAMES or word in _OTHER or not _WORD.fullmatch(word) or len(taken) == MOST_WORDS:
            break
        taken.append(word)
    return " ".join(taken)


def _stands_alone(text: str, found: re.Match[str], name: str) -> bool:
    # "this is asha rao" names the caller; "i am coughing" does not: two words or the end of the sentence.
    return " " in name or (text[found.end() + len(name) :].strip() == "" and found[0].startswith("this is"))


def _whole(text: str) -> tuple[str, str]:
    # A name after "doctor" is not the caller's own.
    words = re.sub(r"\bdoctor [a-z]+", ",", text).replace(",", " , ").split()
    runs = [_leading_name(" ".join(words[place:])) for place in range(len(words))]
    name = max(runs, key=len, default="")
    found = re.search(rf"\b{re.escape(name)}\b", text) if name else None
    return (_titled(name), blanked(text, found)) if found else ("", text)


def _titled(name: str) -> str:
    return " ".join(word.strip(".").capitalize() for word in name.split())
