"""Writes the clinic's letters: HTML, plain text and an invitation, in the language of the call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

import phonenumbers
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    select_autoescape,
)
from jinja2.exceptions import TemplateSyntaxError

from clinic.booking.appointment import Appointment, Waiting
from clinic.directory import Clinic
from clinic.letters.invitation import Invitation, Method, icalendar
from clinic.letters.words import TEMPLATES, Kind, LetterFileError, Words, load_words

_PART_BEGINS = (4, 12, 16, 20)
"""Hours at which morning, afternoon, evening and night begin; before the first it is after midnight."""


class Letters:
    """The letters of one clinic. A file in `folder` stands in for the default one of its name."""

    def __init__(self, clinic: Clinic, folder: Path | None = None) -> None:
        """Raises LetterFileError where the folder is none."""
        if folder is not None and not folder.is_dir():
            raise LetterFileError(str(folder), "folder", "is not there")
        self._clinic, self._folder = clinic, folder
        self._templates = Environment(
            loader=ChoiceLoader([FileSystemLoader(each) for each in (folder, TEMPLATES) if each]),
            autoescape=select_autoescape(["html"], default_for_string=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            keep_trailing_newline=True,
        )
        self._words = cache(lambda language: load_words(language, folder))
        self._text = cache(self._templates.from_string)

    def about_appointment(
        self, kind: Kind, appointment: Appointment, at: datetime, key: str = ""
    ) -> EmailMessage:
        """Return the letter about an appointment as it stands.

        `at` is when what it tells happened, `key` what makes the letter the same letter.
        Raises LetterFileError, and ValueError where the address could be more than one header.
        """
        language = self._language(appointment.language)
        values = {
            **self._values(language, appointment.patient_name, appointment.starts_at),
            "doctor": self._clinic.name_of_doctor(appointment.doctor_id),
            "department": self._clinic.name_of_department(appointment.department_id),
            "reference": appointment.id,
        }
        message = self._letter(kind, language, values)
        if kind in ("confirmation", "change", "cancellation"):
            method: Method = "CANCEL" if kind == "cancellation" else "REQUEST"
            self._invite(message, method, appointment, values, at)
        return self._addressed(message, language, appointment.email, at, f"{kind}.{key or appointment.id}")

    def about_offer(self, waiting: Waiting, at: datetime, key: str = "") -> EmailMessage:
        """Return the letter that offers a slot to a waiting patient; ValueError where none is offered."""
        if waiting.offered_at is None or waiting.offered_until is None:
            raise ValueError(f"nothing was offered to {waiting.id}")
        language = self._language(waiting.language)
        until = self._when(language, waiting.offered_until)
        values = {
            **self._values(language, waiting.patient.name, waiting.offered_at),
            "doctor": self._clinic.name_of_doctor(waiting.offered_doctor),
            "department": self._clinic.name_of_department(waiting.department_id),
            "reference": waiting.id,
            "until_date": until["date"],
            "until_time": until["time"],
        }
        message = self._letter("offer", language, values)
        return self._addressed(message, language, waiting.patient.email, at, f"offer.{key or waiting.id}")

    def _language(self, language: str) -> str:
        """Return the language of a letter: the clinic's first, where the clinic does not speak that one."""
        return language if language in self._clinic.languages else self._clinic.language

    def _values(self, language: str, patient: str, starts_at: datetime) -> dict[str, Any]:
        return {"clinic": self._clinic, "patient": patient, **self._when(language, starts_at)}

    def _when(self, language: str, instant: datetime) -> dict[str, str]:
        words, local = self._words(language), instant.astimezone(self._clinic.zone)
        part = sum(local.hour >= begins for begins in _PART_BEGINS) - 1
        values = {
            "weekday": words.weekdays[local.weekday()],
            "day": local.day,
            "month": words.months[local.month - 1],
            "year": local.year,
            "hour": local.hour % 12 or 12,
            "hour24": f"{local.hour:02}",
            "minute": f"{local.minute:02}",
            "part_of_day": words.parts_of_day[part],
        }
        return {name: self._said(language, name, getattr(words, name), values) for name in ("date", "time")}

    def _letter(self, kind: Kind, language: str, values: Mapping[str, Any]) -> EmailMessage:
        words = self._words(language)
        said = getattr(words, kind)
        written = {
            **values,
            "kind": kind,
            "language": language,
            "words": words,
            "phone": _spaced(self._clinic.phone),
            "greeting": self._said(language, "greeting", words.greeting, values),
            "more": [self._said(language, f"{kind}.more", line, values) for line in said.more],
            "details": _details(words, values, self._clinic),
        }
        for name in ("subject", "title", "news"):
            written[name] = self._said(language, f"{kind}.{name}", getattr(said, name), values)
        message = EmailMessage()
        message.set_content(self._filled("letter.txt", written), cte="quoted-printable")
        message.add_alternative(self._filled("letter.html", written), subtype="html", cte="quoted-printable")
        message["Subject"] = written["subject"]
        return message

    def _addressed(
        self, message: EmailMessage, language: str, to: str, at: datetime, name: str
    ) -> EmailMessage:
        """Write the envelope; last, for adding a part moves what is said of the content into the first."""
        sender = self._clinic.sender
        message["From"] = Address(self._clinic.name, addr_spec=sender)
        message["To"] = Address(addr_spec=to)
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{re.sub('[^A-Za-z0-9._-]', '-', name)}@{sender.partition('@')[2]}>"
        message["Content-Language"] = language
        # No automatic reply should come back (RFC 3834, section 5).
        message["Auto-Submitted"] = "auto-generated"
        return message

    def _invite(
        self,
        message: EmailMessage,
        method: Method,
        appointment: Appointment,
        values: Mapping[str, Any],
        at: datetime,
    ) -> None:
        event = Invitation(
            method=method,
            uid=f"{appointment.id}@{self._clinic.id}",
            sequence=appointment.sequence,
            written_at=at,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            summary=f"{values['doctor']}, {self._clinic.name}",
            location=self._clinic.address or self._clinic.name,
            description=f"{values['department']}\n{_spaced(self._clinic.phone)}\n{appointment.id}",
            organizer_name=self._clinic.name,
            organizer=self._clinic.sender,
            attendee_name=appointment.patient_name,
            attendee=appointment.email,
        )
        body = icalendar(event)
        # As an alternative, mail programs offer it to the calendar; as a file, everybody else can open it.
        # Given as bytes, for its lines must stay CRLF.
        params = {"method": method, "charset": "utf-8"}
        message.add_alternative(body, maintype="text", subtype="calendar", params=params)
        message.add_attachment(body, maintype="application", subtype="ics", filename="appointment.ics")

    def _said(self, language: str, key: str, text: str, values: Mapping[str, Any]) -> str:
        """Fill in one text: one line, whatever is in the values."""
        try:
            return " ".join(self._text(text).render(values).split())
        except TemplateError as error:
            raise LetterFileError(f"{language}.toml", key, str(error)) from error

    def _filled(self, name: str, values: Mapping[str, Any]) -> str:
        try:
            return self._templates.get_template(name).render(values)
        except TemplateSyntaxError as error:
            raise LetterFileError(name, f"line {error.lineno}", str(error)) from error
        except TemplateError as error:
            raise LetterFileError(name, "template", str(error)) from error


def _details(words: Words, values: Mapping[str, Any], clinic: Clinic) -> list[tuple[str, str]]:
    labels = words.labels
    rows = [
        (labels.date, values["date"]),
        (labels.time, values["time"]),
        (labels.doctor, values["doctor"]),
        (labels.department, values["department"]),
        (labels.patient, values["patient"]),
        (labels.place, clinic.address),
    ]
    if "until_date" in values:
        rows.append((labels.until, f"{values['until_date']}, {values['until_time']}"))
    return [(label, value) for label, value in rows if value]


def _spaced(phone: str) -> str:
    number = phonenumbers.parse(phone)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
