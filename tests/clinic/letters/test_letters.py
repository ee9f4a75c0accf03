"""The letters: in the call's language, for mail programs with and without HTML, with the invitation."""

import email
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.booking.appointment import Appointment, Patient, Waiting
from clinic.directory import Clinic
from clinic.letters import Kind, LetterFileError, Letters
from clinic.letters.samples import samples
from clinic.letters.words import TEMPLATES

AT = datetime(2026, 11, 25, 4, tzinfo=UTC)
START = datetime(2026, 12, 4, 5, tzinfo=UTC)
KINDS: tuple[Kind, ...] = ("confirmation", "change", "cancellation", "reminder", "reminder_soon", "offer")
LANGUAGES = ("en", "hi", "te")
Make = Callable[..., Appointment]
VOID = {"meta", "br", "img", "hr", "link", "input"}


@pytest.fixture
def letters(renova: Clinic) -> Letters:
    return Letters(renova)


def waiting(language: str = "en", name: str = "Asha Rao") -> Waiting:
    patient = Patient(id="asha", name=name, email="asha@example.com", phone="+919812345678")
    return Waiting(
        id="waiting1",
        patient=patient,
        department_id="cardiology",
        doctor_id="",
        first=date(2026, 12, 4),
        last=date(2026, 12, 8),
        since=AT,
        language=language,
        status="offered",
        offered_at=START,
        offered_doctor="mehta",
        offered_until=START - timedelta(hours=20),
    )


def written(letters: Letters, kind: Kind, appointment: Make, **changes: Any) -> EmailMessage:
    """Write a letter, and read it again from the bytes that leave the clinic."""
    if kind == "offer":
        message = letters.about_offer(waiting(**changes), AT)
    else:
        message = letters.about_appointment(kind, appointment(**changes), AT)
    return email.message_from_bytes(message.as_bytes(policy=SMTP), policy=SMTP)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


