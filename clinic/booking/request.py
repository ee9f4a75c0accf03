"""What a caller asked for, found in the directory: which doctors could give which time."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from clinic.booking.alternatives import Taken, alternatives
from clinic.booking.refusals import NotAvailable, NotUnderstood, UnknownDoctor
from clinic.booking.saying import Words
from clinic.booking.schedule import Slot, check_bookable, slot
from clinic.booking.when import read_date, read_time, to_utc, written_time
from clinic.directory.clinic import Clinic, Department, Doctor
from clinic.directory.matching import departments_named, doctors_named, doctors_sounding_like

LONGEST_MINUTES = 240


class Request(Struct, frozen=True):
    """A time, and the doctors of whom any would do: one if the caller named one."""

    doctors: tuple[Doctor, ...]
    department: Department
    starts_at: datetime
    """UTC."""
    minutes: int | None = None
    """None: the doctor's own length."""


def read_request(
    clinic: Clinic, doctor_name: str, department: str, day: str, moment: str, minutes: int | None = None
) -> Request:
    """Return what was asked for; NotUnderstood or UnknownDoctor where it must be asked again."""
    doctors, found = read_whom(clinic, doctor_name, department)
    if minutes is not None and not 1 <= minutes <= LONGEST_MINUTES:
        raise NotUnderstood("duration_minutes", "How long should the appointment be?")
    return Request(doctors, found, to_utc(read_date(day), read_time(moment), clinic.zone), minutes)


def free_slot(clinic: Clinic, request: Request, now: datetime, taken: Taken) -> Slot:
    """Return the slot of the first doctor who has it free; NotAvailable with the first reason if none has."""
    reasons: list[NotAvailable] = []
    for doctor in request.doctors:
        wanted = slot(doctor, request.starts_at, request.minutes)
        try:
            check_bookable(clinic, doctor, wanted, now)
            _check_free(clinic, doctor, wanted, taken)
        except NotAvailable as reason:
            reasons.append(reason)
        else:
            return wanted
    raise reasons[0]


def alternatives_to(clinic: Clinic, request: Request, now: datetime, taken: Taken) -> list[Slot]:
    """Return what can be offered instead of what was asked for."""
    return alternatives(clinic, request.doctors, request.starts_at, request.minutes, now, taken)


def described(clinic: Clinic, slot: Slot) -> dict[str, str]:
    """Return a slot as the model reads it: what to call a tool with, and how to say it."""
    doctor = clinic.doctor(slot.doctor_id)
    local = slot.starts_at.astimezone(clinic.zone)
    return {
        "slot_id": slot.id,
        "doctor_name": doctor.name,
        "department": clinic.department(doctor.departments[0]).name,
        "date": local.date().isoformat(),
        "time": written_time(local.time()),
        "spoken": Words("{when}", when=local),
    }


def as_appointment(clinic: Clinic, slot: Slot) -> dict[str, str]:
    """Return a slot that was taken as it is described, and its exact times for whoever shows it: ISO 8601."""
    local = (moment.astimezone(clinic.zone).isoformat() for moment in (slot.starts_at, slot.ends_at))
    return {**described(clinic, slot), **dict(zip(("starts_at", "ends_at"), local, strict=True))}


def _check_free(clinic: Clinic, doctor: Doctor, wanted: Slot, taken: Taken) -> None:
    if not wanted.is_free(taken([doctor.id], wanted.cells[0], wanted.busy_until)):
        when = wanted.starts_at.astimezone(clinic.zone)
        raise NotAvailable("slot_taken", "{doctor} is not free on {when}.", doctor=doctor.name, when=when)


def read_whom(clinic: Clinic, doctor_name: str, department: str) -> tuple[tuple[Doctor, ...], Department]:
    """Return the doctors who would do, and the department; UnknownDoctor where it must be asked again."""
    departments = departments_named(clinic, department)
    if doctor_name.strip():
        doctor = _one_doctor(clinic, doctor_name, departments)
        own = [each for each in departments if each.id in doctor.departments]
        return (doctor,), own[0] if own else clinic.department(doctor.departments[0])
    if len(departments) != 1:
        names = ", ".join(each.name for each in departments or clinic.departments)
        raise UnknownDoctor(
            "department_unclear", "Which doctor or department would you like? We have {names}.", names=names
        )
    return clinic.doctors_of(departments[0].id), departments[0]


def _one_doctor(clinic: Clinic, name: str, departments: list[Department]) -> Doctor:
    exact = doctors_named(clinic, name)
    wanted = {each.id for each in departments}
    of_department = [doctor for doctor in exact if wanted.intersection(doctor.departments)]
    fitting = of_department or exact
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UnknownDoctor(
            "doctor_unclear", "Whom do you mean: {doctors}?", doctors=_listed(clinic, fitting)
        )
    near = doctors_sounding_like(clinic, name)
    if near:
        raise UnknownDoctor("doctor_unclear", "Did you say {doctors}?", doctors=_listed(clinic, near[:3]))
    raise UnknownDoctor("doctor_unknown", "I find no doctor of that name here. Which doctor or department?")


def _listed(clinic: Clinic, doctors: list[Doctor]) -> str:
    return ", or ".join(
        f"{doctor.name} of {clinic.department(doctor.departments[0]).name}" for doctor in doctors
    )
