"""Which slots a doctor's day has, and which of them may be booked."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.booking.change import cell_id
from clinic.booking.refusals import NotAvailable
from clinic.booking.schedule import Slot, check_bookable, slot, slots_of_day
from clinic.booking.when import to_utc
from clinic.directory import Clinic, Doctor, Span, load_clinic

Write = Callable[..., Path]
Try = Callable[..., str]

AT_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
FRIDAY, SATURDAY = date(2027, 1, 1), date(2027, 1, 2)
FOUNDERS_DAY, LEAVE = date(2027, 1, 8), date(2027, 1, 15)
A_CLINIC = load_clinic()


@pytest.fixture
def attempt(small: Clinic) -> Try:
    """Try to have a time on the clinic's clock, two days before; return the reason against it, or ""."""

    def check(
        moment: str, day: date = FRIDAY, doctor: str = "mehta", minutes: int | None = None, ahead: str = "P2D"
    ) -> str:
        wanted = slot(small.doctor(doctor), to_utc(day, time.fromisoformat(moment), small.zone), minutes)
        try:
            now = wanted.starts_at - msgspec.convert(ahead, timedelta)
            check_bookable(small, small.doctor(doctor), wanted, now)
        except NotAvailable as refusal:
            return refusal.reason_code if refusal.say else "without words"
        return ""

    return check


def starts(clinic: Clinic, doctor: str, day: date, minutes: int | None = None) -> list[str]:
    slots = slots_of_day(clinic, clinic.doctor(doctor), day, minutes)
    return [f"{each.starts_at.astimezone(clinic.zone):%H:%M}" for each in slots]


def test_a_day_is_cut_into_slots_around_the_lunch_break(small: Clinic) -> None:
    assert starts(small, "mehta", FRIDAY) == [
        "09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "12:00", "12:30",
        "14:00", "14:30", "15:00", "15:30", "16:00", "16:30",
    ]  # fmt: skip


def test_a_buffer_keeps_slots_apart_but_may_run_past_closing(small: Clinic) -> None:
    assert starts(small, "rao", FRIDAY) == ["10:00", "10:45", "11:30"]


def test_a_buffer_longer_than_the_break_puts_off_the_next_slot(small: Clinic) -> None:
    hours = {"friday": (Span(time(10), time(11, 30)), Span(time(11, 45), time(13)))}
    busy = msgspec.structs.replace(small.doctor("rao"), buffer_minutes=30, hours=hours)
    clinic = msgspec.structs.replace(small, doctors=(busy,))
    assert starts(clinic, "rao", FRIDAY) == ["10:00", "11:00", "12:00"]


def test_a_longer_appointment_has_fewer_places_to_begin(small: Clinic) -> None:
    assert starts(small, "mehta", SATURDAY) == ["09:00", "09:30", "10:00", "10:30"]
    assert starts(small, "mehta", SATURDAY, 60) == ["09:00", "09:30", "10:00"]
    assert starts(small, "mehta", SATURDAY, 120) == ["09:00"]
    assert starts(small, "mehta", SATURDAY, 121) == []


def test_a_day_off_has_no_slots(small: Clinic) -> None:
    assert starts(small, "mehta", date(2027, 1, 4)) == []


def test_when_the_clinic_is_closed_nobody_has_slots(small: Clinic) -> None:
    assert [starts(small, doctor.id, FOUNDERS_DAY) for doctor in small.doctors] == [[], [], []]


def test_a_doctors_leave_leaves_the_others_their_slots(small: Clinic) -> None:
    assert starts(small, "mehta", LEAVE) == []
    assert starts(small, "rao", LEAVE) != []


@pytest.mark.parametrize("moment", ["09:00", "10:15", "12:30", "14:00", "16:30"])
def test_a_time_within_the_hours_may_be_booked(attempt: Try, moment: str) -> None:
    assert attempt(moment) == ""


@pytest.mark.parametrize("moment", ["08:45", "12:45", "13:00", "13:30", "13:45", "16:45", "17:00", "23:00"])
def test_a_time_outside_the_hours_or_across_lunch_or_closing_may_not(attempt: Try, moment: str) -> None:
    assert attempt(moment) == "outside_hours"


@pytest.mark.parametrize(
    ("minutes", "reason"), [(30, ""), (15, ""), (31, "outside_hours"), (240, "outside_hours")]
)
def test_the_last_slot_of_the_day_is_as_long_as_the_day_has_left(
    attempt: Try, minutes: int, reason: str
) -> None:
    assert attempt("16:30", minutes=minutes) == reason


