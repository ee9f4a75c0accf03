"""Dates and times: a caller's, the clinic's, and UTC; in words, too."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.booking.natural import spoken, spoken_day, spoken_time
from clinic.booking.refusals import NotUnderstood
from clinic.booking.when import day_bounds, opening_time, read_date, read_time, to_utc, written_time

AT_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The table of all characters is built at the first draw of a fresh clone, which takes a second."""

KOLKATA = ZoneInfo("Asia/Kolkata")
NEW_YORK = ZoneInfo("America/New_York")
SPRING, AUTUMN = date(2027, 3, 14), date(2027, 11, 7)
MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-04", date(2026, 12, 4)),
        (" 2026-12-04 ", date(2026, 12, 4)),
        ("2028-02-29", date(2028, 2, 29)),
        ("1966-01-01", date(1966, 1, 1)),
    ],
)
def test_a_date_is_read(text: str, day: date) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-13-01",
        "2026-02-30",
        "2027-02-29",
        "2100-02-29",
        "04-12-2026",
        "2026-12-04T10:00",
        "x" * 10_000,
    ],
)
def test_a_date_that_is_none_is_asked_for_again(text: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read_date(text)
    assert (refusal.value.reason_code, refusal.value.retryable) == ("invalid_appointment_date", True)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_asked_for_again(text: str) -> None:
    with pytest.raises(NotUnderstood):
        read_date(text)


@pytest.mark.parametrize("text", ["0002-01-01", "9998-12-31"])
@pytest.mark.parametrize("zone", [KOLKATA, NEW_YORK])
def test_every_date_that_is_read_has_an_instant_and_a_fortnight_after_it(text: str, zone: ZoneInfo) -> None:
    assert to_utc(read_date(text), time(12), zone) + timedelta(days=16)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("10:30 AM", time(10, 30)),
        ("10:30 PM", time(22, 30)),
        ("12:00 AM", time(0)),
        ("12:00 PM", time(12)),
        ("12:01 am", time(0, 1)),
        ("12:59 pm", time(12, 59)),
        ("1:05 p.m.", time(13, 5)),
        ("09.15 a. m.", time(9, 15)),
        ("9pm", time(21)),
        ("9 p", time(21)),
        ("00:00", time(0)),
        ("14:30", time(14, 30)),
        ("23:59", time(23, 59)),
        ("9", time(9)),
    ],
)
def test_a_time_is_read_in_twelve_or_twenty_four_hours(text: str, moment: time) -> None:
    assert read_time(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "noonish",
        "24:00",
        "10:60",
        "13:00 PM",
        "0:30 AM",
        "10:3",
        "1030",
        "10:30:00",
        "-1:00",
        "10:30m",
        "10:30 XM",
        "9" * 10_000,
    ],
)
def test_a_time_that_is_none_is_asked_for_again(text: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read_time(text)
    assert refusal.value.reason_code == "invalid_appointment_time"


@AT_ANY_PACE
@given(MINUTES)
def test_what_is_written_is_read_as_the_same_time(moment: time) -> None:
    assert read_time(written_time(moment)) == moment


@AT_ANY_PACE
@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), MINUTES)
def test_the_clock_of_kolkata_is_always_five_and_a_half_hours_ahead(day: date, moment: time) -> None:
    local = datetime.combine(day, moment, tzinfo=UTC)
    assert to_utc(day, moment, KOLKATA) == local - timedelta(hours=5, minutes=30)


def test_each_side_of_a_clock_change_has_its_own_offset() -> None:
    assert to_utc(SPRING, time(1, 45), NEW_YORK) == datetime(2027, 3, 14, 6, 45, tzinfo=UTC)
    assert to_utc(SPRING, time(3), NEW_YORK) == datetime(2027, 3, 14, 7, tzinfo=UTC)
    assert to_utc(AUTUMN, time(0, 45), NEW_YORK) == datetime(2027, 11, 7, 4, 45, tzinfo=UTC)
    assert to_utc(AUTUMN, time(2), NEW_YORK) == datetime(2027, 11, 7, 7, tzinfo=UTC)


