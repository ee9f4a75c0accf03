"""A clinic's file loads, or says which file, which key and why."""

from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest

from clinic.directory import ClinicFileError, load_clinic

Write = Callable[..., Path]

MISTAKES = [
    # (old text, new text, key, words of the reason)
    ('name = "A Small Clinic"\n', "", "file", "required field `name`"),
    ('name = "A Small Clinic"', "name = 7", "name", "Expected `str`"),
    ('name = "A Small Clinic"', 'name = "A"\ncolour = "red"', "file", "unknown field `colour`"),
    ('country = "IN"', 'country = "India"', "country", "ISO 3166"),
    ("Asia/Kolkata", "Asia/Atlantis", "time_zone", "no IANA time zone"),
    ("Asia/Kolkata", "../etc/passwd", "time_zone", "no IANA time zone"),
    ('languages = ["en"]', "languages = []", "languages", "no language"),
    ('languages = ["en"]', 'languages = ["en", "te"]', "greeting.te", "missing"),
    ("[greeting]", '[preamble]\nhi = "नमस्ते"\n[greeting]', "preamble.en", "missing"),
    ("[greeting]", '[emergency_message]\nhi = "नमस्ते"\n[greeting]', "emergency_message.en", "missing"),
    ('"+914000000000"', '"040 0000"', "phone", "not E.164"),
    ('languages = ["en"]', 'languages = ["en"]\ntransfer_number = "112"', "transfer_number", "not E.164"),
    ("booking_horizon_days = 60", "booking_horizon_days = 0", "booking_horizon_days", "at least 1"),
    ("least_notice_minutes = 60", "least_notice_minutes = -1", "least_notice_minutes", "at least 0"),
    ("least_notice_minutes = 60", "hold_minutes = 0", "hold_minutes", "at least 1"),
    ("booking_horizon_days = 60", "patient_call_attempts = 0", "patient_call_attempts", "at least 1"),
    (
        "booking_horizon_days = 60",
        "ring_patients_until = 09:00:00",
        "ring_patients_until",
        "not after ring_patients_from",
    ),
    ('languages = ["en"]', 'languages = ["en"]\nemail = "the desk"', "email", "no e-mail address"),
    ('languages = ["en"]', 'languages = ["en"]\naddress = "Road 1\\nTown"', "address", "one line"),
    ('id = "skins"', 'id = "hearts"', "departments", "'hearts' is used 2 times"),
    ('id = "skins"', 'id = "Skins"', "departments", "lower-case"),
    ('id = "mehta-2"', 'id = "mehta"', "doctors", "'mehta' is used 2 times"),
    ('id = "rao"', 'id = "dr_rao"', "doctors", "lower-case"),
    ('departments = ["hearts"]', "departments = []", "doctors[0].departments", "is empty"),
    ('departments = ["hearts"]', 'departments = ["livers"]', "doctors[0].departments", "'livers'"),
    ('also_called = ["heart doctor"]', 'also_called = "heart"', "departments[0].also_called", "array"),
    ("slot_minutes = 30", "slot_minutes = 20", "doctors[1].slot_minutes", "multiple of 15"),
    ("slot_minutes = 30", "slot_minutes = 0", "doctors[1].slot_minutes", "multiple of 15"),
    ("slot_minutes = 30", 'slot_minutes = "half an hour"', "doctors[1].slot_minutes", "Expected `int`"),
    ("buffer_minutes = 15", "buffer_minutes = -15", "doctors[1].buffer_minutes", "multiple of 15"),
    ("buffer_minutes = 15", "buffer_minutes = 10", "doctors[1].buffer_minutes", "multiple of 15"),
    ("buffer_minutes = 15", "buffers = 15", "doctors[1]", "unknown field `buffers`"),
    ("friday = [[10:", "freitag = [[10:", "doctors[1].hours", "'freitag'"),
    ("10:00:00, 12:00:00", "12:00:00, 10:00:00", "doctors[1].hours.friday", "closing after it opens"),
    ("10:00:00, 12:00:00", "10:00:00, 10:00:00", "doctors[1].hours.friday", "closing after it opens"),
    ("[14:00:00, 17:00:00]", "[12:00:00, 17:00:00]", "doctors[0].hours.friday", "in order"),
    ("10:00:00, 12:00:00", "10:05:00, 12:00:00", "doctors[1].hours.friday", "15 minutes"),
    ("10:00:00, 12:00:00", "10:00:30, 12:00:00", "doctors[1].hours.friday", "15 minutes"),
    ("10:00:00, 12:00:00", "10:00:00.5, 12:00:00", "doctors[1].hours.friday", "15 minutes"),
    ("10:00:00, 12:00:00", "10:00:00", "doctors[1].hours[...][0]", "length 2"),
    ("10:00:00, 12:00:00", "10:00:00, 12:00:00, 13:00:00", "doctors[1].hours[...][0]", "length 2"),
    ("10:00:00, 12:00:00", '"ten", "twelve"', "doctors[1].hours[...][0][0]", "RFC3339"),
    ('doctor = "mehta"', 'doctor = "nobody"', "closures[1].doctor", "'nobody'"),
    ("last = 2027-01-16", "last = 2027-01-14", "closures[1].last", "before first"),
    ("first = 2027-01-08", "first = 8", "closures[0].first", "Expected `date`"),
    ("[[closures]]", "[[closures", "TOML", "line"),
    ("first = 2027-01-08", "first = 2027-02-30", "TOML", "line"),
]


