"""The ports behind which the staff work: mail, sheets, calendars. `clinic/ports.py` lists them too."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from typing import Protocol

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
        """Keep a file, such as `2026-11-25/patients.csv`; the same name again replaces it."""
