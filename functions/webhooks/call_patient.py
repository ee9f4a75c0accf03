"""Rings a patient, for a reminder or a promised call back, when an authorised caller asks for it."""

from __future__ import annotations

from datetime import datetime

import flask
import msgspec
import structlog

from clinic.contracts.call_record import CallRecord
from clinic.contracts.ticket import VALID_FOR, digest, new_call_id, new_token
from clinic.directory import Clinic
from clinic.ports import Appointments, Bus, Calls, TooManyCalls
from clinic.settings import Settings
from clinic.telephony import PatientCalls, Telephone
from functions.errands import Errand, PatientWanted, errand_of
from functions.hung_up import is_over, note_hung_up

_log = structlog.get_logger("clinic")
_REFUSED = {
    "reached": "the patient was reached for this already",
    "under_way": "the patient is being rung for this just now",
    "given_up": "the patient was rung often enough for this",
}


def call_patient(
    request: flask.Request,
    *,
    appointments: Appointments,
    calls: Calls,
    patient_calls: PatientCalls,
    telephone: Telephone,
    bus: Bus,
    clinic: Clinic,
    settings: Settings,
    now: datetime,
) -> flask.Response:
    """Take `{"reason": "reminder" | "call_back", "id": …}`; return the call's ids, or why nobody is rung.

    202 the phone rings; 400 not understood; 404 there is no such reason any more; 409 not now, or never
    again; 422 the number can't be rung; 503 all lines are busy. Who may ask, the door has checked.
    """
    try:
        wanted = msgspec.json.decode(request.get_data(), type=PatientWanted)
    except msgspec.DecodeError as error:
        return _refuse(400, "malformed", str(error))
    if not clinic.may_ring_patients(now):
        hours = f"{clinic.ring_patients_from:%H:%M} to {clinic.ring_patients_until:%H:%M}"
        return _refuse(409, "quiet_hours", f"patients are rung from {hours}")
    errand = errand_of(wanted, appointments, calls, clinic, now)
    if errand is None:
        return _refuse(404, "no_reason", "there is no such appointment to come, or no such promise")
    if not errand.number:
        return _refuse(422, "no_number", "no number is known")
    attempt = patient_calls.begin(errand.id, now, clinic.patient_call_attempts)
    if attempt != "begun":
        return _refuse(409, attempt, _REFUSED[attempt])
    # A fault from here on leaves the attempt under way until it must be over: the phone may be ringing.
    try:
        call_sid = _dial(errand, telephone, settings)
    except ValueError as error:
        patient_calls.end(errand.id, reached=False)
        return _refuse(422, "number_refused", str(error))
    record = _record(errand, call_sid, now)
    try:
        calls.ring(record, digest(new_token()), now + VALID_FOR, settings.max_sessions)
    except TooManyCalls:
        telephone.hang_up(call_sid)
        patient_calls.end(errand.id, reached=False)
        return _refuse(503, "busy", "all lines are busy")
    status = telephone.status(call_sid)
    if is_over(status):
        # Its end may have been told before there was a record that it could be told of.
        note_hung_up(record, status, calls, patient_calls, bus, now)
    _log.info("= patient rung", call_id=record.call_id)
    return _json(202, {"call_id": record.call_id, "call_sid": call_sid})


def _dial(errand: Errand, telephone: Telephone, settings: Settings) -> str:
    return telephone.ring(
        errand.number,
        twiml_url=settings.address_of("twilio_voice"),
        status_url=settings.address_of("twilio_status"),
        machine_url=settings.address_of("twilio_machine"),
    )


def _record(errand: Errand, call_sid: str, now: datetime) -> CallRecord:
    return CallRecord(
        call_id=new_call_id(),
        session_id=call_sid,
        channel="phone",
        timestamp=now,
        caller_phone=errand.number,
        language=errand.language,
        direction="outbound",
        errand=errand.id,
        reason=errand.reason,
    )


def _refuse(status: int, reason_code: str, message: str) -> flask.Response:
    return _json(status, {"reason_code": reason_code, "message": message})


def _json(status: int, body: dict[str, str]) -> flask.Response:
    return flask.Response(msgspec.json.encode(body), status, content_type="application/json")