def test_the_default_clinic_has_departments_and_doctors_enough() -> None:
    clinic = load_clinic()
    assert len(clinic.departments) >= 6
    assert len(clinic.doctors) >= 12
    assert all(clinic.doctors_of(department.id) for department in clinic.departments)


def test_the_default_clinic_greets_in_each_of_its_languages() -> None:
    clinic = load_clinic()
    assert clinic.language == "en"
    assert set(clinic.greeting) == set(clinic.languages) == set(clinic.emergency_words)
    assert set(clinic.emergency_message) == set(clinic.languages)


def test_the_default_file_is_the_one_that_is_loaded_by_its_path() -> None:
    file = Path(__file__).parents[3] / "clinic" / "directory" / "renova.toml"
    assert load_clinic(file) == load_clinic()


def test_another_file_is_read_with_its_defaults(write: Write) -> None:
    clinic = load_clinic(write())
    mehta = clinic.doctor("mehta")
    assert (clinic.name, clinic.booking_horizon.days, clinic.hold_minutes) == ("A Small Clinic", 60, 3)
    assert (mehta.slot_minutes, mehta.buffer_minutes) == (30, 0)
    assert mehta.hours["saturday"][0].closes == time(11)


@pytest.mark.parametrize(("old", "new", "key", "reason"), MISTAKES)
def test_a_mistake_is_named_by_file_key_and_reason(
    write: Write, old: str, new: str, key: str, reason: str
) -> None:
    file = write(old, new)
    with pytest.raises(ClinicFileError) as caught:
        load_clinic(file)
    assert (caught.value.file, caught.value.key) == (file, key)
    assert reason in caught.value.reason
    assert str(caught.value) == f"{file}: {key}: {caught.value.reason}"


def test_a_department_in_which_nobody_works_is_a_mistake(write: Write) -> None:
    file = write('departments = ["skins"]', 'departments = ["hearts"]')
    file.write_text(file.read_text().replace('["hearts", "skins"]', '["hearts"]'))
    with pytest.raises(ClinicFileError, match=r"departments\[1\]: no doctor works in 'skins'"):
        load_clinic(file)


@pytest.mark.parametrize("rows", ["departments", "doctors"])
def test_a_clinic_without_rows_of_a_kind_is_a_mistake(write: Write, rows: str) -> None:
    file = write()
    head = file.read_text().partition("[[departments]]")[0]
    other = {"departments": "doctors", "doctors": "departments"}[rows]
    file.write_text(f"{rows} = []\n{other} = []\n{head}")
    with pytest.raises(ClinicFileError, match="is empty"):
        load_clinic(file)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ClinicFileError, match="No such file") as caught:
        load_clinic(tmp_path / "nowhere.toml")
    assert caught.value.key == "file"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ClinicFileError, match="directory") as caught:
        load_clinic(tmp_path)
    assert caught.value.key == "file"


def test_a_file_that_is_not_utf_8_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes('name = "Orthopädie"'.encode("latin-1"))
    with pytest.raises(ClinicFileError, match="utf-8") as caught:
        load_clinic(file)
    assert caught.value.key == "TOML"
