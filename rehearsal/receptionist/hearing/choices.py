"""Reads which of several things offered a caller takes: the second one, number two, the last."""

from __future__ import annotations

import re

from rehearsal.receptionist.hearing.words import blanked

_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1, "former": 0, "latter": -1}
_NUMBERS = {"one": 0, "two": 1, "three": 2, "four": 3, "1": 0, "2": 1, "3": 2, "4": 3, "a": 0, "b": 1, "c": 2}
_ONE = r"(?: (?:one|option|slot|time|appointment|offer|of those|of them))?"
_BY_ORDINAL = re.compile(rf"\b(?:the )?(?P<which>{'|'.join(_ORDINALS)}){_ONE}(?! of [a-z])\b")
_BY_NUMBER = re.compile(rf"\b(?:number|option|slot) (?P<which>{'|'.join(_NUMBERS)})\b")
_ANY = re.compile(r"\b(?:either|any of (?:them|those)|whichever|i do not mind|i dont mind)\b")
_THAT = re.compile(
    r"\b(?:that one|this one|(?:i will|ill) take (?:it|that)|take (?:it|that)|book (?:it|that))\b"
)


def read_choice(text: str, offered: int) -> tuple[int | None, str]:
    """Return the index chosen of `offered` things, and the words left over; None if none was named.

    "Either" and, where one thing was offered, "that one" are the first.
    """
    for pattern, places in ((_BY_NUMBER, _NUMBERS), (_BY_ORDINAL, _ORDINALS)):
        found = pattern.search(text)
        if found and -offered <= places[found["which"]] < offered:
            return places[found["which"]] % offered, blanked(text, found)
    sure = _ANY.search(text) or (_THAT.search(text) if offered == 1 else None)
    return (0, blanked(text, sure)) if sure and offered else (None, text)
