"""The appointment book in Firestore: a document per taken cell, so that two appointments can't share one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from google.cloud.firestore import Client

from clinic.adapters.cloud import firestore
from clinic.adapters.cloud.change import write_change
from clinic.adapters.cloud.firestore import Snapshot
from clinic.booking.appointment import Appointment, Waiting
from clinic.booking.change import Cell, Change, TakenCell
from clinic.ports import SlotTaken
from clinic.settings import Settings

_MOST_IN_ONE_QUERY = 30
"""The most values that `in` takes (Firestore, "Query limitations")."""


class CloudAppointments:
    """Implements `Appointments`. A cell's version is the instant of its last change."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def taken(self, doctor_ids: Sequence[str], first: datetime, last: datetime) -> dict[str, TakenCell]:
        """Return the cells taken in [first, last), by id."""
        within = ("starts_at", ">=", first), ("starts_at", "<", last)
        found: dict[str, TakenCell] = {}
        for some in _split(doctor_ids):
            found.update(_cells(firestore.find(self._client, "cells", ("doctor_id", "in", some), *within)))
        return found

    def held_by(self, holder: str) -> dict[str, TakenCell]:
        """Return the cells held for a call or a waiting patient, by id."""
        found = _cells(firestore.find(self._client, "cells", ("holder", "==", holder)))
        return {cell_id: entry for cell_id, entry in found.items() if entry.cell.state == "held"}

    def get(self, appointment_id: str) -> Appointment | None:
        """Return an appointment."""
        snapshot = firestore.get(firestore.document(self._client, "appointments", appointment_id))
        return firestore.read(Appointment, snapshot) if snapshot.exists else None

    def of_call(self, call_id: str) -> list[Appointment]:
        """Return the appointments made in a call."""
        found = firestore.find(self._client, "appointments", ("call_id", "==", call_id))
        return sorted((firestore.read(Appointment, each) for each in found), key=lambda made: made.id)

    def of_patients(self, patient_ids: Sequence[str], after: datetime) -> list[Appointment]:
        """Return the patients' appointments that stand and begin after an instant, in order."""
        found: list[Snapshot] = []
        for some in _split(patient_ids):
            theirs = ("patient_id", "in", some), ("starts_at", ">", after)
            found += firestore.find(self._client, "appointments", *theirs)
        return _standing(found)

    def coming(self, after: datetime, until: datetime | None = None) -> list[Appointment]:
        """Return all appointments that stand and begin after an instant, and not after another, in order."""
        within = [("starts_at", ">", after), *([("starts_at", "<=", until)] if until else [])]
        return _standing(firestore.find(self._client, "appointments", *within))

    def waiting(self) -> list[Waiting]:
        """Return who waits for a slot or has been offered one, the longest waiting first."""
        found = firestore.find(self._client, "waiting", ("status", "in", ["waiting", "offered"]))
        return sorted((firestore.read(Waiting, each) for each in found), key=lambda one: (one.since, one.id))

    def apply(self, change: Change) -> None:
        """Write a change that no tool call asked for."""
        batch = self._client.batch()
        write_change(self._client, batch, change)
        try:
            firestore.commit(batch)
        except firestore.DISTURBED as error:
            raise SlotTaken from error


def open_port(settings: Settings) -> CloudAppointments:
    """Open the book."""
    return CloudAppointments(firestore.client(settings))


def _split(values: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _MOST_IN_ONE_QUERY):
        yield list(values[start : start + _MOST_IN_ONE_QUERY])


def _cells(found: list[Snapshot]) -> dict[str, TakenCell]:
    cells = ((firestore.read(Cell, snapshot), firestore.version_of(snapshot)) for snapshot in found)
    return {cell.id: TakenCell(cell, version) for cell, version in cells}


def _standing(found: list[Snapshot]) -> list[Appointment]:
    read = (firestore.read(Appointment, snapshot) for snapshot in found)
    standing = (appointment for appointment in read if appointment.status == "booked")
    return sorted(standing, key=lambda appointment: (appointment.starts_at, appointment.id))
