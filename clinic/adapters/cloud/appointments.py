"""The appointment book in Firestore: a document per taken cell, so that two appointments can't share one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from google.cloud.firestore import Client, WriteBatch

from clinic.adapters.cloud import firestore
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
        return firestore.read(snapshot, Appointment) if snapshot.exists else None

    def of_call(self, call_id: str) -> list[Appointment]:
        """Return the appointments made in a call."""
        found = firestore.find(self._client, "appointments", ("call_id", "==", call_id))
        return sorted((firestore.read(each, Appointment) for each in found), key=lambda made: made.id)

    def of_patients(self, patient_ids: Sequence[str], after: datetime) -> list[Appointment]:
        """Return the patients' appointments that stand and begin after an instant, in order."""
        found = [
            firestore.read(snapshot, Appointment)
            for some in _split(patient_ids)
            for snapshot in firestore.find(
                self._client, "appointments", ("patient_id", "in", some), ("starts_at", ">", after)
            )
        ]
        standing = (appointment for appointment in found if appointment.status == "booked")
        return sorted(standing, key=lambda appointment: (appointment.starts_at, appointment.id))

    def waiting(self) -> list[Waiting]:
        """Return who waits for a slot or has been offered one, the longest waiting first."""
        found = firestore.find(self._client, "waiting", ("status", "in", ["waiting", "offered"]))
        return sorted((firestore.read(each, Waiting) for each in found), key=lambda one: (one.since, one.id))

    def apply(self, change: Change) -> None:
        """Write a change that no tool call asked for."""
        batch = self._client.batch()
        write(self._client, batch, change)
        try:
            firestore.commit(batch)
        except firestore.DISTURBED as error:
            raise SlotTaken from error


def write(client: Client, batch: WriteBatch, change: Change) -> None:
    """Add a change's part of the book to a batch; its preconditions are what SlotTaken tells of."""
    for cell_id, version in change.frees.items():
        batch.delete(firestore.document(client, "cells", cell_id), firestore.unchanged(client, version))
    for cell in change.takes:
        _take(client, batch, cell, change.over.get(cell.id))
    if change.appointment:
        reference = firestore.document(client, "appointments", change.appointment.id)
        batch.set(reference, firestore.fields_of(change.appointment))
    for waiting in change.waiting:
        batch.set(firestore.document(client, "waiting", waiting.id), firestore.fields_of(waiting))


def open_port(settings: Settings) -> CloudAppointments:
    """Open the book."""
    return CloudAppointments(firestore.client(settings))


def _take(client: Client, batch: WriteBatch, cell: Cell, over: str | None) -> None:
    reference = firestore.document(client, "cells", cell.id)
    # Nobody looks for a hold that is over. Null, where it is none: such a cell does not expire.
    fields = {**firestore.fields_of(cell), "expire_at": cell.until if cell.state == "held" else None}
    if over is None:
        batch.create(reference, fields)
    else:
        batch.update(reference, fields, firestore.unchanged(client, over))


def _split(values: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _MOST_IN_ONE_QUERY):
        yield list(values[start : start + _MOST_IN_ONE_QUERY])


def _cells(found: list[Snapshot]) -> dict[str, TakenCell]:
    cells = ((firestore.read(snapshot, Cell), firestore.version_of(snapshot)) for snapshot in found)
    return {cell.id: TakenCell(cell, version) for cell, version in cells}
