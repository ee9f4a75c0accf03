"""The recogniser's grammar (JSGF) and dictionary, made from the clinic's directory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from unicodedata import normalize

import pocketsphinx

from clinic.directory import Clinic
from rehearsal.speech.pronunciation import pronunciations

_FIXED_RULES = Path(__file__).with_name("receptionist.jsgf")
_TITLES = frozenset({"dr", "doctor", "prof", "professor", "mr", "mrs", "ms"})
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_NO_TOKEN = re.compile(r"^#JSGF.*?;|^grammar\b.*?;|\bpublic\b|<\w+>|/[\d.]+/", re.MULTILINE)
_TOKEN = re.compile(r"[a-z][\w'.-]*")
# Tokens that stand for several words, and letters whose name the CMU dictionary lacks.
_SPOKEN_AS = {"zed.": "zed", "a_m": "a. m.", "p_m": "p. m.", "e_mail": "e. mail", "x_ray": "x-ray"}
# As these are said in a sentence; "a." because a synthesiser takes the letter for the article.
_REDUCED = {
    "at": ["AH T"],
    "the": ["DH IH"],
    "a.": ["AH"],
    "can": ["K AH N"],
    "for": ["F ER"],
    "to": ["T AH"],
    "and": ["AH N"],
}
_SPLIT = str.maketrans("_", " ", ".")


def receptionist_grammar(clinic: Clinic, names: Iterable[str]) -> str:
    """Return the whole JSGF grammar; names are "First Last" or one word."""
    people = list(filter(None, map(_words, names)))
    fixed = _COMMENT.sub("", _FIXED_RULES.read_text(encoding="utf-8"))
    rules: dict[str, Iterable[str]] = {
        "doctor_name": _doctor_names(clinic),
        "department": _departments(clinic),
        "emergency": map(_phrase, clinic.emergency_words.get("en", ("emergency",))),
        "first_name": [person[0] for person in people],
        "last_name": [person[-1] for person in people],
    }
    return fixed + "".join(_rule(name, phrases) for name, phrases in rules.items())


def dictionary(grammar: str, respelled: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the ARPAbet pronunciations of every token of the grammar.

    `respelled` tells how a word is said where it is not said as written.
    """
    tokens = sorted(set(_TOKEN.findall(_NO_TOKEN.sub(" ", grammar))))
    words = {token: _pronounced(token) for token in tokens}
    for token, respelling in respelled.items():
        words[token] = list(dict.fromkeys([*pronunciations(respelling), *words[token]]))
    return words


def respellings(clinic: Clinic) -> dict[str, str]:
    """Return the directory's respellings of doctors' names, word by word."""
    found: dict[str, str] = {}
    for doctor in clinic.doctors:
        written, said = _words(doctor.name), _words(doctor.pronounced)
        if len(written) == len(said):
            found.update(zip(written, said, strict=True))
    return found


def words_of(hypothesis: str) -> str:
    """Return the recogniser's tokens as the words they stand for."""
    return hypothesis.translate(_SPLIT)


def _doctor_names(clinic: Clinic) -> Iterable[str]:
    for doctor in clinic.doctors:
        first, *rest = _words(doctor.name)
        yield f"[{first}] {' '.join(rest)}" if rest else first


def _departments(clinic: Clinic) -> Iterable[str]:
    for department in clinic.departments:
        yield from map(_phrase, (department.name, *department.also_called))


def _rule(name: str, phrases: Iterable[str]) -> str:
    return f"<{name}> = {' | '.join(dict.fromkeys(filter(None, phrases))) or '<VOID>'};\n"


def _phrase(text: str) -> str:
    return " ".join(_words(text, titles=frozenset()))


def _words(text: str, titles: frozenset[str] = _TITLES) -> list[str]:
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z]+(?:'[a-z]+)?", plain)
    return [word for word in words if word not in titles]


def _pronounced(token: str) -> list[str]:
    if token in _SPOKEN_AS:
        return [" ".join(_cmu()[word][0] for word in _SPOKEN_AS[token].split())]
    known = _cmu().get(token)
    if known is None and "_" in token:
        return [" ".join(_pronounced(word)[0] for word in token.split("_"))]
    as_synthesised = pronunciations(token) if token.isalpha() else []
    distinct = dict.fromkeys([*(known or []), *as_synthesised, *_REDUCED.get(token, ())])
    return list(distinct) or pronunciations(token)


@cache
def _cmu() -> Mapping[str, list[str]]:
    words: dict[str, list[str]] = {}
    with Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")).open(encoding="utf-8") as lines:
        for line in lines:
            word, _, phones = line.strip().partition(" ")
            words.setdefault(word.partition("(")[0], []).append(phones)
    return words
