"""Whom and when a caller meant: one doctor, a department, or a question back."""

from collections.abc import Callable, Sequence, Set
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clinic.booking.alternatives import Taken
from clinic.booking.change import cell_id
from clinic.booking.refusals import NotAvailable, NotUnderstood, UnknownDoctor
from clinic.booking.request import (
    LONGEST_MINUTES,
    Request,
    alternatives_to,
    described,
    free_slot,
    read_request,
)
from clinic.directory import Clinic, load_clinic

Write = Callable[..., Path]
Read = Callable[..., Request]

NOW = datetime(2026, 12, 28, 6, tzinfo=UTC)
TEN_THIRTY = datetime(2027, 1, 1, 5, tzinfo=UTC)


@pytest.fixture
def read(small: Clinic) -> Read:
    """Read a request for 10:30 on a Friday, unless said otherwise."""

    def ask(
        doctor: str = "",
        department: str = "",
        day: str = "2027-01-01",
        at: str = "10:30 AM",
        minutes: int | None = None,
    ) -> Request:
        return read_request(small, doctor, department, day, at, minutes)

    return ask


def book_of(*cells: tuple[str, datetime]) -> Taken:
    """A book in which these doctors' cells are taken."""
    ids = {cell_id(doctor, start) for doctor, start in cells}

    def taken(doctor_ids: Sequence[str], first: datetime, last: datetime) -> Set[str]:
        return ids

    return taken


def test_one_doctor_by_name(read: Read) -> None:
    request = read("Kavita Rao")
    assert [doctor.id for doctor in request.doctors] == ["rao"]
    assert (request.department.id, request.starts_at, request.minutes) == ("hearts", TEN_THIRTY, None)


def test_a_doctor_of_two_departments_is_asked_in_the_one_that_was_named(read: Read) -> None:
    assert read("Rao", "Skins").department.id == "skins"
    assert read("Rao", "Hearts").department.id == "hearts"


def test_a_department_that_the_doctor_is_not_in_gives_way_to_the_doctors_own(read: Read) -> None:
    assert read("Anil Mehta", "Skins").department.id == "hearts"
    assert read("Rao", "Astrology").department.id == "hearts"


def test_a_department_alone_means_any_of_its_doctors(read: Read) -> None:
    request = read(department="heart doctor")
    assert [doctor.id for doctor in request.doctors] == ["mehta", "rao"]


def test_two_of_one_name_are_told_apart_by_the_department(read: Read) -> None:
    assert read("Mehta", "Skins").doctors[0].id == "mehta-2"
    assert read("Mehta", "Hearts").doctors[0].id == "mehta"


@pytest.mark.parametrize(
    ("doctor", "department", "reason", "words"),
    [
        (
            "Mehta",
            "",
            "doctor_unclear",
            "Whom do you mean: Dr. Anil Mehta of Hearts, or Dr. Sunil Mehta of Skins?",
        ),
        ("meta", "", "doctor_unclear", "Did you say Dr. Anil Mehta of Hearts, or Dr. Sunil Mehta of Skins?"),
        ("Rau Kavitha", "Hearts", "doctor_unclear", "Did you say Dr. Kavita Rao of Hearts?"),
        ("Wolfeschlegelstein", "", "doctor_unknown", "no doctor of that name"),
        ("Dr.", "", "doctor_unknown", "no doctor of that name"),
        ("", "", "department_unclear", "We have Hearts, Skins."),
        (" ", "Astrology", "department_unclear", "We have Hearts, Skins."),
    ],
)
def test_whom_is_asked_and_never_guessed(
    read: Read, doctor: str, department: str, reason: str, words: str
) -> None:
    with pytest.raises(UnknownDoctor) as refusal:
        read(doctor, department)
    assert (refusal.value.reason_code, refusal.value.retryable) == (reason, True)
    assert words in refusal.value.say


