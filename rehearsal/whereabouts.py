"""Where a clinic that runs on emulators is: it leaves a note, and `make call` finds it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct


class _Note(Struct):
    process: int
    environment: dict[str, str]


def _file(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("LOCAL_DATA") or ".local") / "emulators.json"


@contextmanager
def noted(environment: Mapping[str, str]) -> Iterator[None]:
    """Leave a note of the variables by which the clinic is found, for as long as it runs."""
    file = _file(os.environ)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(_Note(os.getpid(), dict(environment))))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def adopt(environment: MutableMapping[str, str]) -> None:
    """Take the variables over from a clinic that runs now, where there is one; what is set stays."""
    try:
        note = msgspec.json.decode(_file(environment).read_bytes(), type=_Note)
        os.kill(note.process, 0)
    except (FileNotFoundError, ProcessLookupError):
        # None runs here, or it was killed and could not take its note away.
        return
    for name, value in note.environment.items():
        environment.setdefault(name, value)
