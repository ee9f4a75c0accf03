"""Something to write letters about."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clinic.booking.appointment import Appointment
from clinic.directory import Clinic, load_clinic

AT = datetime(2026, 11, 25, 4, tzinfo=UTC)
START = datetime(2026, 12, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="session")
def renova() -> Clinic:
    return load_clinic()


@pytest.fixture
def appointment() -> Callable[..., Appointment]:
    """Make an appointment on Friday the 4th of December at half past ten, or as changed."""

    def make(**changes: Any) -> Appointment:
        fields = {
            "id": "abc123",
            "call_id": "call-1",
            "patient_id": "asha",
            "patient_name": "Asha Rao",
            "email": "asha@example.com",
            "phone": "+919812345678",
            "doctor_id": "mehta",
            "department_id": "cardiology",
            "starts_at": START,
            "ends_at": START + timedelta(minutes=30),
        }
        return Appointment(**{**fields, **changes})

    return make