def test_a_word_that_two_departments_go_by_is_asked_about(write: Write) -> None:
    clinic = load_clinic(write('name = "Skins"', 'name = "Skins"\nalso_called = ["heart doctor"]'))
    with pytest.raises(UnknownDoctor, match="department_unclear"):
        read_request(clinic, "", "heart doctor", "2027-01-01", "10:30 AM")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"day": "Friday"}, "invalid_appointment_date"),
        ({"at": "noonish"}, "invalid_appointment_time"),
        ({"minutes": 0}, "invalid_duration_minutes"),
        ({"minutes": -30}, "invalid_duration_minutes"),
        ({"minutes": LONGEST_MINUTES + 1}, "invalid_duration_minutes"),
    ],
)
def test_what_can_not_be_read_is_asked_for_again(read: Read, changes: dict[str, str], reason: str) -> None:
    with pytest.raises(NotUnderstood, match=reason):
        read("Rao", **changes)


def test_the_longest_appointment_is_understood(read: Read) -> None:
    assert read("Rao", minutes=LONGEST_MINUTES).minutes == LONGEST_MINUTES


def test_a_free_slot_is_the_first_doctors_who_has_it(small: Clinic, read: Read) -> None:
    request = read(department="Hearts", at="11:00 AM")
    start = request.starts_at
    assert free_slot(small, request, NOW, book_of()).doctor_id == "mehta"
    assert free_slot(small, request, NOW, book_of(("mehta", start))).doctor_id == "rao"


def test_the_first_doctors_reason_is_given_when_nobody_has_it(small: Clinic, read: Read) -> None:
    request = read(department="Hearts")
    taken = book_of(("mehta", TEN_THIRTY), ("rao", TEN_THIRTY))
    with pytest.raises(NotAvailable) as refusal:
        free_slot(small, request, NOW, taken)
    assert refusal.value.reason_code == "slot_taken"
    assert refusal.value.say == (
        "Dr. Anil Mehta is not free on Friday the 1st of January at half past ten in the morning."
    )


@pytest.mark.parametrize("minutes", [0, 15, 30])
def test_a_slot_is_not_free_if_any_of_its_quarters_or_its_buffer_is_taken(
    small: Clinic, read: Read, minutes: int
) -> None:
    taken = book_of(("rao", TEN_THIRTY + timedelta(minutes=minutes)))
    with pytest.raises(NotAvailable, match="slot_taken"):
        free_slot(small, read("Rao"), NOW, taken)


def test_the_quarter_after_the_buffer_does_not_matter(small: Clinic, read: Read) -> None:
    taken = book_of(("rao", TEN_THIRTY + timedelta(minutes=45)), ("rao", TEN_THIRTY - timedelta(minutes=15)))
    assert free_slot(small, read("Rao"), NOW, taken).starts_at == TEN_THIRTY


def test_a_time_that_nobody_gives_is_refused_though_the_book_is_empty(small: Clinic, read: Read) -> None:
    with pytest.raises(NotAvailable, match="outside_hours"):
        free_slot(small, read("Rao", at="1:00 PM"), NOW, book_of())


def test_an_offer_can_be_booked_word_for_word(small: Clinic, read: Read) -> None:
    request = read("Rao", at="12:00 PM")
    slots = alternatives_to(small, request, NOW, book_of())
    assert slots
    for offer in (described(small, each) for each in slots):
        again = read(offer["doctor_name"], offer["department"], offer["date"], offer["time"])
        assert free_slot(small, again, NOW, book_of()).id == offer["slot_id"]


def test_a_slot_is_described_as_tools_are_called_and_as_it_is_said(small: Clinic, read: Read) -> None:
    assert described(small, free_slot(small, read("Rao"), NOW, book_of())) == {
        "slot_id": "rao_20270101T0500Z",
        "doctor_name": "Dr. Kavita Rao",
        "department": "Hearts",
        "date": "2027-01-01",
        "time": "10:30 AM",
        "spoken": "Friday the 1st of January at half past ten in the morning",
    }
