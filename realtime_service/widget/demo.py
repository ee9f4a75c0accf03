"""The demo page: departments, doctors and hours as the clinic's directory has them, and the embed."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from datetime import date, time
from itertools import groupby
from string import Template

import phonenumbers

from clinic.directory import Clinic, Closure, Department, Doctor, Span
from clinic.directory.clinic import WEEKDAYS, Weekday
from realtime_service.widget.files import HERE

_LANGUAGES = {"en": "English", "hi": "हिन्दी", "te": "తెలుగు"}
_PAGE = Template((HERE / "demo" / "page.html").read_text(encoding="utf-8"))
_DEPARTMENT = Template((HERE / "demo" / "department.html").read_text(encoding="utf-8"))
_MOST_CLOSURES = 4


def demo_page(clinic: Clinic, today: date) -> bytes:
    """Return the page as HTML; whatever the clinic's file says is escaped."""
    return _PAGE.substitute(
        clinic=html.escape(clinic.name),
        clinic_id=html.escape(clinic.id),
        phone=html.escape(clinic.phone),
        phone_shown=html.escape(shown(clinic.phone)),
        languages=html.escape(_listed([_LANGUAGES.get(each, each) for each in clinic.languages])),
        doctor_count=len(clinic.doctors),
        department_count=len(clinic.departments),
        language_count=len(clinic.languages),
        departments="".join(_department(clinic, each) for each in clinic.departments),
        closures="".join(_closure(each) for each in _coming(clinic, today)),
    ).encode()


def shown(phone: str) -> str:
    """Return an E.164 number as people write it in other countries: `+91 40 0000 0000`."""
    number = phonenumbers.parse(phone)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _department(clinic: Clinic, department: Department) -> str:
    return _DEPARTMENT.substitute(
        id=html.escape(department.id),
        name=html.escape(department.name),
        also=html.escape(_listed(department.also_called[:2])),
        doctors="".join(_doctor(doctor) for doctor in clinic.doctors_of(department.id)),
    )


def _doctor(doctor: Doctor) -> str:
    hours = "".join(
        f"<div><dt>{days}</dt><dd>{''.join(f'<span>{each}</span>' for each in times)}</dd></div>"
        for days, times in weekly_hours(doctor)
    )
    return f'<li><h4>{html.escape(doctor.name)}</h4><dl class="hours">{hours}</dl></li>'


def weekly_hours(doctor: Doctor) -> Iterator[tuple[str, list[str]]]:
    """Yield the days that have the same hours, and those hours: `Mon-Fri`, `9:00 am-1:00 pm`."""
    groups: dict[tuple[Span, ...], list[int]] = {}
    for number, day in enumerate(WEEKDAYS):
        if spans := doctor.hours.get(day):
            groups.setdefault(spans, []).append(number)
    for spans, days in groups.items():
        yield _days(days), [f"{_clock(span.opens)}–{_clock(span.closes)}" for span in spans]


def _days(numbers: Sequence[int]) -> str:
    """Return weekdays as people write them: those in a row as a range."""
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(numbers), lambda each: each[1] - each[0])
    ]
    return ", ".join(
        _short(run[0]) if len(run) == 1 else f"{_short(run[0])}–{_short(run[-1])}" for run in runs
    )


def _short(number: int) -> str:
    day: Weekday = WEEKDAYS[number]
    return day[:3].capitalize()


def _clock(moment: time) -> str:
    return f"{moment.hour % 12 or 12}:{moment.minute:02} {'am' if moment.hour < 12 else 'pm'}"


def _coming(clinic: Clinic, today: date) -> list[Closure]:
    coming = [each for each in clinic.closures if not each.doctor and (each.last or each.first) >= today]
    return sorted(coming, key=lambda each: each.first)[:_MOST_CLOSURES]


def _closure(closure: Closure) -> str:
    return (
        f'<li><time datetime="{closure.first.isoformat()}">{closure.first:%d %B %Y}</time>'
        f"<span>{html.escape(closure.name)}</span></li>"
    )


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
