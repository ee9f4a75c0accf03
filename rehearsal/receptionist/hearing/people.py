"""Reads which doctor or department a caller means, from the clinic's directory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from clinic.directory import Clinic, Department, Doctor
from rehearsal.receptionist.hearing.words import blanked, normalised, one_of, word_list

_NO_NAME = frozenset(
    word_list(
        "please at on in for with and or to tomorrow today is available free the a an i can who"
        " any there this next appointment department specialist instead you do does that has it of"
        " next other better same my visit book would like want need see another one when what"
        " which no yes again by come consult visit meet something someone earlier later cancel move"
        " change from after before around about any anyone this my so but then could should shall"
        " may make get take time noon midday morning afternoon evening thank thanks hello"
    )
)


class Whom(NamedTuple):
    """Doctors that fit (several: ask which), a department, and a doctor's name nobody here has."""

    doctors: tuple[Doctor, ...]
    department: Department | None
    stranger: str
    rest: str


def read_whom(text: str, clinic: Clinic, among: Sequence[Doctor] = ()) -> Whom:
    """Return whom the caller named; a first name alone tells apart the doctors just asked about (`among`)."""
    text = re.sub(
        r"\bnot (?:with )?(?:doctor )?(\w+)(?= .*\b(?:doctor|with|but|its)\b)", _unless_number, text
    )
    department, text = _department(text, clinic)
    doctors, text = _doctors(text, clinic, among)
    stranger = "" if doctors else _stranger(text)
    return Whom(doctors, department, stranger, text)


def _unless_number(found: re.Match[str]) -> str:
    return found[0] if found[1] in ("at", "on", "in", "the", "a") else ","


def _department(text: str, clinic: Clinic) -> tuple[Department | None, str]:
    calls = {
        normalised(call): department
        for department in clinic.departments
        for call in (department.id.replace("-", " "), department.name, *department.also_called)
    }
    found = re.search(
        rf"\b(?:(?:an?|the) )?(?P<call>{one_of(calls)})s?(?: (?:department|doctor|specialist))?\b", text
    )
    return (calls[found["call"]], blanked(text, found)) if found else (None, text)


def _doctors(text: str, clinic: Clinic, among: Sequence[Doctor]) -> tuple[tuple[Doctor, ...], str]:
    best: list[Doctor] = []
    most, at, match = 0, -1, None
    for doctor in clinic.doctors:
        for length, found in _mentions(text, doctor, doctor in among):
            if (length, found.start()) > (most, at):
                best, most, at, match = [doctor], length, found.start(), found
            elif (length, found.start()) == (most, at) and doctor not in best:
                best.append(doctor)
    narrowed = [doctor for doctor in best if doctor in among] or best
    return tuple(narrowed), blanked(text, match) if match else text


def _mentions(text: str, doctor: Doctor, expected: bool) -> list[tuple[int, re.Match[str]]]:
    """Return how many parts of the name were said, and where: the last mention counts."""
    found: list[tuple[int, re.Match[str]]] = []
    for names in _spoken_names(doctor):
        full, last, first = " ".join(names), names[-1], names[0]
        patterns = [(2, rf"(?:doctor )?{full}"), (1, rf"(?:doctor )?{last}"), (1, rf"doctor {first}")]
        if expected:
            patterns.append((1, first))
        for length, pattern in patterns:
            found += [(length, match) for match in re.finditer(rf"\b{pattern}s?\b", text)]
    return found


def _spoken_names(doctor: Doctor) -> list[list[str]]:
    names = (normalised(name).removeprefix("doctor ").split() for name in (doctor.name, doctor.pronounced))
    return [name for name in names if name]


def _stranger(text: str) -> str:
    found = re.search(
        r"(?<!another )(?<!same )(?<!any )(?<!\ba )(?<!the )\bdoctor ([a-z]+)(?: ([a-z]+))?", text
    )
    if not found or found[1] in _NO_NAME:
        return ""
    second = found[2] if found[2] and found[2] not in _NO_NAME else ""
    return f"{found[1]} {second}".strip()
