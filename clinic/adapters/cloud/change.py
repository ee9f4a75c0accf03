"""Adds a change to the batch of whoever commits it: each write with the precondition that makes it safe."""

from __future__ import annotations

from google.cloud.firestore import Client, WriteBatch

from clinic.adapters.cloud import calls, firestore, patients
from clinic.booking.change import Cell, Change


def write_change(client: Client, batch: WriteBatch, change: Change) -> None:
    """Add all of a change. Only its cells have preconditions: one that does not hold is SlotTaken."""
    for cell_id, version in change.frees.items():
        batch.delete(firestore.document(client, "cells", cell_id), firestore.unchanged(version))
    for cell in change.takes:
        _take(client, batch, cell, change.over.get(cell.id))
    for appointment in filter(None, (change.appointment, *change.also)):
        reference = firestore.document(client, "appointments", appointment.id)
        batch.set(reference, firestore.fields_of(appointment))
    for waiting in change.waiting:
        batch.set(firestore.document(client, "waiting", waiting.id), firestore.fields_of(waiting))
    if change.patient:
        patients.write(client, batch, change.patient)
    if change.call_notes:
        calls.write_notes(client, batch, change.call_notes)


def _take(client: Client, batch: WriteBatch, cell: Cell, over: str | None) -> None:
    reference = firestore.document(client, "cells", cell.id)
    # Nobody looks for a hold that is over. Null, where it is none: such a cell does not expire.
    fields = {**firestore.fields_of(cell), "expire_at": cell.until if cell.state == "held" else None}
    if over is None:
        batch.create(reference, fields)
    else:
        batch.update(reference, fields, firestore.unchanged(over))
