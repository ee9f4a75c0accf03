"""Finds whom a caller meant: near enough to help, never a guess between two."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

from clinic.directory.clinic import Clinic, Department, Doctor

_TITLES = re.compile(r"\b(?:dr|doctor|prof|professor|mr|mrs|ms)\b\.?", re.IGNORECASE)
_NEAR = 0.74
"""Ratio (difflib) from which a misheard name is worth asking about: "meta" for "mehta" has 0.89."""


def doctors_named(clinic: Clinic, spoken: str) -> list[Doctor]:
    """Return the doctors whose name is exactly what was said: full, first or last name, title or not."""
    words = _words(spoken)
    return [doctor for doctor in clinic.doctors if words and words <= _words(doctor.name)]


def doctors_sounding_like(clinic: Clinic, spoken: str) -> list[Doctor]:
    """Return the doctors whose name is near what was said, nearest first: to be asked, not assumed."""
    likeness = {doctor.id: _likeness(doctor, spoken) for doctor in clinic.doctors}
    near = (doctor for doctor in clinic.doctors if likeness[doctor.id] >= _NEAR)
    return sorted(near, key=lambda doctor: -likeness[doctor.id])


def departments_named(clinic: Clinic, spoken: str) -> list[Department]:
    """Return the departments called that way."""
    words = _words(spoken)
    return [
        department
        for department in clinic.departments
        if any(words == _words(name) for name in _names(department))
    ]


def _names(department: Department) -> tuple[str, ...]:
    return department.id, department.name, *department.also_called, *department.spoken.values()


def _likeness(doctor: Doctor, spoken: str) -> float:
    said, names = sorted(_words(spoken)), sorted(_words(doctor.name))
    pairs = [SequenceMatcher(None, word, name).ratio() for word in said for name in names]
    return max(pairs, default=0.0)


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", _TITLES.sub(" ", text).casefold()))
