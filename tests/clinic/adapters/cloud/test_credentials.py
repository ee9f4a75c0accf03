"""The three ways to be somebody to Workspace, and what is said where one does not work."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import google_auth_httplib2
import httplib2
import msgspec
import pytest
from google.auth import crypt
from google.auth.exceptions import RefreshError

from clinic.adapters.cloud.credentials import (
    CALENDAR_SCOPES,
    SHEETS_SCOPES,
    NotAllowed,
    delegated_without_key,
    workspace_credentials,
)
from clinic.adapters.cloud.workspace import WorkspaceApi
from clinic.settings import SettingError, Settings

Change = Callable[..., Settings]


@pytest.fixture
def change(workspace_store: Any) -> Change:
    workspace_store.workspace.calendars.add("mehta@example.com", "Asia/Kolkata")
    return lambda **changes: msgspec.structs.replace(workspace_store.settings, **changes)


def list_events(settings: Settings) -> Any:
    api = WorkspaceApi(settings, "calendar.v3", CALENDAR_SCOPES, 2.0, 2.0)
    return api.ask(lambda api: api.events().list(calendarId="mehta@example.com"))["items"]


def test_a_key_acts_as_the_clinic_s_account(change: Change) -> None:
    assert list_events(change()) == []
    with pytest.raises(NotAllowed, match="WORKSPACE_ACCOUNT"):
        list_events(change(workspace_account="somebody@example.com"))


def test_a_refresh_token_does_too(change: Change, workspace_server: Any) -> None:
    user = workspace_server.authorised_user()
    assert list_events(change(workspace_credentials=user)) == []
    ended = user.replace("refresh-token", "ended-token")
    with pytest.raises(NotAllowed, match="ended or was revoked"):
        list_events(change(workspace_credentials=ended))


def test_a_mounted_secret_is_read(change: Change, tmp_path: Path) -> None:
    file = tmp_path / "workspace.json"
    file.write_text(change().workspace_credentials)
    assert list_events(change(workspace_credentials=str(file))) == []


@pytest.mark.parametrize(
    ("credentials", "says"),
    [
        ("/nowhere/key.json", "No such file"),
        ("{", "is no JSON"),
        ('{"type": "external_account"}', "should be one of"),
        ('{"type": "service_account", "private_key": "secret"}', "no service_account of Google's"),
        ('{"type": "authorized_user"}', "no authorized_user of Google's"),
    ],
)
def test_what_is_no_credentials_is_said_without_the_secret(
    change: Change, credentials: str, says: str
) -> None:
    with pytest.raises(SettingError, match=says) as error:
        list_events(change(workspace_credentials=credentials))
    assert "WORKSPACE_CREDENTIALS" in str(error.value)
    assert "secret" not in str(error.value)


class SignedByIam:
    """A transport on which IAM's signBlob is answered with the account's own key."""

    def __init__(self, key: dict[str, str], through: Any) -> None:
        self._signer = crypt.RSASigner.from_string(key["private_key"])  # type: ignore[no-untyped-call]
        self._through, self._token_uri = through, key["token_uri"]

    def __call__(self, url: str, method: str = "GET", body: Any = None, **more: Any) -> Any:
        if url.endswith(":signBlob"):
            signed = self._signer.sign(base64.b64decode(msgspec.json.decode(body)["payload"]))
            return Answer(msgspec.json.encode({"signedBlob": base64.b64encode(signed).decode()}))
        return self._through(self._token_uri, method=method, body=body, **more)


class Answer:
    status = 200

    def __init__(self, data: bytes) -> None:
        self.data = data


class OfTheInstance:
    """The credentials of a Cloud Run instance: its address is known after the first token."""

    universe_domain = "googleapis.com"
    service_account_email = "default"

    def refresh(self, request: Any) -> None:
        self.service_account_email = "clinic@example-project.iam.gserviceaccount.com"

    def before_request(self, *_: Any) -> None:
        """A token would be added here."""


def test_without_a_key_iam_signs_for_the_instance_s_account(
    workspace_server: Any, workspace_store: Any
) -> None:
    key = msgspec.json.decode(workspace_server.service_account())
    http = httplib2.Http(timeout=2)
    request: Any = SignedByIam(key, google_auth_httplib2.Request(http))
    account = workspace_store.settings.workspace_account
    made = delegated_without_key(OfTheInstance(), account, SHEETS_SCOPES, request)
    made.refresh(request)
    assert made.valid
    with pytest.raises(RefreshError, match="unauthorized_client"):
        delegated_without_key(OfTheInstance(), "x@example.com", SHEETS_SCOPES, request).refresh(request)
    http.close()


def test_only_the_scopes_asked_for_are_asked_for(change: Change) -> None:
    made: Any = workspace_credentials(change(), SHEETS_SCOPES, None)  # type: ignore[arg-type]
    assert list(made.scopes) == list(SHEETS_SCOPES)
