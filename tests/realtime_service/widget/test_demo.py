"""The demo page says what the clinic's directory says."""

from datetime import date, time

import msgspec
import pytest

from clinic.directory import Doctor, Span, load_clinic
from realtime_service.widget.demo import demo_page, shown, weekly_hours

CLINIC = load_clinic()
TODAY = date(2026, 11, 24)
MORNING, AFTERNOON = Span(time(9), time(13)), Span(time(14), time(17, 30))


def hours(**days: tuple[Span, ...]) -> list[tuple[str, list[str]]]:
    return list(weekly_hours(Doctor("d", "Dr. D", ("x",), days)))  # type: ignore[arg-type]


def test_every_department_and_every_doctor_is_there() -> None:
    page = demo_page(CLINIC, TODAY).decode()
    names = [each.name for each in CLINIC.departments] + [each.name for each in CLINIC.doctors]
    assert [name for name in names if name not in page] == []


def test_days_with_the_same_hours_are_one_line() -> None:
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "friday"), (MORNING, AFTERNOON))
    assert hours(**week, saturday=(MORNING,)) == [
        ("Mon–Wed, Fri", ["9:00 am–1:00 pm", "2:00 pm–5:30 pm"]),
        ("Sat", ["9:00 am–1:00 pm"]),
    ]


def test_noon_and_midnight_are_twelve() -> None:
    assert hours(sunday=(Span(time(0), time(12)),)) == [("Sun", ["12:00 am–12:00 pm"])]


def test_only_closures_to_come_are_shown() -> None:
    page = demo_page(CLINIC, date(2027, 1, 10)).decode()
    assert "Republic Day" in page
    assert "Christmas Day" not in page


def test_what_the_clinics_file_says_is_text_not_markup() -> None:
    named = msgspec.structs.replace(CLINIC, name="<b>Bones & Sons</b>")
    page = demo_page(named, TODAY).decode()
    assert "<b>" not in page
    assert "&lt;b&gt;Bones &amp; Sons&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("phone", "written"), [("+914000000000", "+91 40 0000 0000"), ("+442071838750", "+44 20 7183 8750")]
)
def test_a_number_is_written_as_people_write_it(phone: str, written: str) -> None:
    assert shown(phone) == written
