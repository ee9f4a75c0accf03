"""How what staff see differs from the book: each event, each letter, each row of the two sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from clinic.booking.appointment import Appointment
from clinic.booking.mirror import Place, place_of
from clinic.contracts.sheets import CALLS, PATIENTS, Sheet
from clinic.directory import Clinic
from functions.needs import Needs
from rehearsal.google_workspace.workspace import Workspace

Book = Mapping[str, Appointment]
"""What stands, by the call in which it was booked."""


def call_of(number: int) -> str:
    """Return the call in which a patient booked."""
    return f"storm-{number}"


def phone_of(number: int) -> str:
    """Return the number that a patient rings from."""
    return f"+9198{number:08}"


def email_of(number: int) -> str:
    """Return a patient's address."""
    return f"patient{number}@example.com"


def name_of(number: int) -> str:
    """Return a patient's name, in letters alone."""
    return "Patient " + "".join(chr(97 + int(digit)) for digit in str(number))


class Differences:
    """One look at everything, when nothing is under way any more."""

    def __init__(self, needs: Needs, clinic: Clinic, workspace: Workspace, count: int) -> None:
        """`count` patients have called."""
        self._needs, self._clinic, self._workspace, self._count = needs, clinic, workspace, count

    def all(self) -> list[str]:
        """Return each difference in a line."""
        coming = self._needs.open("appointments").coming(datetime.now(UTC))
        book, done = {each.call_id: each for each in coming}, self._done()
        booked = [number for number in range(self._count) if (call_of(number), "book_appointment") in done]
        return [
            *self._in_calendars(coming),
            *self._in_mails(len(done)),
            *self._in_invitations(book, booked),
            *self._unlike(PATIENTS, "phone", [self._patient(number, book) for number in booked]),
            *self._unlike(CALLS, "call_id", [self._call(number, book, done) for number in booked]),
        ]

    def _done(self) -> set[tuple[str, str]]:
        """Return what was done, by call and tool."""
        ledger = self._needs.open("ledger")
        calls = [call_of(number) for number in range(self._count)]
        logged = ((call, one) for call in calls for one in ledger.of_call(call))
        return {(call, one.tool) for call, one in logged if one.outcome == "succeeded"}

    def _in_calendars(self, coming: Sequence[Appointment]) -> list[str]:
        calendars = self._workspace.calendars
        shown = Counter(
            (event["id"], Place(doctor.id, *calendars.span(doctor.calendar_id, event)))
            for doctor in self._clinic.doctors
            for event in calendars.standing(doctor.calendar_id)
        )
        wanted = Counter((each.id, place_of(each)) for each in coming)
        pending = [f"pending {each.id}" for each in coming if each.calendar]
        return [f"calendars: {each}" for each in [*(wanted - shown), *(shown - wanted), *pending]]

    def _in_mails(self, done: int) -> list[str]:
        """Return which letters are missing, were sent twice or were left as drafts."""
        sent = Counter(str(mail.message["X-Clinic-Key"]) for mail in self._workspace.mailbox.sent)
        drafts = len(self._workspace.mailbox.drafts)
        return [
            *(f"mail sent {count} times" for count in sent.values() if count != 1),
            *([f"{done - len(sent)} mails missing"] if done != len(sent) else []),
            *([f"{drafts} drafts left"] if drafts else []),
        ]

    def _in_invitations(self, book: Book, booked: Sequence[int]) -> list[str]:
        """Return whose last letter invites to another time than the book's, or takes nothing back."""
        last = {str(mail.message["To"]): mail.message for mail in self._workspace.mailbox.sent}
        wrong = []
        for number in booked:
            stands, letter = book.get(call_of(number)), last.get(email_of(number))
            line = f"DTSTART:{stands.starts_at:%Y%m%dT%H%M%SZ}" if stands else "METHOD:CANCEL"
            files = letter.iter_attachments() if letter else ()
            if not any(line in file.get_content().decode().splitlines() for file in files):
                wrong.append(f"invitation of {number}: no {line}")
        return wrong

    def _patient(self, number: int, book: Book) -> dict[str, str]:
        stands = book.get(call_of(number))
        row = {"phone": phone_of(number), "name": name_of(number), "email": email_of(number)}
        if stands is None:
            return {**row, "last_visit": "", "visit_count": "0"}
        doctor = self._clinic.doctor(stands.doctor_id).name
        day = stands.starts_at.astimezone(self._clinic.zone).date().isoformat()
        return {**row, "preferred_doctor": doctor, "last_visit": day, "visit_count": "1"}

    def _call(self, number: int, book: Book, done: set[tuple[str, str]]) -> dict[str, str]:
        call = call_of(number)
        stands = book.get(call)
        local = stands.starts_at.astimezone(self._clinic.zone) if stands else None
        words = {"reschedule_appointment": "moved", "cancel_appointment": "cancelled"}
        then = [f"appointment {word}" for tool, word in words.items() if (call, tool) in done]
        return {
            "call_id": call,
            "caller_phone": phone_of(number),
            "status": "completed",
            "call_type": "booking",
            "resolution": ", ".join(["appointment booked", *then]),
            "appointment_date": local.date().isoformat() if local else "",
            "appointment_time": f"{local:%I:%M %p}" if local else "",
        }

    def _unlike(self, sheet: Sheet, key: str, wanted: Sequence[Mapping[str, str]]) -> list[str]:
        """Return the rows that are missing, twice, nobody's, or have another cell than is wanted."""
        rows = self._needs.open("register").rows(sheet)
        by_key = {row[key]: row for row in rows}
        extra = len(rows) - len(by_key) + len(by_key.keys() - {each[key] for each in wanted})
        wrong = [f"{sheet.title}: {extra} rows too many"] if extra else []
        for each in wanted:
            found = by_key.get(each[key], {})
            cells = [name for name, cell in each.items() if found.get(name) != cell]
            wrong += [f"{sheet.title}: {each[key]}: {name} is {found.get(name)!r}" for name in cells]
        return wrong
