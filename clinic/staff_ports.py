"""The ports behind which the staff work: mail, sheets, calendars. `clinic/ports.py` lists them too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from clinic.booking.change import TakenCell
from clinic.booking.mirror import CalendarEvent, Mirrored
from clinic.contracts.returned import Returned
from clinic.contracts.sheets import Sheet


class AddressRefused(Exception):
    """A letter's address takes no mail, and will take none if it is sent again."""


class Unavailable(Exception):
    """A service could not be reached in time. Whether it did what it was asked, nobody knows."""


class Attempts(Protocol):
    """How far something has come that another service must do once: kept between the attempts at it."""

    def begin(self, key: str, state: str) -> str:
        """Note how far it is, unless that is noted already; return what is noted then."""

    def state(self, key: str) -> str:
        """Return how far it is; empty where nothing is noted."""

    def advance(self, key: str, state: str) -> None:
        """Note how far it has come."""


class Mailer(Protocol):
    """Sends e-mail."""

    def send(self, message: EmailMessage, key: str) -> None:
        """Send a message once per key, however often and by how many it is asked for.

        Raises AddressRefused where the address takes no mail for good; anything else may be tried again.
        """


class ReturnedMail(Protocol):
    """The letters that a mail server took and gave back later."""

    def new(self) -> Iterable[Returned]:
        """Yield those since it was asked last; what is not read to the end is yielded again."""


class Register(Protocol):
    """The staff's sheets. What staff type into them stays: their rows, their cells, their columns."""

    def put(self, sheet: Sheet, row: Mapping[str, str]) -> None:
        """Write the cells that `row` names into the row of the same key, or into a new one at the end.

        A cell is text, never a formula. Raises SheetChanged where the first row is not the sheet's.
        """

    def rows(self, sheet: Sheet) -> list[dict[str, str]]:
        """Return all rows as they are now, top down, by column; staff's own columns too.

        Raises SheetChanged where the first row is not the sheet's.
        """

    def find(self, sheet: Sheet, column: str, value: str) -> list[dict[str, str]]:
        """Return the rows with that value in a column, as they were within the last hour."""


class Backup(Protocol):
    """Where copies of the staff's sheets are kept."""

    def keep(self, name: str, data: bytes) -> None:
        """Keep a file, such as `2026-11-25/patients.csv`; what is kept is never changed.

        The same name again is a job that ran twice: the first copy stays.
        """


class UnknownCalendar(LookupError):
    """A doctor's `calendar_id` names no calendar that the clinic can see. It is never taken for free."""


class Calendar(Protocol):
    """The doctors' calendars: our appointments as events, beside the events that staff make themselves.

    A doctor without `calendar_id` has none: nothing is put there, and nothing is blocked.
    """

    def put(self, event: CalendarEvent, over: str = "") -> None:
        """Make an appointment's event be what `event` says, whether it was there before, or deleted, or not.

        With `over`, the version read, only if nobody has changed it since: Overtaken. Raises
        UnknownCalendar, or Unavailable where it is not known whether it was done: put it again then.
        """

    def remove(self, doctor_id: str, appointment_id: str) -> None:
        """Make an appointment's event be gone from a doctor's calendar."""

    def mirrored(self, doctor_id: str, after: datetime) -> list[Mirrored]:
        """Return the events of ours in a doctor's calendar that end after an instant, deleted ones too."""

    def blocked(self, doctor_ids: Sequence[str], first: datetime, last: datetime) -> dict[str, TakenCell]:
        """Return the cells in [first, last) that are busy in the doctors' calendars, by id.

        As they were within the last five minutes, or when the calendar was last to be reached;
        events of ours may be among them. An unknown calendar is busy all the time.
        """

    def blocked_now(self, doctor_id: str, first: datetime, last: datetime) -> dict[str, TakenCell]:
        """Return the cells in [first, last) that staff's own events touch at this moment, by id.

        Raises UnknownCalendar, or Unavailable.
        """
