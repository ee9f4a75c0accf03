"""The invitation, read by a strict reader that was written after the grammar of RFC 5545, not our writer."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.letters.invitation import Invitation, icalendar

START = datetime(2026, 12, 4, 5, tzinfo=UTC)
NAME = r"[A-Za-z0-9-]+"
QSAFE = r'[^"\x00-\x08\x0a-\x1f\x7f]'
PARAMETER = rf'{NAME}=(?:"{QSAFE}*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*)'
CONTENT_LINE = re.compile(rf"({NAME})((?:;{PARAMETER})*):([^\x00-\x08\x0a-\x1f\x7f]*)")
TEXT = re.compile(r"(?:[^\\;,\x00-\x08\x0a-\x1f\x7f]|\\[\\;,nN])*")
UTC_INSTANT = re.compile(r"\d{8}T\d{6}Z")


def invitation(**changes: Any) -> Invitation:
    fields = {
        "method": "REQUEST",
        "uid": "abc123@renova",
        "sequence": 0,
        "written_at": START - timedelta(days=9),
        "starts_at": START,
        "ends_at": START + timedelta(minutes=30),
        "summary": "Dr. Anil Mehta, Renova Hospitals",
        "location": "Sample Road 1, Hyderabad",
        "description": "Cardiology\n+91 40 0000 0000",
        "organizer_name": "Renova Hospitals",
        "organizer": "appointments@clinic.example.com",
        "attendee_name": "Asha Rao",
        "attendee": "asha@example.com",
    }
    return Invitation(**{**fields, **changes})


def read(data: bytes) -> list[tuple[str, dict[str, str], str]]:
    """Return the content lines: name, parameters, value. Every rule of section 3.1 that is broken fails."""
    physical = data.split(b"\r\n")
    assert physical.pop() == b""
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in physical)
    assert all(line.decode() for line in physical)  # no character is cut
    lines: list[bytes] = []
    for line in physical:
        if line.startswith((b" ", b"\t")):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return [content_line(line.decode()) for line in lines]


def content_line(line: str) -> tuple[str, dict[str, str], str]:
    found = CONTENT_LINE.fullmatch(line)
    assert found, line
    name, parameters, value = found.groups()
    pairs = [each.split("=", 1) for each in re.findall(PARAMETER, parameters)]
    return name, {key: text.strip('"') for key, text in pairs}, value


def text(value: str) -> str:
    assert TEXT.fullmatch(value), value
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def properties(data: bytes) -> dict[str, tuple[dict[str, str], str]]:
    """Return the properties of the one event and of the calendar by name; each occurs once."""
    lines = read(data)
    assert [line[0] for line in lines].count("BEGIN") == 2
    assert (lines[0][2], lines[-1][2], lines[-2][2]) == ("VCALENDAR", "VCALENDAR", "VEVENT")
    found = {name: (parameters, value) for name, parameters, value in lines if name not in ("BEGIN", "END")}
    assert len(found) == len(lines) - 4
    return found


def test_an_event_has_what_an_invitation_must_have() -> None:
    found = properties(icalendar(invitation()))
    # RFC 5546, section 3.2.2: what a REQUEST must hold.
    assert found["METHOD"][1] == "REQUEST"
    assert found["VERSION"][1] == "2.0"
    assert {"PRODID", "DTSTAMP", "DTSTART", "ORGANIZER", "ATTENDEE", "SEQUENCE", "SUMMARY", "UID"} <= set(
        found
    )
    assert (found["DTSTART"][1], found["DTEND"][1]) == ("20261204T050000Z", "20261204T053000Z")
    assert found["STATUS"][1] == "CONFIRMED"
    assert found["ATTENDEE"] == (
        {
            "CN": "Asha Rao",
            "CUTYPE": "INDIVIDUAL",
            "ROLE": "REQ-PARTICIPANT",
            "PARTSTAT": "ACCEPTED",
            "RSVP": "FALSE",
        },
        "mailto:asha@example.com",
    )
    assert text(found["LOCATION"][1]) == "Sample Road 1, Hyderabad"
    assert text(found["DESCRIPTION"][1]) == "Cardiology\n+91 40 0000 0000"


def test_a_cancellation_is_of_the_same_event_with_a_higher_sequence() -> None:
    found = properties(icalendar(invitation(method="CANCEL", sequence=2)))
    assert (found["METHOD"][1], found["STATUS"][1], found["SEQUENCE"][1]) == ("CANCEL", "CANCELLED", "2")
    assert found["UID"][1] == "abc123@renova"


def test_an_instant_of_any_zone_is_written_in_utc() -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    found = properties(icalendar(invitation(starts_at=datetime(2026, 12, 4, 10, 30, tzinfo=kolkata))))
    assert found["DTSTART"][1] == "20261204T050000Z"
    assert all(UTC_INSTANT.fullmatch(found[name][1]) for name in ("DTSTAMP", "DTSTART", "DTEND"))


def test_no_location_is_no_line() -> None:
    assert "LOCATION" not in properties(icalendar(invitation(location="")))


@pytest.mark.parametrize(
    "name",
    [
        "a;b,c\\d",
        "two\r\nlines",
        "BEGIN:VEVENT\nUID:x",
        'the "clinic"',
        "ఆశా రావు " * 20,
        "😀" * 40,
        "a\x00b\x07",
        "x" * 74,
    ],
)
def test_no_text_breaks_out_of_its_line(name: str) -> None:
    data = icalendar(invitation(summary=name, location=name, attendee_name=name, organizer_name=name))
    found = properties(data)
    kept = name.replace("\r\n", "\n").replace("\x00", "").replace("\x07", "")
    assert text(found["SUMMARY"][1]) == kept
    assert found["ATTENDEE"][1] == "mailto:asha@example.com"


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_as_it_was_written(words: str) -> None:
    found = properties(icalendar(invitation(summary=f"a{words}", attendee_name=words)))
    plain = "".join(
        sign
        for sign in words.replace("\r\n", "\n").replace("\r", "\n")
        if sign in "\n\t" or sign.isprintable() or ord(sign) > 0x9F
    )
    assert text(found["SUMMARY"][1]) == f"a{plain}"
