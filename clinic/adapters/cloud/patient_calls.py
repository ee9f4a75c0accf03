"""The calls that the clinic places, in Firestore: one document per errand."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from google.cloud.firestore import Client, DocumentReference

from clinic.adapters.cloud import firestore
from clinic.settings import Settings
from clinic.telephony import Attempt

_KEPT_FOR = timedelta(days=400)
"""No appointment is given, and so no reminder due, so far ahead."""


class CloudPatientCalls:
    """Implements `PatientCalls`."""

    def __init__(self, client: Client, longest_call: timedelta) -> None:
        self._client, self._longest_call = client, longest_call

    def begin(self, errand: str, now: datetime, most: int) -> Attempt:
        """Count an attempt and let it begin, or say why not."""
        by = uuid.uuid4().hex
        return firestore.until_undisturbed(lambda: self._begin(errand, now, most, by))

    def end(self, errand: str, *, reached: bool) -> None:
        """Note what came of the attempt."""
        firestore.until_undisturbed(lambda: self._end(errand, reached=reached))

    def _begin(self, errand: str, now: datetime, most: int, by: str) -> Attempt:
        seen = firestore.get(self._document(errand))
        known: dict[str, Any] = seen.to_dict() or {}
        if known.get("state") == "reached":
            return "reached"
        if known.get("begun_by") == by:
            # By ourselves: the commit was done, its reply was lost, and it was sent again.
            return "begun"
        if known.get("state") == "under_way" and known["since"] + self._longest_call > now:
            return "under_way"
        if known.get("attempts", 0) >= most:
            return "given_up"
        fields = {
            "state": "under_way",
            "attempts": known.get("attempts", 0) + 1,
            "since": now,
            "begun_by": by,
            "expire_at": now + _KEPT_FOR,
        }
        batch = self._client.batch()
        if seen.exists:
            batch.update(seen.reference, fields, firestore.unchanged(seen))
        else:
            batch.create(seen.reference, fields)
        firestore.commit(batch)
        return "begun"

    def _end(self, errand: str, *, reached: bool) -> None:
        seen = firestore.get(self._document(errand))
        if not seen.exists or seen.get("state") != "under_way":
            return
        batch = self._client.batch()
        state = {"state": "reached" if reached else "missed"}
        batch.update(seen.reference, state, firestore.unchanged(seen))
        firestore.commit(batch)

    def _document(self, errand: str) -> DocumentReference:
        return firestore.document(self._client, "patient_calls", errand)


def open_port(settings: Settings) -> CloudPatientCalls:
    """Open the calls that were placed."""
    longest_call = timedelta(seconds=settings.session_timeout + 120)
    return CloudPatientCalls(firestore.client(settings), longest_call)
