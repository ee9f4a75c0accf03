"""Whom the clinic knows, in Firestore."""

from __future__ import annotations

from datetime import datetime

from google.cloud.firestore import SERVER_TIMESTAMP, Client, WriteBatch

from clinic.adapters.cloud import firestore
from clinic.booking.appointment import Patient
from clinic.settings import Settings


class CloudPatients:
    """Implements `Patients`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def with_phone(self, phone: str) -> list[Patient]:
        """Return the patients of a number, the latest first."""
        return self._with("phone", phone)

    def with_email(self, email: str) -> list[Patient]:
        """Return the patients of an e-mail address, the latest first."""
        return self._with("email", email)

    def _with(self, field: str, value: str) -> list[Patient]:
        if not value:
            return []
        seen: list[tuple[datetime, Patient]] = [
            (snapshot.get("seen"), firestore.read(Patient, snapshot))
            for snapshot in firestore.find(self._client, "patients", (field, "==", value))
        ]
        # Sorted here: a family is small, and an index less is a write less for every booking.
        return [patient for _, patient in sorted(seen, key=lambda each: each[0], reverse=True)]


def write(client: Client, batch: WriteBatch, patient: Patient) -> None:
    """Add a patient to a batch; an older entry of the same id gives way."""
    # Not the document's own update time: that stands still when nothing else changes.
    fields = {**firestore.fields_of(patient), "seen": SERVER_TIMESTAMP}
    batch.set(firestore.document(client, "patients", patient.id), fields)


def open_port(settings: Settings) -> CloudPatients:
    """Open the patients."""
    return CloudPatients(firestore.client(settings))