@pytest.mark.parametrize("minute", [0, 15, 59])
def test_a_time_that_the_clock_skips_is_asked_for_again(minute: int) -> None:
    with pytest.raises(NotUnderstood, match="invalid_appointment_time"):
        to_utc(SPRING, time(2, minute), NEW_YORK)


def test_in_the_repeated_hour_the_first_pass_is_meant() -> None:
    assert to_utc(AUTUMN, time(1, 30), NEW_YORK) == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)


def test_who_opens_at_a_skipped_time_opens_as_much_after_the_skip() -> None:
    opens = opening_time(SPRING, time(2, 30), NEW_YORK)
    assert opens.astimezone(NEW_YORK).time() == time(3, 30)


@AT_ANY_PACE
@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), MINUTES, st.sampled_from([KOLKATA, NEW_YORK]))
def test_an_instant_shows_the_time_it_was_made_from(day: date, moment: time, zone: ZoneInfo) -> None:
    try:
        local = to_utc(day, moment, zone).astimezone(zone)
    except NotUnderstood:
        assert (zone, moment.hour) == (NEW_YORK, 2)
        return
    assert (local.date(), local.time()) == (day, moment)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [(SPRING, NEW_YORK, 23), (AUTUMN, NEW_YORK, 25), (SPRING, KOLKATA, 24), (date(2028, 2, 29), KOLKATA, 24)],
)
def test_a_day_lasts_as_long_as_its_clock_says(day: date, zone: ZoneInfo, hours: int) -> None:
    first, last = day_bounds(day, zone)
    assert last - first == timedelta(hours=hours)
    assert (first.astimezone(zone).date(), first.tzinfo) == (day, UTC)


@pytest.mark.parametrize(
    ("number", "ordinal"),
    [
        (1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (10, "10th"), (11, "11th"), (12, "12th"),
        (13, "13th"), (20, "20th"), (21, "21st"), (22, "22nd"), (23, "23rd"), (24, "24th"),
        (30, "30th"), (31, "31st"),
    ],
)  # fmt: skip
def test_a_day_of_the_month_is_said_with_its_ordinal(number: int, ordinal: str) -> None:
    assert spoken_day(date(2026, 12, number)).endswith(f" the {ordinal} of December")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (time(0), "midnight"),
        (time(0, 30), "half past twelve in the morning"),
        (time(9), "nine o'clock in the morning"),
        (time(10, 15), "quarter past ten in the morning"),
        (time(10, 30), "half past ten in the morning"),
        (time(11, 45), "quarter to twelve in the morning"),
        (time(12), "twelve noon"),
        (time(12, 45), "quarter to one in the afternoon"),
        (time(16, 45), "quarter to five in the afternoon"),
        (time(17), "five o'clock in the evening"),
        (time(23, 45), "quarter to twelve in the evening"),
        (time(10, 5), "ten 05 in the morning"),
    ],
)
def test_a_time_is_said_in_words(moment: time, words: str) -> None:
    assert spoken_time(moment) == words


def test_an_instant_is_said_on_the_clinics_clock() -> None:
    instant = datetime(2026, 12, 4, 5, tzinfo=UTC)
    assert spoken(instant, KOLKATA) == "Friday the 4th of December at half past ten in the morning"
    assert spoken(instant, NEW_YORK) == "Friday the 4th of December at midnight"


@pytest.mark.parametrize(
    ("moment", "text"),
    [(time(0), "12:00 AM"), (time(9, 5), "09:05 AM"), (time(12), "12:00 PM"), (time(23, 45), "11:45 PM")],
)
def test_a_time_is_written_as_tools_are_called_with_it(moment: time, text: str) -> None:
    assert written_time(moment) == text
