"""Reads a call's record out of the clinic's own store."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from clinic.booking.appointment import Appointment
from clinic.booking.natural import spoken
from clinic.directory.clinic import Clinic
from clinic.ports import Appointments, Calls, Ledger
from rehearsal.caller.call_log_view import ToolCallRow, Turn


class StoredCallLog(Struct, frozen=True):
    """Implements `CallLogView` over the clinic's ports."""

    clinic: Clinic
    calls: Calls
    ledger: Ledger
    appointments: Appointments

    def turns(self, call_id: str, after: int) -> list[Turn]:
        """Return the turns with a higher number, in order."""
        return [Turn(turn.number, turn.speaker, turn.text) for turn in self.calls.turns(call_id, after)]

    def tool_calls(self, call_id: str) -> list[ToolCallRow]:
        """Return all tool calls so far, in the order they were asked."""
        return [
            ToolCallRow(
                tool=call.tool,
                state=call.outcome or "pending",
                milliseconds=_took(call.requested_at, call.answered_at),
                message=call.message,
            )
            for call in self.ledger.of_call(call_id)
        ]

    def appointment(self, call_id: str) -> str | None:
        """Return what was booked in this call, in words, or None."""
        made = [_described(found, self.clinic) for found in self.appointments.of_call(call_id)]
        return "; ".join(made) or None


def _took(asked: datetime, answered: datetime | None) -> int | None:
    return None if answered is None else round((answered - asked).total_seconds() * 1000)


def _described(appointment: Appointment, clinic: Clinic) -> str:
    doctor = clinic.doctor(appointment.doctor_id).name
    at = spoken(appointment.starts_at, clinic.zone)
    return f"{appointment.status}: {doctor}, {at}, for {appointment.patient_name} ({appointment.email})"
