"""Small clinics for the rules: their directory is written in the tests that read it."""

from pathlib import Path
from typing import Protocol

import pytest

from clinic.directory import Clinic, load_clinic

SMALL = """
id = "small"
name = "A Small Clinic"
country = "IN"
time_zone = "{zone}"
languages = ["en"]
phone = "+914000000000"
booking_horizon_days = 60
least_notice_minutes = 60

[greeting]
en = "Hello."

[[departments]]
id = "hearts"
name = "Hearts"
also_called = ["heart doctor"]

[[departments]]
id = "skins"
name = "Skins"

[[doctors]]
id = "mehta"
name = "Dr. Anil Mehta"
departments = ["hearts"]
[doctors.hours]
friday = [[09:00:00, 13:00:00], [14:00:00, 17:00:00]]
saturday = [[09:00:00, 11:00:00]]

[[doctors]]
id = "rao"
name = "Dr. Kavita Rao"
departments = ["hearts", "skins"]
slot_minutes = 30
buffer_minutes = 15
[doctors.hours]
friday = [[10:00:00, 12:00:00]]

[[doctors]]
id = "mehta-2"
name = "Dr. Sunil Mehta"
departments = ["skins"]
[doctors.hours]
sunday = [[00:00:00, 06:00:00]]

[[closures]]
name = "Founders' Day"
first = 2027-01-08

[[closures]]
name = "Leave"
doctor = "mehta"
first = 2027-01-15
last = 2027-01-16
"""


class Write(Protocol):
    """Writes the small clinic's file, with one text in it replaced, and returns where."""

    def __call__(self, old: str = ..., new: str = ..., zone: str = ...) -> Path: ...


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(old: str = "", new: str = "", zone: str = "Asia/Kolkata") -> Path:
        text = SMALL.replace("{zone}", zone)
        assert old in text
        file = tmp_path / "clinic.toml"
        file.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
        return file

    return write_file


@pytest.fixture
def small(write: Write) -> Clinic:
    """A clinic of three doctors in Asia/Kolkata; two of them are called Mehta."""
    return load_clinic(write())
