"""Who gets an access token, and what it is good for."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httplib2
import pytest
import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from googleapiclient.errors import HttpError

from rehearsal.google_workspace.server import WorkspaceServer
from rehearsal.google_workspace.workspace import EVERY_SCOPE, Workspace

EVENTS, FREE_BUSY, GMAIL, RETURNED, SHEETS = EVERY_SCOPE
LIST = {"calendarId": "mehta@example.com"}


def test_a_scope_that_was_not_delegated_gets_no_token(client: Callable[..., Any]) -> None:
    everything = client("calendar.v3", "https://www.googleapis.com/auth/calendar")
    with pytest.raises(RefreshError, match="unauthorized_client"):
        everything.events().list(**LIST).execute()


def test_nobody_else_s_account_can_be_acted_for(client: Callable[..., Any]) -> None:
    with pytest.raises(RefreshError, match="unauthorized_client"):
        client("calendar.v3", subject="director@example.com").events().list(**LIST).execute()


def test_a_token_opens_only_what_it_was_given_for(client: Callable[..., Any]) -> None:
    with pytest.raises(HttpError) as refused:
        client("calendar.v3", SHEETS).events().list(**LIST).execute()
    assert refused.value.status_code == 403
    assert refused.value.error_details[0]["reason"] == "insufficientPermissions"


def test_a_token_that_has_ended_is_asked_for_again(client: Callable[..., Any], workspace: Workspace) -> None:
    events = client("calendar.v3").events()
    events.list(**LIST).execute()
    workspace.tokens.revoke_all()
    assert events.list(**LIST).execute()["items"] == []


def test_a_refresh_token_gives_what_was_asked_of_it(server: WorkspaceServer) -> None:
    info = json.loads(server.authorised_user())
    info.pop("type")
    with requests.Session() as session:
        request = Request(session)
        good = Credentials(None, scopes=[SHEETS], **info)
        good.refresh(request)
        assert good.granted_scopes == [SHEETS]
        for spoilt in ({"refresh_token": "another"}, {"client_secret": "another"}):
            with pytest.raises(RefreshError):
                Credentials(None, **{**info, **spoilt}).refresh(request)
        with pytest.raises(RefreshError, match="invalid_scope"):
            Credentials(None, scopes=["drive"], **info).refresh(request)


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "password"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c"},
    ],
)
def test_no_other_grant_gives_a_token(
    server: WorkspaceServer, http: Callable[[], httplib2.Http], form: dict[str, str]
) -> None:
    server.service_account()
    response, content = http().request(server.token_uri, "POST", urlencode(form))
    assert response.status == 400
    assert "access_token" not in json.loads(content)


def test_no_token_and_a_wrong_one_are_401(server: WorkspaceServer, http: Callable[[], httplib2.Http]) -> None:
    path = f"{server.url}/calendar/v3/calendars/mehta%40example.com/events"
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        assert http().request(path, headers=headers)[0].status == 401
