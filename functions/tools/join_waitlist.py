"""Puts a caller on the waiting list of a doctor or a department."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from clinic.booking.appointment import Waiting, derived_id
from clinic.booking.change import Change
from clinic.booking.natural import spoken_day
from clinic.booking.patient_details import patient_of
from clinic.booking.refusals import NotUnderstood
from clinic.booking.request import read_whom
from clinic.booking.when import read_date
from clinic.contracts.tool_call import ToolCall, succeeded
from clinic.directory import Clinic
from clinic.ports import Calls, Patients
from functions.answer import Answer
from functions.caller import caller_of


class WaitingAsked(Struct, frozen=True, kw_only=True):
    """The arguments, as the model gives them."""

    patient_name: str
    email: str
    first_date: str
    last_date: str = ""
    """Empty: that one day."""
    phone: str = ""
    doctor_name: str = ""
    department: str = ""


def join_waitlist(
    call: ToolCall[WaitingAsked], *, clinic: Clinic, calls: Calls, patients: Patients, now: datetime
) -> Answer:
    """Note what slot the patient would take, should somebody give one back."""
    asked = call.arguments
    caller = caller_of(call.call_id, calls, patients)
    phone = asked.phone or caller.record.caller_phone
    patient = patient_of(asked.patient_name, asked.email, phone, clinic.country)
    doctors, department = read_whom(clinic, asked.doctor_name, asked.department)
    first, last = _days(asked, now.astimezone(clinic.zone).date())
    waiting = Waiting(
        id=derived_id("waiting", call.id),
        patient=patient,
        department_id=department.id,
        doctor_id=doctors[0].id if asked.doctor_name else "",
        first=first,
        last=last,
        since=now,
        language=call.language,
    )
    whom = doctors[0].name if asked.doctor_name else department.name
    until = f" and {spoken_day(last)}" if last != first else ""
    days = f"{'between ' if until else 'on '}{spoken_day(first)}{until}"
    message = (
        f"I have put {patient.name} on the waiting list for {whom} {days}. We write when a slot is free."
    )
    return Answer(result=succeeded(message), change=Change(waiting=(waiting,), patient=patient))


def _days(asked: WaitingAsked, today: date) -> tuple[date, date]:
    first = read_date(asked.first_date)
    last = read_date(asked.last_date) if asked.last_date else first
    if last < first or last < today:
        raise NotUnderstood("first_date", "Those days have passed. From which day until which would suit?")
    return first, last
