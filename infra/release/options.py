"""The command line of `python -m infra.release`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; SystemExit with a line of help where it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.release",
        description="Puts a new revision of the realtime service before the callers, and takes it back. "
        "Each command may be given again: it goes on from what Cloud Run says.",
        epilog="Ends with 0, with 1 where a step is refused or the candidate does badly, with 2 where Google "
        "can't be asked.",
    )
    parser.add_argument("--service", required=True, type=_service, help="projects/…/locations/…/services/…")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--endpoint", default="", help="another address of Google's APIs")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    deploy = commands.add_parser("deploy", help="make a revision that gets no calls yet")
    deploy.add_argument(
        "image", nargs="?", default="", type=_image, help="by digest; default: the newest revision's"
    )
    commands.add_parser("smoke", help="try the candidate: health, the door, one rehearsed call")
    shift = commands.add_parser("shift", help="give the candidate its next share of the new calls")
    shift.add_argument(
        "--to", type=_percent, default=0, metavar="PERCENT", help="default: 5, 25, 100 in turn"
    )
    promote = commands.add_parser("promote", help="go through 5, 25 and 100 percent")
    for watched in (shift, promote):
        watched.add_argument(
            "--watch", type=float, default=600.0, metavar="SECONDS", help="look at it so long (default: 600)"
        )
    commands.add_parser("rollback", help="give all new calls to the revision before it")
    commands.add_parser("status", help="show who gets which calls")
    return parser.parse_args(arguments)


def _service(text: str) -> str:
    parts = text.split("/")
    if [*parts[::2]] != ["projects", "locations", "services"] or len(parts) != 6 or not all(parts):
        raise argparse.ArgumentTypeError(f"{text!r}: projects/…/locations/…/services/… is wanted")
    return text


def _image(text: str) -> str:
    if text and "@sha256:" not in text:
        raise argparse.ArgumentTypeError(f"{text!r}: an image by digest, …@sha256:…, is wanted")
    return text


def _percent(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r}: 1 to 100 is wanted")
    return int(text)
