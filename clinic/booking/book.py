"""The rule of booking: which cells a slot takes, and the appointment that stands there then."""

from __future__ import annotations

from clinic.booking.appointment import Appointment, Patient, derived_id
from clinic.booking.change import Cell, Change
from clinic.booking.schedule import Slot
from clinic.contracts.call_record import CallNotes
from clinic.directory.clinic import Clinic, Department


def book(
    clinic: Clinic,
    slot: Slot,
    department: Department,
    patient: Patient,
    *,
    tool_call_id: str,
    call_id: str,
    language: str,
) -> Change:
    """Return the change that books a slot; as a whole it fails if a cell is taken by then."""
    appointment = Appointment(
        id=derived_id("appointment", tool_call_id),
        call_id=call_id,
        patient_id=patient.id,
        patient_name=patient.name,
        email=patient.email,
        phone=patient.phone,
        doctor_id=slot.doctor_id,
        department_id=department.id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        language=language,
    )
    return Change(
        takes=tuple(Cell(slot.doctor_id, start, "booked", appointment.id) for start in slot.cells),
        appointment=appointment,
        patient=patient,
        call_notes=CallNotes(
            call_id=call_id,
            customer_name=patient.name,
            customer_email=patient.email,
            department_enquired=department.name,
            doctor_enquired=clinic.doctor(slot.doctor_id).name,
        ),
    )
