"""The messages that nobody could deal with, as a work list: `python -m functions.dead_letters`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from msgspec import Struct

from clinic.contracts.dead_letter import DeadLetter
from clinic.settings import SettingError, load_settings


class Letter(Protocol):
    """A dead letter, as every store keeps it."""

    number: int
    topic: str
    function: str
    data: bytes
    published_at: float
    attempts: int
    reason: str


class DeadLetters(Protocol):
    """Where dead letters are kept."""

    def dead_letters(self) -> Sequence[Letter]:
        """Return all of them, the oldest first."""

    def replay(self, number: int) -> bool:
        """Deliver one again, with all its attempts; False if there is none of that number."""


class Command(Struct):
    """What was asked for on the command line."""

    action: str
    number: int | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """List, show or replay; return the exit code."""
    command = _read(arguments)
    try:
        settings = load_settings(os.environ)
    except SettingError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    letters: DeadLetters = importlib.import_module(f"clinic.adapters.{settings.store}.bus").open_port(
        settings
    )
    return _ACTIONS[command.action](letters, command.number or 0)


def _read(arguments: Sequence[str] | None) -> Command:
    parser = argparse.ArgumentParser(prog="python -m functions.dead_letters", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="number, function, attempts and reason of each; nothing personal")
    for name, text in (
        ("show", "the whole message, which may hold personal data"),
        ("replay", "deliver it again"),
    ):
        actions.add_parser(name, help=text).add_argument("number", type=int)
    return parser.parse_args(arguments, namespace=Command(""))


def _list(letters: DeadLetters, _: int) -> int:
    for letter in letters.dead_letters():
        since = datetime.fromtimestamp(letter.published_at, UTC)
        sys.stdout.write(
            f"{letter.number:>6}  {since:%Y-%m-%d %H:%M:%S}Z  {letter.function:<32} {letter.topic:<32}"
            f" {letter.attempts} attempts  {_reason(letter)}\n"
        )
    return 0


def _reason(letter: Letter) -> str:
    return ": ".join(filter(None, (letter.reason, DeadLetter(letter.data, {}).unreadable)))


def _show(letters: DeadLetters, number: int) -> int:
    for letter in letters.dead_letters():
        if letter.number == number:
            sys.stdout.write(f"{letter.function} {letter.reason}\n{letter.data.decode(errors='replace')}\n")
            return 0
    return _none(number)


def _replay(letters: DeadLetters, number: int) -> int:
    return 0 if letters.replay(number) else _none(number)


def _none(number: int) -> int:
    sys.stderr.write(f"there is no dead letter {number}\n")
    return 1


_ACTIONS: dict[str, Callable[[DeadLetters, int], int]] = {"list": _list, "show": _show, "replay": _replay}

if __name__ == "__main__":
    sys.exit(main())
