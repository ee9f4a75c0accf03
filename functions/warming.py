"""Wakes a tool's function while the caller is greeted, so that the first tool call finds nothing cold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from clinic.booking.patient_details import read_phone
from clinic.booking.request import read_request
from clinic.contracts import events
from clinic.directory import Clinic
from clinic.ports import Appointments, Calendar, Ledger
from functions.answer import Answer
from functions.caller import Caller, caller_of
from functions.needs import Needs

_log = structlog.get_logger("clinic")

_GREETING_LASTS = timedelta(seconds=60)
"""Later nobody waits for it: the call's first tool call has done the same, or the call is over."""
_A_DAY = timedelta(days=1)


def warm_up(tool: Callable[..., Answer], needs: Needs, data: bytes) -> None:
    """Open what the tool needs, and read what a first question reads: the caller, their visits, a day.

    The instance then has its libraries, its channel to the store with its credentials, and
    the directory. What was read is forgotten: the book may be another one by the first question.
    Changes nothing. Raises what decoding raises; any other fault is logged, as a tool call would meet it too.
    """
    fact = events.decode(data)
    now: datetime = needs.open("now")
    if now - fact.occurred_at > _GREETING_LASTS:
        return
    try:
        _read_ahead(tool, needs, fact.call_id, now)
    except Exception:  # noqa: BLE001
        # Delivered again it would only be later, and as a dead letter it would tell staff nothing.
        _log.exception("! not warmed", call_id=fact.call_id, function=tool.__name__)
        return
    _log.info("= warmed", call_id=fact.call_id, function=tool.__name__)


def _read_ahead(tool: Callable[..., Answer], needs: Needs, call_id: str, now: datetime) -> None:
    world = needs.of(tool)
    needs.open("bus")
    ledger: Ledger = needs.open("ledger")
    ledger.of_call(call_id)
    if "clinic" in world:
        _understand(world["clinic"], now)
    if {"calls", "patients"} <= world.keys():
        caller = caller_of(call_id, world["calls"], world["patients"])
        if "calendar" in world:
            _look_into_the_calendars(world["calendar"], needs.open("clinic"), now)
        if "appointments" in world:
            _look_into_the_book(world["appointments"], caller, needs.open("clinic"), now)


def _understand(clinic: Clinic, now: datetime) -> None:
    # What reads days, and what knows the numbers of a country, is loaded with the first of them.
    day = now.astimezone(clinic.zone).date().isoformat()
    read_request(clinic, clinic.doctors[0].name, "", day, "10:00 AM")
    read_phone(clinic.phone, clinic.country)


def _look_into_the_calendars(calendar: Calendar, clinic: Clinic, now: datetime) -> None:
    # One request for all doctors and a fortnight, which is remembered for five minutes.
    calendar.blocked([doctor.id for doctor in clinic.doctors], now, now + _A_DAY)


def _look_into_the_book(appointments: Appointments, caller: Caller, clinic: Clinic, now: datetime) -> None:
    appointments.of_patients([patient.id for patient in caller.patients], now)
    appointments.taken([clinic.doctors[0].id], now, now + _A_DAY)
