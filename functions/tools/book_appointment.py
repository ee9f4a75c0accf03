"""Books an appointment, or says what is free instead."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from clinic.booking.appointment import Patient, patient_of
from clinic.booking.book import book
from clinic.booking.refusals import NotAvailable
from clinic.booking.request import described, free_slot, offers, read_request
from clinic.contracts.events import AppointmentBooked
from clinic.contracts.tool_call import ToolCall, refused, succeeded
from clinic.directory import Clinic
from clinic.ports import Appointments, Calls
from functions.answer import Answer


class BookingAsked(Struct, frozen=True, kw_only=True):
    """The arguments, as the model gives them."""

    patient_name: str
    email: str
    appointment_date: str
    appointment_time: str
    doctor_name: str
    department: str
    phone: str = ""


def book_appointment(
    call: ToolCall[BookingAsked], *, clinic: Clinic, appointments: Appointments, calls: Calls, now: datetime
) -> Answer:
    """Book the slot in the commit of the answer itself, or refuse with alternatives."""
    asked = call.arguments
    patient = _patient(call, clinic, calls)
    request = read_request(
        clinic, asked.doctor_name, asked.department, asked.appointment_date, asked.appointment_time
    )
    try:
        slot = free_slot(clinic, request, now, appointments.taken)
    except NotAvailable as reason:
        return _refused(reason, offers(clinic, request, now, appointments.taken))
    change = book(
        clinic,
        slot,
        request.department,
        patient,
        tool_call_id=call.id,
        call_id=call.call_id,
        language=call.language,
    )
    appointment_id = change.appointment.id if change.appointment else ""
    booked = described(clinic, slot)
    message = (
        f"The appointment with {booked['doctor_name']} on {booked['spoken']} is booked for {patient.name}."
        " The confirmation comes by e-mail."
    )
    fact = AppointmentBooked(
        id=f"{call.id}.booked", call_id=call.call_id, occurred_at=now, appointment_id=appointment_id
    )
    return Answer(
        result=succeeded(message, appointment_id=appointment_id, appointment=booked),
        change=change,
        facts=(fact,),
    )


def _patient(call: ToolCall[BookingAsked], clinic: Clinic, calls: Calls) -> Patient:
    record = calls.get(call.call_id)
    phone = call.arguments.phone or (record.caller_phone if record else "")
    return patient_of(call.arguments.patient_name, call.arguments.email, phone, clinic.country)


def _refused(reason: NotAvailable, instead: list[dict[str, str]]) -> Answer:
    result = refused(reason.say, reason.reason_code, error_type=reason.error_type, alternatives=instead)
    return Answer(result=result, outcome="refused")
