"""Reads what is spelled, letter by letter or by a spelling alphabet: names and e-mail addresses."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from rehearsal.receptionist.hearing.words import one_of, word_list

ALPHABET_WORDS = word_list(
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima"
    " mike november oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray"
    " yankee zulu apple boy cat dog elephant fish girl house ink jug king lion mother orange"
    " queen rose sugar table umbrella van water yellow zebra"
)
_DIGITS = {
    word: str(n)
    for n, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
}
_SIGNS = {"dot": ".", "point": ".", "underscore": "_", "dash": "-", "hyphen": "-", "minus": "-", "plus": "+"}
_LETTER_NAMES = {"zed": "z", "zee": "z"}
_HOSTS = frozenset(["gmail", "yahoo", "hotmail", "outlook", "example", "com", "in", "org", "net", "co"])
_LEAD = word_list(
    "my the is its it email address mail id name thats that so and um uh well no sorry yes"
    " yeah yep wrong not please okay ok spelled spelt first last full correct right actually"
    " mean can you thank thanks hello"
)
_TRAIL = r"(?: (?:thats all|that is all|thats it|that is it|please|thank you|thanks|finished|done))+$"
_ADDRESS = re.compile(r"[a-z0-9](?:[a-z0-9+_-]|\.(?!\.))*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_PLACE = re.compile(r"\b(?:at the rate(?: of)?|at sign|at)\b")
_BREAK = re.compile(r"\b(?:space|new word|next word|last name|surname|second name)\b")


class Token(NamedTuple):
    """One piece of what was spelled."""

    text: str
    kind: Literal["letter", "word", "alphabet", "sign"]
    word: str
    """As it was said."""


def tokens(words: str) -> list[Token]:
    """Return the pieces of a spelled text; "m as in mike" and "double a" are taken apart."""
    words = re.sub(r"\b([a-z]) (?:as in|for|like|as) (\1[a-z]+)\b", r"\1", words)
    words = re.sub(r"\bdouble (?:you|u)\b", "w", words)
    words = re.sub(r"\bx ray\b", "xray", words).replace("full stop", "dot")
    pieces: list[Token] = []
    times = 1
    for word in words.split():
        if word in ("double", "triple"):
            times = 2 if word == "double" else 3
        elif word not in ("capital", "small", "letter", "oh") or (word == "oh" and not pieces):
            pieces += [_token(word)] * times
            times = 1
        else:
            pieces += [Token("0", "letter", word)] * (times if word == "oh" else 0)
    return pieces


def read_email(words: str) -> str:
    """Return the e-mail address that was typed, spelled or said ("asha dot rao at example dot com"); or "".

    An address is only returned where it has a form that RFC 5321 allows.
    """
    typed = _ADDRESS.search(words)
    if typed:
        return typed[0]
    before, at, after = _last_place(_stripped(words))
    if not at:
        return ""
    address = f"{_joined(before, is_domain=False)}@{_joined(after, is_domain=True)}"
    return address if _ADDRESS.fullmatch(address) else ""


def is_spelling(words: str) -> bool:
    """Tell whether the words are nothing but a piece of something spelled."""
    pieces = tokens(_BREAK.sub(" ", _PLACE.sub(" ", _stripped(words))))
    spelled = bool(pieces) and all(piece.kind != "word" or piece.text in _HOSTS for piece in pieces)
    return spelled or bool(_PLACE.fullmatch(words))


def read_spelled_name(words: str) -> str:
    """Return "Asha Rao" from "a s h a space romeo alpha oscar"; "" if fewer than two letters are spelled.

    A word before its own letters ("asha, a s h a") is what the letters spell.
    """
    parts = [part for chunk in _BREAK.split(_stripped(words)) for part in _name_parts(chunk)]
    if not any(spelled for _, spelled in parts):
        return ""
    return " ".join(text.capitalize() for text, _ in parts)


def spelled_out(text: str) -> str:
    """Return the letters for the voice: "A S H A, dot, R A O, at, example dot com"."""
    local, _, domain = text.partition("@")
    return ", ".join(filter(None, (_letters(local), "at" if domain else "", _domain(domain))))


def _token(word: str) -> Token:
    if len(word) == 1 and word.isalnum():
        return Token(word, "letter", word)
    if word in ALPHABET_WORDS:
        return Token(word[0], "alphabet", word)
    if word in _DIGITS or word in _LETTER_NAMES:
        return Token(_DIGITS.get(word) or _LETTER_NAMES[word], "letter", word)
    if word in _SIGNS:
        return Token(_SIGNS[word], "sign", word)
    return Token(word, "sign" if word.isdigit() else "word", word)


def _stripped(words: str) -> str:
    words = re.sub(_TRAIL, "", words)
    return re.sub(rf"^(?:{one_of(_LEAD)}(?: |$))+", "", words)


def _last_place(words: str) -> tuple[str, str, str]:
    places = list(_PLACE.finditer(words))
    if not places:
        return words, "", ""
    return words[: places[-1].start()].strip(), places[-1][0], words[places[-1].end() :].strip()


def _joined(words: str, *, is_domain: bool) -> str:
    labels: list[str] = []
    for label in re.split(r"\b(?:dot|point)\b", words) if is_domain else [words]:
        pieces = tokens(label)
        # One alphabet word by itself ("mike at hotel dot com") is the word, not a letter.
        whole = len(pieces) == 1 and pieces[0].kind == "alphabet"
        labels.append(pieces[0].word if whole else "".join(piece.text for piece in pieces))
    return ".".join(labels)


def _name_parts(words: str) -> list[tuple[str, bool]]:
    parts: list[tuple[str, bool]] = []
    pieces = [piece for piece in tokens(_stripped(words)) if piece.text.isalpha()]
    for place, piece in enumerate(pieces):
        if piece.kind == "word":
            parts.append((piece.text, False))
        elif place == 0 or pieces[place - 1].kind == "word":
            _begin_letters(parts, piece)
        else:
            parts[-1] = (parts[-1][0] + piece.text, True)
    return [part for part in parts if len(part[0]) > 1]


def _begin_letters(parts: list[tuple[str, bool]], piece: Token) -> None:
    if parts and parts[-1][0].startswith(piece.text):
        parts.pop()
    parts.append((piece.text, False))


def _letters(text: str) -> str:
    names = {".": ", dot,", "_": ", underscore,", "-": ", dash,", "+": ", plus,", " ": ","}
    spoken = "".join(names.get(letter, f" {letter.upper()}") for letter in text)
    return re.sub(r" +", " ", spoken.replace(" ,", ",")).strip(" ,")


def _domain(domain: str) -> str:
    labels = domain.split(".") if domain else []
    return " dot ".join(label if label in _HOSTS else _letters(label) for label in labels)
