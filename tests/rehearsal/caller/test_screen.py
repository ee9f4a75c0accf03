"""Tests of what is shown of a call."""

from __future__ import annotations

import io

from rehearsal.caller.call_log_view import ToolCallRow
from rehearsal.caller.screen import Screen
from rehearsal.twilio.dictionary import Notice


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_both_sides_and_each_tool_call_stand_on_lines_of_their_own() -> None:
    out = io.StringIO()
    screen = Screen(out, {})
    screen.agent("How can I help you?", None)
    screen.caller("i would like to see doctor mehta")
    screen.tool_call(ToolCallRow("check_appointment_availability", "pending", None, ""))
    screen.tool_call(ToolCallRow("check_appointment_availability", "succeeded", 12, "Dr. Mehta is free."))
    screen.agent("Doctor Mehta is free.", 640)
    screen.notice(Notice(31951, "no streamSid"), 3)
    assert out.getvalue().splitlines() == [
        "   agent  How can I help you?",
        "  caller  i would like to see doctor mehta",
        "    tool  check_appointment_availability pending",
        "    tool  check_appointment_availability succeeded in 12 ms: Dr. Mehta is free.",
        "   agent  Doctor Mehta is free.  (640 ms)",
        " warning  Twilio 31951 the service sent an invalid message: no streamSid  (3 times)",
    ]


def test_what_the_clinic_heard_is_shown_only_where_it_differs() -> None:
    out = io.StringIO()
    screen = Screen(out, {})
    screen.heard("Ten thirty a.m.", "ten thirty a m")
    assert out.getvalue() == ""
    screen.heard("ten thirteen", "ten thirty")
    assert out.getvalue() == "          heard as: ten thirteen\n"


def test_there_is_colour_on_a_terminal() -> None:
    out = Terminal()
    Screen(out, {}).caller("hello")
    assert out.getvalue() == "\x1b[32m  caller  \x1b[0mhello\n"


def test_there_is_no_colour_in_a_file_nor_where_no_color_is_set() -> None:
    file, terminal = io.StringIO(), Terminal()
    Screen(file, {}).failure("broken")
    Screen(terminal, {"NO_COLOR": "1"}).failure("broken")
    assert file.getvalue() == terminal.getvalue() == " warning  broken\n"
