"""Hours that change after bookings exist: the bookings stay, and staff are told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clinic.directory import Clinic, load_clinic
from clinic.directory.clinic_file import DEFAULT_FILE
from functions.dispatch import run_job
from functions.jobs.flag_appointments import flag_appointments
from functions.needs import Needs

Use = Callable[..., dict[str, Any]]


@pytest.fixture
def after_the_change(needs: Needs, tmp_path: Path) -> Needs:
    """The same store, for a clinic where nobody works on Fridays any more."""
    lines = DEFAULT_FILE.read_text(encoding="utf-8").splitlines()
    file = tmp_path / "clinic.toml"
    file.write_text("\n".join(line for line in lines if not line.startswith("friday")), encoding="utf-8")
    return Needs(msgspec.structs.replace(needs.settings, clinic_file=str(file)))


def test_an_appointment_outside_the_new_hours_stays_and_is_flagged(
    book: Use, use: Use, after_the_change: Needs, needs: Needs
) -> None:
    booked = book()
    run_job(flag_appointments, after_the_change)
    appointment = needs.open("appointments").get(booked["appointment_id"])
    assert (appointment.status, appointment.flag) == ("booked", "outside_hours")
    found = use("find_appointments")
    assert "hours have changed" in found["message"]
    assert use("cancel_appointment", appointment_id=booked["appointment_id"])["success"] is True


def test_the_flag_goes_when_the_hours_come_back(book: Use, after_the_change: Needs, needs: Needs) -> None:
    booked = book()
    run_job(flag_appointments, after_the_change)
    run_job(flag_appointments, needs)
    assert needs.open("appointments").get(booked["appointment_id"]).flag == ""


def test_an_appointment_of_a_doctor_who_has_left_can_still_be_found_and_cancelled(
    book: Use, use: Use, needs: Needs
) -> None:
    booked = book()
    clinic = load_clinic()
    without: Clinic = msgspec.structs.replace(
        clinic, doctors=tuple(doctor for doctor in clinic.doctors if doctor.id != "mehta")
    )
    later = Needs(needs.settings, {"clinic": without})
    run_job(flag_appointments, later)
    (found,) = use("find_appointments", world=later)["appointments"]
    assert (found["doctor_name"], found["flag"]) == ("a doctor who has left us", "outside_hours")
    cancelled = use("cancel_appointment", world=later, appointment_id=booked["appointment_id"])
    assert cancelled["success"] is True
