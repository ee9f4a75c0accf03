"""The rehearsed Workspace on a free port, and Google's own client to talk to it."""

from collections.abc import Callable, Iterator
from typing import Any

import google_auth_httplib2
import httplib2
import pytest
from google.oauth2 import service_account
from googleapiclient.discovery import build

from rehearsal.google_workspace.server import WorkspaceServer
from rehearsal.google_workspace.workspace import EVERY_SCOPE, Workspace

Client = Callable[..., Any]
CALENDAR, ZONE = "mehta@example.com", "Asia/Kolkata"


@pytest.fixture
def workspace() -> Workspace:
    """A Workspace with one doctor's calendar and one spreadsheet."""
    made = Workspace()
    made.calendars.add(CALENDAR, ZONE)
    made.spreadsheets.add("sheet-1")
    return made


@pytest.fixture
def server(workspace: Workspace) -> Iterator[WorkspaceServer]:
    with WorkspaceServer(workspace).serve_in_thread() as serving:
        yield serving


@pytest.fixture
def http() -> Iterator[Callable[[], httplib2.Http]]:
    """Make Google's transport; what was made is closed at the end."""
    made: list[httplib2.Http] = []

    def make() -> httplib2.Http:
        made.append(httplib2.Http(timeout=5))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def client(server: WorkspaceServer, workspace: Workspace, http: Callable[[], httplib2.Http]) -> Client:
    """Make Google's client of an API, as a service account that acts as the clinic's."""

    def make(api: str, *scopes: str, subject: str = workspace.mailbox.address) -> Any:
        key = workspace.tokens.service_account(server.token_uri)
        credentials = service_account.Credentials.from_service_account_info(
            key, scopes=scopes or EVERY_SCOPE, subject=subject
        )
        transport = google_auth_httplib2.AuthorizedHttp(credentials, http())
        name, version = api.split(".")
        at = server.url + ("/calendar/v3/" if name == "calendar" else "")
        return build(
            name, version, http=transport, static_discovery=True, client_options={"api_endpoint": at}
        )

    return make


@pytest.fixture
def get(server: WorkspaceServer, http: Callable[[], httplib2.Http]) -> Callable[[str], tuple[int, str]]:
    """Ask for a page as a browser would; return the status and the text."""

    def ask(path: str) -> tuple[int, str]:
        response, content = http().request(server.url + path)
        return response.status, content.decode()

    return ask
