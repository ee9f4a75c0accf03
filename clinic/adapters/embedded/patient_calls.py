"""The calls that the clinic places, in SQLite."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clinic.adapters.embedded.clinic_database import clinic_database
from clinic.adapters.embedded.database import Database
from clinic.settings import Settings
from clinic.telephony import Attempt


class EmbeddedPatientCalls:
    """Implements `PatientCalls`."""

    def __init__(self, database: Database, longest_call: timedelta) -> None:
        self._database, self._longest_call = database, longest_call

    def begin(self, errand: str, now: datetime, most: int) -> Attempt:
        """Count an attempt and let it begin, or say why not."""
        with self._database.transaction() as connection:
            query = "SELECT state, attempts, since FROM patient_calls WHERE errand = ?"
            state, attempts, since = connection.execute(query, (errand,)).fetchone() or ("", 0, "")
            if state == "reached":
                return "reached"
            if state == "under_way" and datetime.fromisoformat(since) + self._longest_call > now:
                return "under_way"
            if attempts >= most:
                return "given_up"
            connection.execute(
                "INSERT OR REPLACE INTO patient_calls VALUES (?, 'under_way', ?, ?)",
                (errand, attempts + 1, now.astimezone(UTC).isoformat()),
            )
        return "begun"

    def end(self, errand: str, *, reached: bool) -> None:
        """Note what came of the attempt."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE patient_calls SET state = ? WHERE errand = ? AND state = 'under_way'",
                ("reached" if reached else "missed", errand),
            )


def open_port(settings: Settings) -> EmbeddedPatientCalls:
    """Open the calls that were placed."""
    longest_call = timedelta(seconds=settings.session_timeout + 120)
    return EmbeddedPatientCalls(clinic_database(settings), longest_call)
