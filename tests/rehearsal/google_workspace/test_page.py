"""The staff's view: what is on the page, and that nothing on it runs."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from rehearsal.google_workspace.discovery import Asked, find_method, methods
from rehearsal.google_workspace.mailboxes import Mail
from rehearsal.google_workspace.workspace import Workspace

SCRIPT = "<script>alert(1)</script>"
Get = Callable[[str], tuple[int, str]]


def insert(workspace: Workspace, **fields: object) -> None:
    method, path = find_method("POST", "/calendar/v3/calendars/mehta%40example.com/events")
    day = {"start": {"dateTime": "2026-12-04T05:00:00Z"}, "end": {"dateTime": "2026-12-04T05:30:00Z"}}
    workspace.routes[method.id](Asked(method, path, {}, {**day, **fields}))


@pytest.fixture
def mailed(workspace: Workspace) -> Mail:
    message = EmailMessage()
    message["To"], message["Subject"] = "asha.rao@example.com", f"Yours {SCRIPT}"
    message.set_content("Tomorrow.")
    message.add_alternative(f"<p>Tomorrow{SCRIPT}</p>", subtype="html")
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="appointment.ics")
    workspace.mailbox._deliver(message.as_bytes())
    return workspace.mailbox.sent[0]


def test_the_page_shows_calendars_mails_and_sheets(workspace: Workspace, get: Get, mailed: Mail) -> None:
    insert(workspace, summary="Asha Rao", extendedProperties={"private": {"clinic": "renova"}})
    grid = workspace.spreadsheets.sheets["sheet-1"][0]
    grid.title, grid.rows = "Patients", [["phone", "name"], ["+919812345678", "Asha Rao"]]
    status, page = get("/")
    assert status == 200
    for words in (
        "mehta@example.com",
        "Friday, 04 December 2026",
        "<b>10:30–11:00</b> Asha Rao",
        'class="event ours"',
        "asha.rao@example.com",
        "appointment.ics",
        "Sheet: Patients",
        "<td>+919812345678</td>",
    ):
        assert words in page
    assert get(f"/mails/{mailed.id}")[1].encode() == mailed.raw
    assert get("/mails/none")[0] == 404


def test_nothing_on_the_page_runs(workspace: Workspace, get: Get, mailed: Mail) -> None:
    insert(workspace, summary=SCRIPT, description=f'"{SCRIPT}')
    workspace.spreadsheets.sheets["sheet-1"][0].rows = [[SCRIPT]]
    page = get("/")[1]
    assert "<script" not in page
    assert '<iframe sandbox=""' in page


def test_every_method_that_is_played_is_in_a_discovery_document(workspace: Workspace) -> None:
    assert set(workspace.routes) - {method.id for method in methods()} == set()
    assert len(workspace.routes) >= 20
