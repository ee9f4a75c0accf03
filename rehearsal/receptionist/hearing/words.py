"""The caller's words in one plain form, and the numbers among them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def word_list(text: str) -> tuple[str, ...]:
    """Return the words of a text: how this package writes its long lists."""
    return tuple(text.split())


_UNITS = word_list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_ORDINAL_UNITS = word_list(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
    " thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)

CARDINALS: dict[str, int] = {
    **{word: number for number, word in enumerate(_UNITS)},
    **_TENS,
    **{f"{ten} {_UNITS[unit]}": value + unit for ten, value in _TENS.items() for unit in range(1, 10)},
}
"""`zero` to `fifty nine`: hours and minutes need no more."""

ORDINALS: dict[str, int] = {
    **{word: number for number, word in enumerate(_ORDINAL_UNITS, 1)},
    "twentieth": 20,
    "thirtieth": 30,
    **{f"twenty {_ORDINAL_UNITS[unit - 1]}": 20 + unit for unit in range(1, 10)},
    "thirty first": 31,
}
"""`first` to `thirty first`: the days of a month."""

_CHANGES: tuple[tuple[str, str], ...] = (
    (r"\be[- ]mail\b", "email"),
    (r"\bx-ray\b", "xray"),
    (r"\b(?:dr|doc)\b\.?", "doctor"),
    (r"(?<=[a-z0-9])['\u2019`](?=[a-z])", ""),
    (r"[^a-z0-9@._+:/ -]+", " "),
    (r"(?<![a-z0-9])[-.:/]+(?=[a-z])", " "),
    (r"[.:/-]+(?=\s|$)", " "),
    (r"\s+", " "),
)


def normalised(text: str) -> str:
    """Return lower-case ASCII words; e-mail addresses, dates and clock times stay whole."""
    plain = (
        unicodedata.normalize("NFKD", text.replace("\u2019", "'")).encode("ascii", "ignore").decode().lower()
    )
    for pattern, instead in _CHANGES:
        plain = re.sub(pattern, instead, plain)
    # Last: before the changes an address is not yet a word of its own.
    return _hyphens_outside_addresses(plain)


def one_of(words: Iterable[str]) -> str:
    """Return a pattern that matches any of the words, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def blanked(text: str, found: re.Match[str]) -> str:
    """Return the text with the match gone, so that no later reader takes it for something else."""
    return text[: found.start()] + "," * (found.end() - found.start()) + text[found.end() :]


def number(words: str) -> int:
    """Return the number that a cardinal, an ordinal or digits (`4`, `4th`) stand for.

    Raises KeyError where they are none.
    """
    digits = re.fullmatch(r"(\d+)(?:st|nd|rd|th)?", words)
    if digits:
        return int(digits[1])
    return CARDINALS[words] if words in CARDINALS else ORDINALS[words]


def _hyphens_outside_addresses(text: str) -> str:
    # "half-past" is two words; the hyphen of "asha-rao@example.com" is part of the address.
    return " ".join(
        word
        if "@" in word or word.startswith(("x-ray", "e-mail"))
        else re.sub(r"(?<=[a-z])-(?=[a-z])", " ", word)
        for word in text.split()
    )
