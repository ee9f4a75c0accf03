"""The invitation attached to a letter: one event of iCalendar (RFC 5545), as iTIP sends it (RFC 5546).

It is our own: a service account can't add attendees to a calendar's event. The same UID with a higher
SEQUENCE replaces the event in the patient's calendar, and METHOD:CANCEL takes it out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

Method = Literal["REQUEST", "CANCEL"]
_LONGEST_LINE = 75
"""Octets without the line break (RFC 5545, section 3.1)."""


class Invitation(Struct, frozen=True, kw_only=True):
    """What the event says. Texts are of any script and length; instants are aware."""

    method: Method
    uid: str
    """The appointment's for ever."""
    sequence: int
    """Grows with every change."""
    written_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    description: str
    organizer_name: str
    organizer: str
    """Address."""
    attendee_name: str
    attendee: str
    """Address."""


def icalendar(invitation: Invitation) -> bytes:
    """Return the invitation as a `text/calendar` body: UTF-8, CRLF, folded."""
    return "".join(f"{folded}\r\n" for line in _lines(invitation) for folded in _folded(line)).encode()


def _lines(event: Invitation) -> Iterator[str]:
    attendee = "CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE"
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Clinic voice agent//Appointments//EN")
    yield from ("CALSCALE:GREGORIAN", f"METHOD:{event.method}", "BEGIN:VEVENT", f"UID:{_text(event.uid)}")
    # Instants in UTC: they need no VTIMEZONE, and every calendar shows them on its owner's clock.
    yield f"DTSTAMP:{_utc(event.written_at)}"
    yield f"DTSTART:{_utc(event.starts_at)}"
    yield f"DTEND:{_utc(event.ends_at)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"STATUS:{'CANCELLED' if event.method == 'CANCEL' else 'CONFIRMED'}"
    yield f"SUMMARY:{_text(event.summary)}"
    if event.location:
        yield f"LOCATION:{_text(event.location)}"
    yield f"DESCRIPTION:{_text(event.description)}"
    yield f"ORGANIZER;CN={_quoted(event.organizer_name)}:mailto:{event.organizer}"
    yield f"ATTENDEE;CN={_quoted(event.attendee_name)};{attendee}:mailto:{event.attendee}"
    yield from ("TRANSP:OPAQUE", "END:VEVENT", "END:VCALENDAR")


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Escape a TEXT value (section 3.3.11)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    for sign in ("\\", ";", ","):
        lines = lines.replace(sign, f"\\{sign}")
    return "".join(_printable(lines)).replace("\n", "\\n")


def _quoted(text: str) -> str:
    """Quote a parameter's value, which can hold no quote and no line break (section 3.2)."""
    one_line = text.replace('"', "'").replace("\r", " ").replace("\n", " ")
    return f'"{"".join(_printable(one_line))}"'


def _printable(text: str) -> Iterator[str]:
    return (sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))


def _folded(line: str) -> Iterator[str]:
    """Cut a line into pieces of 75 octets, never inside a character; a space begins each but the first."""
    piece, size = "", 0
    for sign in line:
        length = len(sign.encode())
        if size + length > _LONGEST_LINE:
            yield piece
            piece, size = " ", 1
        piece, size = piece + sign, size + length
    yield piece
