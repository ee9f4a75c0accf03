"""Tests of the command line, against the default clinic."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from clinic.directory.clinic import Clinic
from clinic.directory.clinic_file import load_clinic
from rehearsal.caller.call_options import caller_of, read_options, wish_of
from rehearsal.caller.persona import Persona
from rehearsal.caller.script import Script, Typed
from rehearsal.caller.wish import Wish

WEDNESDAY = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return load_clinic()


def _wish(clinic: Clinic, *arguments: str, now: datetime = WEDNESDAY) -> Wish:
    return wish_of(read_options(arguments), clinic, now)


def test_without_options_the_first_doctor_is_wanted_on_the_next_working_day(clinic: Clinic) -> None:
    wish = _wish(clinic)
    assert (wish.doctor, wish.doctor_in_full) == ("doctor mehta", "doctor anil mehta")
    assert (wish.day, wish.time) == (date(2026, 11, 26), time(10, 30))
    assert (wish.intent, wish.name, wish.email) == ("book", "Asha Rao", "asha.rao@example.com")
    assert wish.accept_alternative
    assert wish.all_at_once


def test_closures_and_days_off_are_no_working_days(clinic: Clinic) -> None:
    before_christmas = datetime(2026, 12, 24, 9, 0, tzinfo=UTC)
    assert _wish(clinic, now=before_christmas).day == date(2026, 12, 26)
    assert _wish(clinic, "--doctor", "rao", now=before_christmas).day == date(2026, 12, 28)


def test_a_doctor_who_begins_later_is_wanted_when_the_hours_begin(clinic: Clinic) -> None:
    assert _wish(clinic, "--doctor", "Dr. Lakshmi Iyer").time == time(14)


def test_today_is_the_clinics_day_not_this_machines(clinic: Clinic) -> None:
    late = datetime(2026, 11, 25, 23, 0, tzinfo=ZoneInfo("UTC"))
    assert _wish(clinic, "--day", "today", now=late).day == date(2026, 11, 26)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("tomorrow", date(2026, 11, 26)),
        ("Friday", date(2026, 11, 27)),
        ("wednesday", date(2026, 12, 2)),
        ("2026-12-04", date(2026, 12, 4)),
    ],
)
def test_a_day_may_be_given_in_words_or_as_a_date(clinic: Clinic, said: str, day: date) -> None:
    assert _wish(clinic, "--day", said).day == day


@pytest.mark.parametrize(
    ("said", "moment"), [("10:30", time(10, 30)), ("4 pm", time(16)), ("04:15 PM", time(16, 15))]
)
def test_a_time_may_be_given_on_either_clock(clinic: Clinic, said: str, moment: time) -> None:
    assert _wish(clinic, "--time", said).time == moment


def test_a_doctor_whom_the_clinic_does_not_have_is_asked_for_all_the_same(clinic: Clinic) -> None:
    wish = _wish(clinic, "--doctor", "Nobody")
    assert (wish.doctor, wish.day) == ("doctor nobody", date(2026, 11, 26))


def test_who_cancels_names_a_doctor_only_if_told_to(clinic: Clinic) -> None:
    assert _wish(clinic, "--wish", "cancel").doctor == ""
    assert _wish(clinic, "--wish", "move", "--doctor", "khan").doctor == "doctor khan"


@pytest.mark.parametrize(
    "wrong", [("--day", "someday"), ("--time", "25:00"), ("--wish", "complain"), ("--say", "a", "--type")]
)
def test_a_wrong_option_is_told_with_what_is_wanted(
    wrong: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        read_options(wrong)
    assert wrong[-1].lstrip("-") in capsys.readouterr().err


class Keyboard(io.StringIO):
    """Standard input with somebody at it."""

    def isatty(self) -> bool:
        return True


def test_a_script_or_a_keyboard_takes_the_personas_place(clinic: Clinic) -> None:
    kinds = [
        type(caller_of(read_options(arguments), clinic, WEDNESDAY, Keyboard()))
        for arguments in ((), ("--say", "hello", "--say", "goodbye"), ("--type",))
    ]
    assert kinds == [Persona, Script, Typed]


def test_lines_out_of_a_file_are_said_one_by_one_as_a_script(clinic: Clinic) -> None:
    piped = io.StringIO("hello\n\non friday\n")
    caller = caller_of(read_options(["--type"]), clinic, WEDNESDAY, piped)
    assert [caller.answer("Yes?") for _ in range(3)] == ["hello", "on friday", None]
