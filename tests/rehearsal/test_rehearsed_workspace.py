"""The Workspace of a clinic remembers what it held, and its settings let the clinic in."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from clinic.adapters.cloud import calendar, mailer, register
from clinic.booking.mirror import CalendarEvent, Place
from clinic.contracts.sheets import PATIENTS
from clinic.directory import load_clinic
from clinic.settings import Settings, load_settings
from rehearsal.rehearsed_workspace import rehearsed_workspace, settings_for

TEN = datetime(2027, 1, 8, 4, 30, tzinfo=UTC)
ASHA = {"phone": "+919812345678", "name": "Asha Rao"}


@pytest.fixture
def mail() -> EmailMessage:
    message = EmailMessage()
    message["To"], message["Subject"] = "asha@example.com", "Your appointment"
    message.set_content("See you on Friday.\n")
    return message


def test_what_it_held_is_there_after_a_restart(tmp_path: Path, mail: EmailMessage) -> None:
    file = tmp_path / "workspace.json"

    def settings(environment: dict[str, str]) -> Settings:
        return load_settings({**environment, "LOCAL_DATA": str(tmp_path)})

    with rehearsed_workspace(load_clinic(), file=file).serve_in_thread() as server:
        here = settings(settings_for(server))
        mailer.open_port(here).send(mail, key="confirmation-1")
        register.open_port(here).put(PATIENTS, ASHA)
        place = Place("mehta", TEN, TEN.replace(hour=5))
        event = CalendarEvent(appointment_id="abcde0", place=place, title="Asha Rao", details="")
        calendar.open_port(here).put(event)
    with rehearsed_workspace(load_clinic(), file=file).serve_in_thread() as server:
        here = settings(settings_for(server))
        (found,) = calendar.open_port(here).mirrored("mehta", TEN)
        assert (found.appointment_id, found.place) == ("abcde0", place)
        assert register.open_port(here).find(PATIENTS, "phone", ASHA["phone"])[0]["name"] == "Asha Rao"
        mailer.open_port(here).send(mail, key="confirmation-1")
        (sent,) = server.workspace.mailbox.sent
    assert sent.message["Subject"] == "Your appointment"


def test_a_taken_port_is_said() -> None:
    with (
        rehearsed_workspace(load_clinic()).serve_in_thread() as server,
        pytest.raises(OSError, match="in use"),
    ):
        rehearsed_workspace(load_clinic(), port=int(server.url.rpartition(":")[2]))
