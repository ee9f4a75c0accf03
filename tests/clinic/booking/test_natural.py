"""Days and times are said as people of each language say them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.booking.natural import day_in, instant_in, spoken

ZONE = ZoneInfo("Asia/Kolkata")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Tuesday the 24th of November at ten o'clock in the morning"),
        ("hi", "मंगलवार, 24 नवंबर को सुबह दस बजे"),
        ("te", "మంగళవారం, నవంబర్ 24న ఉదయం పది గంటలకు"),
        ("ta", "Tuesday the 24th of November at ten o'clock in the morning"),
    ],
)
def test_ten_in_the_morning(language: str, said: str) -> None:
    assert instant_in(language, at(10)) == said


@pytest.mark.parametrize(
    ("hour", "minute", "clock"),
    [
        (9, 15, "सुबह सवा नौ बजे"),
        (10, 30, "सुबह साढ़े दस बजे"),
        (10, 45, "सुबह पौने ग्यारह बजे"),
        (12, 0, "दोपहर बारह बजे"),
        (12, 45, "दोपहर पौने एक बजे"),
        (13, 30, "दोपहर डेढ़ बजे"),
        (14, 30, "दोपहर ढाई बजे"),
        (17, 20, "शाम पाँच बजकर 20 मिनट पर"),
        (21, 0, "रात नौ बजे"),
        (0, 0, "रात बारह बजे"),
    ],
)
def test_hindi_has_words_for_quarters_and_halves(hour: int, minute: int, clock: str) -> None:
    assert instant_in("hi", at(hour, minute)) == f"मंगलवार, 24 नवंबर को {clock}"


@pytest.mark.parametrize(
    ("hour", "minute", "clock"),
    [
        (9, 15, "ఉదయం తొమ్మిది గంటల పదిహేను నిమిషాలకు"),
        (10, 30, "ఉదయం పదిన్నరకు"),
        (10, 45, "ఉదయం పది గంటల నలభై ఐదు నిమిషాలకు"),
        (13, 0, "మధ్యాహ్నం ఒంటి గంటకు"),
        (13, 15, "మధ్యాహ్నం ఒంటి గంట పదిహేను నిమిషాలకు"),
        (13, 30, "మధ్యాహ్నం ఒకటిన్నరకు"),
        (17, 20, "సాయంత్రం ఐదు గంటల 20 నిమిషాలకు"),
        (21, 0, "రాత్రి తొమ్మిది గంటలకు"),
    ],
)
def test_telugu_has_words_for_halves(hour: int, minute: int, clock: str) -> None:
    assert instant_in("te", at(hour, minute)) == f"మంగళవారం, నవంబర్ 24న {clock}"


@pytest.mark.parametrize("language", ["en", "hi", "te"])
def test_no_two_quarters_of_a_week_are_said_alike(language: str) -> None:
    quarters = [at(0) + timedelta(minutes=15 * number) for number in range(7 * 24 * 4)]
    assert len({instant_in(language, each) for each in quarters}) == len(quarters)


@pytest.mark.parametrize("language", ["en", "hi", "te"])
def test_no_two_days_of_a_year_are_said_alike(language: str) -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    assert len({day_in(language, each) for each in days}) == len(days)


def test_english_is_what_it_was() -> None:
    instant = datetime(2026, 12, 4, 5, 0, tzinfo=UTC)
    assert instant_in("en", instant.astimezone(ZONE)) == spoken(instant, ZONE)
