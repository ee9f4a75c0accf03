"""Books an appointment, or says what is free instead."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from clinic.booking.book import book
from clinic.booking.holds import Seen
from clinic.booking.patient_details import patient_of
from clinic.booking.refusals import NotAvailable
from clinic.booking.request import alternatives_to, as_appointment, described, free_slot, read_request
from clinic.contracts.events import AppointmentBooked
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.directory import Clinic
from clinic.ports import Appointments, Calendar, Calls, Patients
from functions.answer import Answer, refuse
from functions.caller import caller_of, held_for
from functions.staff_time import taken_now


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
    call: ToolCall[BookingAsked],
    *,
    clinic: Clinic,
    appointments: Appointments,
    calendar: Calendar,
    calls: Calls,
    patients: Patients,
    now: datetime,
) -> Answer:
    """Book the slot in the commit of the answer itself, or refuse with alternatives."""
    asked = call.arguments
    caller = caller_of(call.call_id, calls, patients)
    patient = patient_of(
        asked.patient_name, asked.email, asked.phone or caller.record.caller_phone, clinic.country
    )
    request = read_request(
        clinic, asked.doctor_name, asked.department, asked.appointment_date, asked.appointment_time
    )
    seen = Seen(taken_now(appointments, calendar), now, caller.holders)
    try:
        slot = free_slot(clinic, request, now, seen.taken)
    except NotAvailable as reason:
        instead = alternatives_to(clinic, request, now, seen.taken)
        return refuse(reason, alternatives=[described(clinic, each) for each in instead])
    held = held_for(caller, appointments)
    appointment, change = book(clinic, slot, request.department, patient, call, seen, held)
    booked = as_appointment(clinic, slot)
    message = (
        f"The appointment with {booked['doctor_name']} on {booked['spoken']} is booked for {patient.name}."
        " The confirmation comes by e-mail."
    )
    fact = AppointmentBooked(
        id=f"{call.id}.booked", call_id=call.call_id, occurred_at=now, appointment_id=appointment.id
    )
    result = succeeded(message, appointment_id=appointment.id, appointment=booked)
    return Answer(result=result, change=change, facts=(fact,))
