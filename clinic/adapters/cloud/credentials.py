"""Who the clinic is to Google Workspace, and what it may do there: the least scopes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import google.auth
import msgspec
from google.auth import iam
from google.auth.credentials import Credentials
from google.auth.exceptions import RefreshError
from google.auth.transport import Request
from google.oauth2 import credentials as user_credentials
from google.oauth2 import service_account

from clinic.settings import SettingError, Settings

CALENDAR_SCOPES = (
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.freebusy",
)
GMAIL_SCOPES = ("https://www.googleapis.com/auth/gmail.compose",)
RETURNED_MAIL_SCOPES = ("https://www.googleapis.com/auth/gmail.metadata",)
"""Headers, and no body. Never asked for with another: where it is missing, mail still leaves."""
SHEETS_SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)

_SIGNING_SCOPE = "https://www.googleapis.com/auth/iam"
_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105


class NotAllowed(Exception):
    """Workspace does not let the clinic do this: which scope is missing, and where it is given."""


def workspace_credentials(settings: Settings, scopes: Sequence[str], request: Request) -> Credentials:
    """Return credentials for these scopes and no more; no token is asked for yet.

    `request` carries what must be asked before. Raises SettingError where WORKSPACE_CREDENTIALS
    is nothing that Google hands out.
    """
    if not settings.workspace_credentials:
        source, _ = google.auth.default(scopes=[_SIGNING_SCOPE])
        return delegated_without_key(source, settings.workspace_account, scopes, request)
    given = _given(settings.workspace_credentials)
    kinds = {"service_account": _delegated_by_key, "authorized_user": _by_refresh_token}
    kind = given.get("type")
    if kind not in kinds:
        raise SettingError(f"WORKSPACE_CREDENTIALS: its type is {kind!r}, and should be one of {list(kinds)}")
    try:
        return kinds[kind](given, settings.workspace_account, scopes)
    except (ValueError, KeyError, TypeError) as error:
        # The text of the error may hold the key.
        raise SettingError(f"WORKSPACE_CREDENTIALS: no {kind} of Google's: {type(error).__name__}") from None


def delegated_without_key(
    source: Any, account: str, scopes: Sequence[str], request: Request
) -> service_account.Credentials:
    """Return domain-wide delegation of the service account that runs this: IAM signs, and no key exists.

    The account needs roles/iam.serviceAccountTokenCreator on itself
    (cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob).
    """
    # Only with a token does the metadata server tell the address of its account.
    source.refresh(request)
    signer = iam.Signer(request, source, source.service_account_email)  # type: ignore[no-untyped-call]
    return service_account.Credentials(
        signer, source.service_account_email, _TOKEN_URI, scopes=list(scopes), subject=account
    )


def explained(error: RefreshError, scopes: Sequence[str]) -> Exception:
    """Return what a refused token means for whoever set Workspace up."""
    text = str(error.args[0]) if error.args else ""
    wanted = " ".join(scopes)
    if "unauthorized_client" in text or "access_denied" in text:
        return NotAllowed(
            f"missing scope: {wanted}. Allow it for the service account's client id in the Admin console,"
            " Security, API controls, Domain-wide delegation; WORKSPACE_ACCOUNT must be of that domain"
        )
    if "invalid_scope" in text or "scopes" in text:
        return NotAllowed(
            f"missing scope: {wanted}. The refresh token was given without it: ask for a new one"
        )
    if "invalid_grant" in text:
        return NotAllowed(
            "the refresh token or key has ended or was revoked: WORKSPACE_CREDENTIALS needs another"
        )
    return error


def _given(credentials: str) -> dict[str, Any]:
    try:
        text = credentials if credentials.lstrip().startswith("{") else Path(credentials).read_text("utf-8")
        given: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
    except OSError as error:
        raise SettingError(f"WORKSPACE_CREDENTIALS={credentials!r}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise SettingError("WORKSPACE_CREDENTIALS: is no JSON") from error
    return given


def _delegated_by_key(given: dict[str, Any], account: str, scopes: Sequence[str]) -> Credentials:
    made: Credentials = service_account.Credentials.from_service_account_info(
        given, scopes=list(scopes), subject=account or None
    )
    return made


def _by_refresh_token(given: dict[str, Any], _: str, scopes: Sequence[str]) -> Credentials:
    # Not from_authorized_user_info: it takes no other token endpoint than Google's.
    return user_credentials.Credentials(
        None,
        refresh_token=given["refresh_token"],
        client_id=given["client_id"],
        client_secret=given["client_secret"],
        token_uri=given.get("token_uri", _TOKEN_URI),
        scopes=list(scopes),
    )