class Page(HTMLParser):
    """Reads a page whose elements are all closed in order; anything else fails."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data.strip())

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_in_every_language_is_whole(
    letters: Letters, appointment: Make, kind: Kind, language: str
) -> None:
    message = written(letters, kind, appointment, language=language)
    page, text = Page(body(message, "html")), body(message, "plain")
    assert not any(part.defects for part in message.walk())
    assert message["To"] == "asha@example.com"
    assert message["Content-Language"] == language
    assert page.of("html") == [{"lang": language, "dir": "ltr"}]
    for words in (text, " ".join(page.words)):
        for needed in ("Asha Rao", "Dr. Anil Mehta", "Cardiology", "10:30", "2026", "+91 40 0000 0000"):
            assert needed in words
        assert "{{" not in words
        assert "None" not in words
    assert "2026" in str(message["Subject"]) or "10:30" in str(message["Subject"])


def test_the_date_and_the_time_are_said_as_the_language_writes_them(
    letters: Letters, appointment: Make
) -> None:
    said = {
        "en": ("Friday, 4 December 2026", "10:30 AM"),
        "hi": ("शुक्रवार, 4 दिसंबर 2026", "सुबह 10:30 बजे"),
        "te": ("శుక్రవారం, 4 డిసెంబర్ 2026", "ఉదయం 10:30 గంటలకు"),
    }
    for language, (day, moment) in said.items():
        text = body(written(letters, "confirmation", appointment, language=language), "plain")
        assert day in text
        assert moment in text


@pytest.mark.parametrize(
    ("hour", "said"),
    [(0, "12:30 AM"), (3, "3:30 AM"), (11, "11:30 AM"), (12, "12:30 PM"), (16, "4:30 PM"), (23, "11:30 PM")],
)
def test_every_hour_is_said_right(letters: Letters, appointment: Make, hour: int, said: str) -> None:
    start = START + timedelta(hours=hour - 10)
    message = written(letters, "confirmation", appointment, starts_at=start, ends_at=start)
    assert f"at {said}." in body(message, "plain")


def test_a_language_that_the_clinic_does_not_speak_gets_the_clinics_first(
    letters: Letters, appointment: Make
) -> None:
    assert written(letters, "change", appointment, language="fr")["Content-Language"] == "en"


def test_the_page_is_read_well_by_a_screen_reader_on_a_phone_and_in_the_dark(
    letters: Letters, appointment: Make
) -> None:
    html = body(written(letters, "confirmation", appointment), "html")
    page = Page(html)
    assert len(page.of("h1")) == 1
    assert len(page.of("title")) == 1
    layout = [each for each in page.of("table") if each.get("class") != "details"]
    assert all(each.get("role") == "presentation" for each in layout)
    assert all(each.get("scope") == "row" for each in page.of("th"))
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.of("meta")
    assert "prefers-color-scheme: dark" in html
    assert [each["href"] for each in page.of("a")] == ["tel:+914000000000"]
    assert "http" not in html.replace("<!doctype html>", "")


@pytest.mark.parametrize(
    "name", ['<script>alert("x")</script>', "O'Brien & <b>Sons</b>", "{{ clinic.phone }}{% x %}"]
)
def test_a_name_is_never_markup_and_never_a_template(letters: Letters, appointment: Make, name: str) -> None:
    for message in (
        written(letters, "confirmation", appointment, patient_name=name),
        written(letters, "offer", appointment, name=name),
    ):
        page = Page(body(message, "html"))
        assert page.of("script") == page.of("b") == []
        assert name in " ".join(page.words)
        assert name in body(message, "plain")


@given(name=st.text(min_size=1, max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_no_name_adds_a_header_or_a_line(letters: Letters, appointment: Make, name: str) -> None:
    plain = letters.about_appointment("confirmation", appointment(), AT)
    try:
        message = letters.about_appointment("confirmation", appointment(patient_name=name), AT)
        raw = message.as_bytes(policy=SMTP)
    except UnicodeEncodeError:
        # A lone surrogate is no text; `read_name` takes them out.
        return
    read = email.message_from_bytes(raw, policy=SMTP)
    assert sorted(read.keys()) == sorted(plain.keys())


@pytest.mark.parametrize(
    "address",
    [
        "a@example.com\r\nBcc: all@example.com",
        "a@example.com\nX: y",
        "a@example.com, b@example.com",
        "no address",
    ],
)
def test_an_address_that_could_be_more_is_refused(letters: Letters, appointment: Make, address: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        letters.about_appointment("confirmation", appointment(email=address), AT)


def test_the_invitation_is_an_alternative_and_a_file(letters: Letters, appointment: Make) -> None:
    message = written(letters, "change", appointment, sequence=3)
    (alternative,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    (file,) = message.iter_attachments()
    assert alternative.get_param("method") == "REQUEST"
    assert (file.get_filename(), file.get_content_type()) == ("appointment.ics", "application/ics")
    assert file.get_content().decode() == alternative.get_content()
    assert "SEQUENCE:3\r\n" in file.get_content().decode()
    assert "UID:abc123@renova\r\n" in file.get_content().decode()


def test_a_cancellation_takes_the_event_out_and_reminders_and_offers_bring_none(
    letters: Letters, appointment: Make
) -> None:
    cancelled = written(letters, "cancellation", appointment)
    (file,) = cancelled.iter_attachments()
    assert b"METHOD:CANCEL\r\n" in file.get_content()
    for kind in ("reminder", "reminder_soon", "offer"):
        assert not list(written(letters, kind, appointment).iter_attachments())


def test_the_same_letter_has_the_same_id_and_another_another(letters: Letters, appointment: Make) -> None:
    ids = [
        letters.about_appointment("change", appointment(), AT, key)["Message-ID"] for key in ("a", "a", "b/ä")
    ]
    assert ids[0] == ids[1] != ids[2]
    assert ids[2] == "<change.b--@clinic.example.com>"


# A clinic's own files


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path


def test_a_clinic_changes_one_sentence_and_keeps_the_rest(
    renova: Clinic, own: Path, appointment: Make
) -> None:
    (own / "en.toml").write_text('[confirmation]\nmore = ["Parking is behind {{ clinic.name }}."]\n')
    message = written(Letters(renova, own), "confirmation", appointment)
    assert "Parking is behind Renova Hospitals." in body(message, "plain")
    assert "bring your earlier reports" not in body(message, "plain")
    assert message["Subject"] == "Your appointment on Friday, 4 December 2026 at Renova Hospitals"


def test_a_clinic_changes_the_design(renova: Clinic, own: Path, appointment: Make) -> None:
    (own / "letter.html").write_text("<p>{{ title }}: {{ patient }}</p>")
    message = written(Letters(renova, own), "change", appointment, patient_name="<b>")
    assert body(message, "html").strip() == "<p>Your appointment has moved: &lt;b&gt;</p>"
    assert "You now see" in body(message, "plain")


def test_a_clinic_adds_a_language(renova: Clinic, own: Path, appointment: Make) -> None:
    arabic = (TEMPLATES / "en.toml").read_text(encoding="utf-8").replace('"ltr"', '"rtl"')
    (own / "ar.toml").write_text(arabic, encoding="utf-8")
    clinic = msgspec.structs.replace(renova, languages=("en", "ar"))
    message = written(Letters(clinic, own), "reminder", appointment, language="ar")
    assert Page(body(message, "html")).of("html") == [{"lang": "ar", "dir": "rtl"}]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("en.toml", "[confirmation]\ntitel = 'x'", r"en.toml: confirmation: .*unknown field `titel`"),
        ("en.toml", "months = ['January']", r"en.toml: months: .*length"),
        ("en.toml", "direction = 'up'", r"en.toml: direction: Invalid enum value"),
        ("en.toml", "[confirmation", r"en.toml: TOML: .*table declaration"),
        (
            "en.toml",
            "[confirmation]\nnews = '{{ pateint }}'",
            r"en.toml: confirmation.news: 'pateint' is undefined",
        ),
        (
            "en.toml",
            "[confirmation]\nmore = ['{% if %}']",
            r"en.toml: confirmation.more: Expected an expression",
        ),
        ("letter.html", "<p>\n{{ nobody }}", r"letter.html: template: 'nobody' is undefined"),
        ("letter.txt", "a\n{% for %}", r"letter.txt: line 2: "),
    ],
)
def test_a_broken_file_is_said_with_its_place_and_reason(
    renova: Clinic, own: Path, appointment: Make, file: str, text: str, said: str
) -> None:
    (own / file).write_text(text)
    with pytest.raises(LetterFileError, match=said):
        list(samples(Letters(renova, own), renova))


def test_a_missing_folder_or_language_is_said(renova: Clinic, own: Path) -> None:
    french = msgspec.structs.replace(renova, languages=("en", "fr"))
    with pytest.raises(LetterFileError, match="is not there"):
        Letters(renova, own / "none")
    with pytest.raises(LetterFileError, match="no words in 'fr'"):
        list(samples(Letters(french), french))


def test_there_is_a_sample_of_every_letter_in_every_language(letters: Letters, renova: Clinic) -> None:
    names = {name for name, _ in samples(letters, renova)}
    assert names == {f"{language}-{kind}" for language in LANGUAGES for kind in KINDS}


def test_the_samples_are_written_to_look_at(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "clinic.letters", str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "18 letters" in ran.stdout
    assert len(list(tmp_path.glob("*.html"))) == 18
    assert "अपॉइंटमेंट" in (tmp_path / "hi-change.txt").read_text(encoding="utf-8")


def test_a_broken_file_ends_the_command_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "te.toml").write_text("greeting = '{{ name }}'")
    ran = subprocess.run(
        [sys.executable, "-m", "clinic.letters", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        env={**os.environ, "LETTERS_FOLDER": str(tmp_path)},
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (2, "te.toml: greeting: 'name' is undefined\n")
