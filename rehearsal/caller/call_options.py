"""The options of `python -m rehearsal.call`, and the caller they make."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TextIO, get_args

from clinic.directory.clinic import WEEKDAYS, Clinic, Doctor
from rehearsal.caller.persona import Persona
from rehearsal.caller.script import Caller, Script, Typed
from rehearsal.caller.wish import Intent, Wish
from rehearsal.twilio.callee import Answers

FROM = "+918123456789"
"""The number that libphonenumber's documentation gives for an Indian mobile."""
_TIME_FORMATS = ("%H:%M", "%I:%M %p", "%I %p")
_USUAL_TIME = time(10, 30)


class CallOptions(argparse.Namespace):
    """What was asked for on the command line."""

    wish: Intent
    doctor: str
    day: str | None
    time: time | None
    name: str
    email: str
    caller: str
    accept_alternative: bool
    one_by_one: bool
    say: list[str]
    type: bool
    functions_url: str
    staff: Answers
    wav: Path | None


def read_options(arguments: Sequence[str] | None) -> CallOptions:
    """Read the command line; SystemExit with a line of help where it is wrong."""
    return _parser().parse_args(arguments, namespace=CallOptions())


def caller_of(options: CallOptions, clinic: Clinic, now: datetime, typed: TextIO) -> Caller:
    """Return who rings: a script, somebody at the keyboard, or a persona with a wish. `now` is aware.

    Lines out of a file make a script: typed, they would all be said at once, over the greeting.
    """
    if options.say:
        return Script(options.say)
    if options.type:
        return Typed(typed) if typed.isatty() else Script(line.strip() for line in typed if line.strip())
    return Persona(wish_of(options, clinic, now))


def wish_of(options: CallOptions, clinic: Clinic, now: datetime) -> Wish:
    """Return the wish, what was not said on the command line being taken from the clinic's directory."""
    today = now.astimezone(clinic.zone).date()
    doctor = _doctor(options.doctor, clinic)
    day = _day(options.day, today) if options.day else _next_working_day(clinic, doctor, today)
    # Who cancels or moves has an appointment already; only a named doctor is mentioned then.
    name = doctor.name if doctor else options.doctor
    name = name if options.doctor or options.wish == "book" else ""
    return Wish(
        intent=options.wish,
        doctor=f"doctor {name.split()[-1]}".lower() if name else "",
        doctor_in_full=f"doctor {name.removeprefix('Dr. ')}".lower() if name else "",
        day=day,
        time=options.time or _usual_time(doctor, day),
        name=options.name,
        email=options.email,
        phone=options.caller,
        today=today,
        accept_alternative=options.accept_alternative,
        all_at_once=not options.one_by_one,
    )


def _doctor(said: str, clinic: Clinic) -> Doctor | None:
    """The doctor of that id or name; the directory's first if none was named, None if it has no such one."""
    if not said:
        return clinic.doctors[0]
    words = said.lower().removeprefix("dr.").removeprefix("doctor").split()
    matching = [
        doctor for doctor in clinic.doctors if set(words) <= {doctor.id, *doctor.name.lower().split()}
    ]
    return matching[0] if matching else None


def _next_working_day(clinic: Clinic, doctor: Doctor | None, today: date) -> date:
    days = [today + timedelta(days=ahead) for ahead in range(1, clinic.booking_horizon_days)]
    if doctor is None:
        return days[0]
    working = (day for day in days if doctor.spans(day) and not clinic.closure(day, doctor.id))
    return next(working, days[0])


def _usual_time(doctor: Doctor | None, day: date) -> time:
    """Half past ten, or when the doctor begins where that is outside the hours."""
    spans = doctor.spans(day) if doctor else ()
    if not spans or any(span.opens <= _USUAL_TIME < span.closes for span in spans):
        return _USUAL_TIME
    return spans[0].opens


def _day(said: str, today: date) -> date:
    ahead = {"today": 0, "tomorrow": 1}
    if said in ahead:
        return today + timedelta(days=ahead[said])
    if said in WEEKDAYS:
        return today + timedelta(days=(WEEKDAYS.index(said) - today.weekday() - 1) % 7 + 1)
    return date.fromisoformat(said)


def _day_option(text: str) -> str:
    said = text.strip().lower()
    if said not in (*WEEKDAYS, "today", "tomorrow"):
        try:
            date.fromisoformat(said)
        except ValueError as error:
            raise argparse.ArgumentTypeError(
                f"{text!r}: today, tomorrow, a weekday or YYYY-MM-DD is wanted"
            ) from error
    return said


def _time_option(text: str) -> time:
    for form in _TIME_FORMATS:
        try:
            return datetime.strptime(text.strip().upper(), form).time()  # noqa: DTZ007 - a clock's time
        except ValueError:
            continue
    raise argparse.ArgumentTypeError(f"{text!r}: 10:30, 16:00 or 4 PM is wanted")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rehearsal.call",
        description="Rings the clinic as Twilio would, with a caller who speaks, and shows the conversation.",
        epilog="Ends with 0 if the caller got what was wished or was politely refused, 1 if the call was "
        "broken, 2 if nothing answers, 130 after Ctrl-C (which hangs up).",
    )
    wish = parser.add_argument_group("what the caller wants")
    wish.add_argument("--wish", choices=("book", "cancel", "move"), default="book", help="default: book")
    wish.add_argument("--doctor", default="", help="a name; default: the first in the clinic's directory")
    wish.add_argument(
        "--day",
        type=_day_option,
        help="today, tomorrow, friday, 2026-12-04; default: next working day",
    )
    wish.add_argument("--time", type=_time_option, help="10:30, 16:00, 4 PM; default: 10:30")
    wish.add_argument(
        "--accept-alternative",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="take the first time offered instead (the default), or say goodbye",
    )
    wish.add_argument("--one-by-one", action="store_true", help="wait to be asked for doctor, day and time")
    _add_who(parser.add_argument_group("who the caller is"))
    _add_how(parser)
    return parser


def _add_who(who: argparse._ArgumentGroup) -> None:
    who.add_argument("--name", default="Asha Rao", help="default: Asha Rao")
    who.add_argument("--email", default="asha.rao@example.com", help="default: asha.rao@example.com")
    who.add_argument("--from", dest="caller", default=FROM, metavar="NUMBER", help=f"default: {FROM}")


def _add_how(parser: argparse.ArgumentParser) -> None:
    words = parser.add_mutually_exclusive_group()
    words.add_argument(
        "--say",
        action="append",
        default=[],
        metavar="LINE",
        help="a line to say once the agent has finished; may be given several times",
    )
    words.add_argument("--type", action="store_true", help="speak the lines typed here, at once")
    parser.add_argument("--functions-url", default="", help="base of the webhooks; default: FUNCTIONS_URL")
    parser.add_argument(
        "--staff",
        choices=get_args(Answers),
        default="human",
        help="who answers when the clinic puts the caller through; default: human",
    )
    parser.add_argument("--wav", type=Path, metavar="PATH", help="where to write the call's sound")
