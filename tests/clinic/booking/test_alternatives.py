"""What is offered instead: in the order a caller would want it, and only what can be had."""

from collections.abc import Callable, Iterable, Sequence, Set
from datetime import UTC, date, datetime, time, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.booking.alternatives import DAYS_AHEAD, MOST, alternatives
from clinic.booking.change import cell_id
from clinic.booking.schedule import check_bookable, slot, slots_of_day
from clinic.booking.when import to_utc
from clinic.directory import Clinic, load_clinic

Offer = Callable[..., list[str]]

AT_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
A_CLINIC = load_clinic()
NOW = datetime(2026, 12, 28, 6, tzinfo=UTC)
"""A Monday, 11:30 on the clinic's clock."""
FRIDAY, NEXT_FRIDAY = date(2027, 1, 1), date(2027, 1, 8)
EVERY_HALF_HOUR = [time(hour, minute) for hour in range(24) for minute in (0, 30)]


class Book:
    """A book in which these slots are taken."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def __call__(self, doctor_ids: Sequence[str], first: datetime, last: datetime) -> Set[str]:
        return {taken for taken in self._taken if taken.split("_")[0] in doctor_ids}


@pytest.fixture
def offer(small: Clinic) -> Offer:
    """Ask for alternatives, with these slots taken; return them as `doctor day time`."""

    def ask(
        doctors: str,
        near: datetime,
        taken: Iterable[str] = (),
        minutes: int | None = None,
        now: datetime = NOW,
    ) -> list[str]:
        wanted = [small.doctor(doctor) for doctor in doctors.split()]
        offers = alternatives(small, wanted, near, minutes, now, Book(taken))
        return [f"{each.doctor_id} {each.starts_at.astimezone(small.zone):%d %H:%M}" for each in offers]

    return ask


def at(clinic: Clinic, day: date, moment: str) -> datetime:
    return to_utc(day, time.fromisoformat(moment), clinic.zone)


def taken_at(clinic: Clinic, doctor: str, day: date, *moments: str) -> list[str]:
    slots = [slot(clinic.doctor(doctor), at(clinic, day, moment)) for moment in moments]
    return [cell_id(doctor, cell) for each in slots for cell in each.cells]


def whole_day(clinic: Clinic, doctor: str, day: date) -> list[str]:
    slots = slots_of_day(clinic, clinic.doctor(doctor), day)
    return [cell_id(doctor, cell) for each in slots for cell in each.cells]


def test_the_nearest_of_the_day_come_first_earlier_before_later(offer: Offer, small: Clinic) -> None:
    taken = taken_at(small, "mehta", FRIDAY, "10:30")
    assert offer("mehta", at(small, FRIDAY, "10:30"), taken) == [
        "mehta 01 10:00",
        "mehta 01 11:00",
        "mehta 01 09:30",
    ]


def test_an_appointment_half_an_hour_over_blocks_all_it_overlaps(offer: Offer, small: Clinic) -> None:
    taken = taken_at(small, "mehta", FRIDAY, "10:15")
    assert offer("mehta", at(small, FRIDAY, "10:15"), taken) == [
        "mehta 01 09:30",
        "mehta 01 11:00",
        "mehta 01 09:00",
    ]


def test_after_the_day_come_the_days_after_in_order(offer: Offer, small: Clinic) -> None:
    taken = whole_day(small, "mehta", FRIDAY)
    assert offer("mehta", at(small, FRIDAY, "16:00"), taken) == [
        "mehta 02 09:00",
        "mehta 02 09:30",
        "mehta 02 10:00",
    ]


def test_a_day_on_which_nobody_works_leads_to_the_next_that_somebody_does(
    offer: Offer, small: Clinic
) -> None:
    assert offer("mehta", at(small, date(2026, 12, 30), "10:00"))[0] == "mehta 01 09:00"


def test_a_closure_and_leave_are_passed_over(offer: Offer, small: Clinic) -> None:
    offers = offer("mehta", at(small, NEXT_FRIDAY, "10:00"))
    assert offers == ["mehta 09 09:00", "mehta 09 09:30", "mehta 09 10:00"]
    assert offer("mehta", at(small, date(2027, 1, 15), "10:00"))[0] == "mehta 22 09:00"


def test_a_colleague_of_the_department_comes_last(offer: Offer, small: Clinic) -> None:
    near = at(small, FRIDAY, "10:30")
    free = {"mehta_20270109T0330Z"}
    days = [FRIDAY + timedelta(days=number) for number in range(DAYS_AHEAD + 1)]
    taken = {cell for day in days for cell in whole_day(small, "mehta", day)}
    assert offer("mehta", near, taken) == ["rao 01 10:45", "rao 01 10:00", "rao 01 11:30"]
    taken -= free | {"mehta_20270109T0345Z"}
    assert offer("mehta", near, taken) == ["mehta 09 09:00", "rao 01 10:45", "rao 01 10:00"]


def test_who_asks_for_a_department_is_offered_all_its_doctors(offer: Offer, small: Clinic) -> None:
    offers = offer("mehta rao", at(small, FRIDAY, "11:30"), taken_at(small, "rao", FRIDAY, "11:30"))
    assert offers == ["mehta 01 11:30", "mehta 01 11:00", "mehta 01 12:00"]


def test_a_long_appointment_is_offered_only_where_it_fits(offer: Offer, small: Clinic) -> None:
    offers = offer("mehta", at(small, FRIDAY, "16:30"), minutes=120)
    assert offers == ["mehta 01 15:00", "mehta 01 14:30", "mehta 01 14:00"]


def test_who_asks_for_the_past_is_offered_what_is_still_to_come(offer: Offer, small: Clinic) -> None:
    now = at(small, FRIDAY, "14:10")
    offers = offer("mehta", at(small, date(2026, 12, 4), "10:00"), now=now)
    assert offers == ["mehta 01 15:30", "mehta 01 16:00", "mehta 01 16:30"]


def test_who_asks_for_too_far_ahead_is_offered_nothing(offer: Offer, small: Clinic) -> None:
    assert offer("mehta", at(small, date(2028, 1, 7), "10:00")) == []
    assert offer("mehta", at(small, date(9998, 12, 31), "10:00")) == []


def test_a_full_fortnight_leaves_nothing_to_offer(offer: Offer, small: Clinic) -> None:
    days = [FRIDAY + timedelta(days=number) for number in range(DAYS_AHEAD + 1)]
    taken = {cell for day in days for doctor in small.doctors for cell in whole_day(small, doctor.id, day)}
    assert offer("mehta", at(small, FRIDAY, "10:00"), taken) == []


@AT_ANY_PACE
@given(
    day=st.integers(-3, 95),
    moment=st.sampled_from(EVERY_HALF_HOUR),
    minutes=st.sampled_from([None, 15, 45, 90]),
    taken=st.sets(st.integers(0, 16 * 96), max_size=400),
)
def test_whatever_is_asked_for_offers_are_few_free_distinct_and_bookable(
    day: int, moment: time, minutes: int | None, taken: set[int]
) -> None:
    mehta = A_CLINIC.doctor("mehta")
    near = to_utc((NOW + timedelta(days=day)).date(), moment, A_CLINIC.zone)
    start = near.replace(minute=0) - timedelta(days=1)
    book = Book(cell_id("mehta", start + timedelta(minutes=15 * number)) for number in taken)
    offers = alternatives(A_CLINIC, [mehta], near, minutes, NOW, book)
    assert len(offers) <= MOST
    assert len({each.id for each in offers}) == len(offers)
    for each in offers:
        doctor = A_CLINIC.doctor(each.doctor_id)
        check_bookable(A_CLINIC, doctor, each, NOW)
        assert each.is_free(book([each.doctor_id], near, near))
        assert each == slot(doctor, each.starts_at, minutes)


def test_the_book_is_read_no_further_than_the_offers_need(small: Clinic) -> None:
    reads: list[tuple[Sequence[str], int]] = []
    days = [FRIDAY + timedelta(days=number) for number in range(DAYS_AHEAD + 1)]

    def ask(busy: list[date]) -> None:
        reads.clear()
        cells = {cell for day in busy for cell in whole_day(small, "mehta", day)}

        def taken(doctor_ids: Sequence[str], first: datetime, last: datetime) -> Set[str]:
            reads.append((doctor_ids, (last - first).days))
            return cells

        alternatives(small, [small.doctor("mehta")], at(small, FRIDAY, "10:00"), None, NOW, taken)

    ask([])
    assert reads == [(["mehta"], DAYS_AHEAD + 1)]
    ask(days)
    assert reads == [(["mehta"], DAYS_AHEAD + 1), (["rao"], DAYS_AHEAD + 1)]


def test_a_department_of_one_has_no_colleagues_to_offer(small: Clinic) -> None:
    alone = msgspec.structs.replace(small, doctors=(small.doctor("mehta"),))
    days = [FRIDAY + timedelta(days=number) for number in range(DAYS_AHEAD + 1)]
    book = Book(cell for day in days for cell in whole_day(small, "mehta", day))
    assert alternatives(alone, alone.doctors, at(small, FRIDAY, "10:00"), None, NOW, book) == []