@pytest.mark.parametrize("moment", ["10:05", "10:20", "10:31", "10:00:30"])
def test_appointments_begin_on_the_quarter(attempt: Try, moment: str) -> None:
    assert attempt(moment) == "no_such_slot"


def test_a_closed_clinic_is_another_reason_than_a_doctor_who_is_away(attempt: Try) -> None:
    assert attempt("10:00", FOUNDERS_DAY) == "closed"
    assert attempt("10:00", LEAVE) == "doctor_away"
    assert attempt("10:00", date(2027, 1, 4)) == "doctor_away"
    assert attempt("10:00", LEAVE, doctor="rao") == ""


@pytest.mark.parametrize(
    ("ahead", "reason"),
    [
        ("-PT1S", "in_the_past"),
        ("PT0S", "in_the_past"),
        ("PT1S", "too_soon"),
        ("PT59M59S", "too_soon"),
        ("PT60M", ""),
        ("P60D", ""),
        ("P60DT1S", "too_far"),
    ],
)
def test_an_appointment_is_given_from_an_hour_to_sixty_days_ahead(
    attempt: Try, ahead: str, reason: str
) -> None:
    assert attempt("10:00", ahead=ahead) == reason


def test_a_slot_is_free_unless_one_of_its_cells_or_its_buffers_is_taken(small: Clinic) -> None:
    wanted = slot(small.doctor("rao"), datetime(2027, 1, 1, 5, tzinfo=UTC))
    assert [cell.minute for cell in wanted.cells] == [0, 15, 30]
    assert wanted.is_free(set())
    assert wanted.is_free({cell_id("mehta", wanted.starts_at), cell_id("rao", wanted.busy_until)})
    assert not any(wanted.is_free({cell_id("rao", cell)}) for cell in wanted.cells)


@pytest.mark.parametrize(("day", "slots"), [("2027-03-14", 8), ("2027-03-21", 10), ("2027-11-07", 10)])
def test_a_night_duty_offers_each_time_of_the_clock_once_and_none_that_is_skipped(
    write: Write, day: str, slots: int
) -> None:
    clinic = load_clinic(write("06:00:00", "05:00:00", zone="America/New_York"))
    found = list(slots_of_day(clinic, clinic.doctor("mehta-2"), date.fromisoformat(day)))
    assert len(found) == slots
    assert all(later.starts_at >= earlier.busy_until for earlier, later in pairwise(found))


def test_opening_at_a_time_that_the_clock_skips_is_no_fault(write: Write) -> None:
    clinic = load_clinic(write("00:00:00, 06:00:00", "02:30:00, 06:00:00", zone="America/New_York"))
    doctor = clinic.doctor("mehta-2")
    slots = list(slots_of_day(clinic, doctor, date(2027, 3, 14)))
    assert slots[0].starts_at.astimezone(clinic.zone).time() == time(3, 30)
    for each in slots:
        check_bookable(clinic, doctor, each, each.starts_at - timedelta(days=1))


QUARTERS = st.integers(0, 95).map(lambda number: time(number // 4, number % 4 * 15))
HOURS = st.lists(QUARTERS, min_size=2, max_size=6, unique=True).map(
    lambda times: tuple(Span(*pair) for pair in zip(sorted(times)[::2], sorted(times)[1::2], strict=False))
)


@st.composite
def days_of_slots(draw: st.DrawFn) -> tuple[Doctor, list[Slot]]:
    length, buffer = draw(st.sampled_from([15, 30, 45, 60])), draw(st.sampled_from([0, 15, 30]))
    doctor = Doctor("any", "Dr. Any", ("cardiology",), {"friday": draw(HOURS)}, "", length, buffer)
    return doctor, list(slots_of_day(A_CLINIC, doctor, FRIDAY + timedelta(days=7)))


@AT_ANY_PACE
@given(days_of_slots())
def test_slots_never_overlap_nor_leave_the_hours(day: tuple[Doctor, list[Slot]]) -> None:
    doctor, slots = day
    cells = [cell for each in slots for cell in each.cells]
    spans = doctor.hours["friday"]
    assert len(cells) == len(set(cells))
    assert all(earlier.busy_until <= later.starts_at for earlier, later in pairwise(slots))
    for each in slots:
        first, last = (moment.astimezone(A_CLINIC.zone).time() for moment in (each.starts_at, each.ends_at))
        assert any(span.opens <= first and last <= span.closes for span in spans)


@AT_ANY_PACE
@given(days_of_slots())
def test_every_slot_of_a_day_may_be_booked(day: tuple[Doctor, list[Slot]]) -> None:
    doctor, slots = day
    for each in slots:
        check_bookable(A_CLINIC, doctor, each, each.starts_at - timedelta(days=1))
