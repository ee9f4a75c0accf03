"""A caller's side of the rehearsed receptionist: turns in, words and calls out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from clinic.contracts.function_table import load_function_table
from clinic.directory import Clinic, load_clinic
from rehearsal.receptionist import Receptionist
from rehearsal.receptionist.actions import Action, Call, Say
from rehearsal.speech.expecting import Expecting

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=ZoneInfo("Asia/Kolkata"))
"""A Wednesday."""
ELEVEN = {
    "slot_id": "mehta-1",
    "doctor_name": "Dr. Anil Mehta",
    "department": "Cardiology",
    "date": "2026-12-04",
    "time": "11:00 AM",
    "spoken": "Friday the 4th of December at eleven o'clock in the morning",
}
HALF_PAST_ELEVEN = {
    **ELEVEN,
    "slot_id": "mehta-2",
    "time": "11:30 AM",
    "spoken": "Friday the 4th of December at half past eleven in the morning",
}


def _declaration(*arguments: str) -> dict[str, Any]:
    return {"parameters": {"type": "object", "properties": {name: {"type": "string"} for name in arguments}}}


class TinyClinic:
    """Answers the tools as the clinic's functions do, from a few lists."""

    def __init__(self) -> None:
        self.taken: set[tuple[str, str]] = set()
        """Date and time."""
        self.alternatives: list[dict[str, str]] = [ELEVEN, HALF_PAST_ELEVEN]
        self.appointments: list[dict[str, str]] = [{**ELEVEN, "appointment_id": "A1"}]
        self.results: dict[str, dict[str, Any]] = {}
        """By tool: answered instead."""

    def answer(self, call: Call) -> dict[str, Any]:
        if call.name in self.results:
            return self.results[call.name]
        result: dict[str, Any] = getattr(self, f"_{call.name}", self._done)(call)
        return result

    def _done(self, call: Call) -> dict[str, Any]:
        return {"success": True, "message": f"The clinic did {call.name}."}

    def _check_appointment_availability(self, call: Call) -> dict[str, Any]:
        if self._is_taken(call):
            message = "Dr. Anil Mehta is not free then."
            return {
                "success": True,
                "available": False,
                "message": message,
                "requested_slot": None,
                "alternatives": self.alternatives,
            }
        args = call.args
        slot = {
            **ELEVEN,
            "doctor_name": args.get("doctor_name", "Dr. Anil Mehta"),
            "department": args.get("department", "Cardiology"),
            "date": args["appointment_date"],
            "time": args["appointment_time"],
        }
        return {
            "success": True,
            "available": True,
            "message": "It is free.",
            "requested_slot": slot,
            "alternatives": [],
        }

    def _book_appointment(self, call: Call) -> dict[str, Any]:
        if self._is_taken(call):
            return {
                "success": False,
                "error_type": "validation",
                "reason_code": "slot_taken",
                "message": "Somebody was faster.",
                "alternatives": self.alternatives,
            }
        return {"success": True, "message": "It is booked.", "appointment_id": "A9"}

    def _find_appointments(self, _: Call) -> dict[str, Any]:
        message = f"I find {len(self.appointments)} appointments."
        return {"success": True, "message": message, "appointments": self.appointments}

    def _is_taken(self, call: Call) -> bool:
        return (call.args["appointment_date"], call.args["appointment_time"]) in self.taken


class Conversation:
    """One call. `says` takes the caller's turns and returns what was said to the last of them."""

    def __init__(self, receptionist: Receptionist, clinic: TinyClinic) -> None:
        self.receptionist = receptionist
        self.clinic = clinic
        self.said: list[str] = []
        self.calls: list[Call] = []

    def says(self, *turns: str) -> str:
        before = len(self.said)
        for turn in turns:
            before = len(self.said)
            self._take(self.receptionist.heard(turn))
        return " ".join(self.said[before:])

    def expects(self, expecting: Expecting) -> bool:
        return self.receptionist.expecting is expecting

    def called(self, name: str) -> list[dict[str, Any]]:
        return [call.args for call in self.calls if call.name == name]

    def _take(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Say):
                self.said.append(action.text)
            if isinstance(action, Call):
                self.calls.append(action)
                self._take(self.receptionist.answered(action.name, self.clinic.answer(action)))


@pytest.fixture(scope="session")
def clinic() -> Clinic:
    return load_clinic()


@pytest.fixture(scope="session")
def two_raos(clinic: Clinic) -> Clinic:
    """The clinic with a second Doctor Rao, in orthopaedics."""
    rao = clinic.doctor("rao")
    other = msgspec.structs.replace(rao, id="rao-2", name="Dr. Sunil Rao", departments=("orthopaedics",))
    return msgspec.structs.replace(clinic, doctors=(*clinic.doctors, other))


@pytest.fixture(scope="session")
def declared() -> dict[str, Any]:
    """What the clinic declares today: check, book, log."""
    wanted = ("check_appointment_availability", "book_appointment", "log_call_information")
    return {row["name"]: row for row in load_function_table().declarations if row["name"] in wanted}


@pytest.fixture(scope="session")
def all_declared(declared: dict[str, Any]) -> dict[str, Any]:
    """Every tool the receptionist knows what to do with."""
    person = ("patient_name", "email", "phone")
    return {
        **declared,
        "find_appointments": _declaration(*person),
        "cancel_appointment": _declaration("appointment_id"),
        "reschedule_appointment": _declaration("appointment_id", "appointment_date", "appointment_time"),
        "correct_email": _declaration("email", "appointment_id"),
        "join_waitlist": _declaration(*person, "doctor_name", "preferred_date"),
        "transfer_to_human": _declaration("reason"),
        "end_call": _declaration(),
    }


@pytest.fixture(scope="session")
def now() -> Callable[[], datetime]:
    return lambda: NOW


@pytest.fixture
def call(
    clinic: Clinic, declared: dict[str, Any], now: Callable[[], datetime]
) -> Callable[..., Conversation]:
    def begin(tools: Mapping[str, Any] | None = None, directory: Clinic | None = None) -> Conversation:
        receptionist = Receptionist(directory or clinic, declared if tools is None else tools, now)
        return Conversation(receptionist, TinyClinic())

    return begin
