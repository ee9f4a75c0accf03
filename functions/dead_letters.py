"""The messages that nobody could deal with, as a work list: `python -m functions.dead_letters`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC

from msgspec import Struct

from clinic.contracts.dead_letter import DeadLetter, KeptLetter
from clinic.contracts.function_table import load_function_table
from clinic.ports import DeadLetters
from clinic.settings import SettingError, load_settings

_ANSWER_STANDS = (
    "The answer that its caller was given stands: what was not done then is not done now. Only facts of it"
    " that nobody was told are told."
)


class Command(Struct):
    """What was asked for on the command line."""

    action: str
    id: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """List, show or replay; return the exit code."""
    command = _read(arguments)
    try:
        settings = load_settings(os.environ)
    except SettingError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    family = settings.family_of("dead_letters")
    letters: DeadLetters = importlib.import_module(f"clinic.adapters.{family}.dead_letters").open_port(
        settings
    )
    return _ACTIONS[command.action](letters, command.id)


def _read(arguments: Sequence[str] | None) -> Command:
    parser = argparse.ArgumentParser(prog="python -m functions.dead_letters", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="id, function, attempts and reason of each; nothing personal")
    for name, text in (
        ("show", "the whole message, which may hold personal data"),
        ("replay", "deliver it again, to the function that failed; a tool call's answer stands all the same"),
    ):
        actions.add_parser(name, help=text).add_argument("id")
    return parser.parse_args(arguments, namespace=Command(""))


def _list(letters: DeadLetters, _: str) -> int:
    for letter in letters.all():
        sys.stdout.write(
            f"{letter.id:>12}  {letter.published_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
            f"  {letter.function:<32} {letter.topic:<32} {letter.attempts} attempts  {_reason(letter)}\n"
        )
    return 0


def _reason(letter: KeptLetter) -> str:
    return ": ".join(filter(None, (letter.reason, DeadLetter(letter.data, {}).unreadable)))


def _show(letters: DeadLetters, letter_id: str) -> int:
    letter = _find(letters, letter_id)
    if letter is None:
        return _none(letter_id)
    sys.stdout.write(f"{letter.function} {letter.reason}\n{letter.data.decode(errors='replace')}\n")
    return 0


def _replay(letters: DeadLetters, letter_id: str) -> int:
    letter = _find(letters, letter_id)
    if letter is None or not letters.replay(letter_id):
        return _none(letter_id)
    is_tool_call = letter.topic in load_function_table().tools
    sys.stdout.write(
        f"{letter.function} gets it again. {_ANSWER_STANDS if is_tool_call else ''}".strip() + "\n"
    )
    return 0


def _find(letters: DeadLetters, letter_id: str) -> KeptLetter | None:
    return next((letter for letter in letters.all() if letter.id == letter_id), None)


def _none(letter_id: str) -> int:
    sys.stderr.write(f"there is no dead letter {letter_id}\n")
    return 1


_ACTIONS: dict[str, Callable[[DeadLetters, str], int]] = {"list": _list, "show": _show, "replay": _replay}

if __name__ == "__main__":
    sys.exit(main())
