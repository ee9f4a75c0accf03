"""Who may ask for what not everybody may ask for."""

from collections.abc import Callable

import flask
import msgspec
import pytest
from werkzeug.exceptions import Forbidden, HTTPException, Unauthorized

from clinic.adapters.embedded.authority import EmbeddedAuthority
from clinic.settings import Settings
from functions.authorised import require_authorised

AUDIENCE = "http://127.0.0.1:8081/call-patient"
Ask = Callable[..., None]


@pytest.fixture
def ask(settings: Settings) -> Ask:
    allowing = msgspec.structs.replace(settings, authorised_callers="desk@example.com, Jobs@example.com")

    def run(header: str | None, settings: Settings = allowing) -> None:
        headers = {} if header is None else {"Authorization": header}
        with flask.Flask("test").test_request_context("/", method="POST", headers=headers):
            authority = EmbeddedAuthority(settings.signing_token)
            require_authorised(flask.request, "call_patient", authority, settings)

    return run


def token(settings: Settings, email: str = "desk@example.com", audience: str = AUDIENCE) -> str:
    return EmbeddedAuthority(settings.signing_token).issue(email, audience)


@pytest.mark.parametrize("email", ["desk@example.com", "jobs@example.com", "DESK@example.com"])
def test_an_authorised_caller_is_let_in(ask: Ask, settings: Settings, email: str) -> None:
    ask(f"Bearer {token(settings, email)}")


def test_anybody_else_is_forbidden(ask: Ask, settings: Settings) -> None:
    with pytest.raises(Forbidden):
        ask(f"Bearer {token(settings, 'visitor@example.com')}")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic ZGVzazpkZXNr", "{token}"])
def test_who_shows_no_token_is_nobody(ask: Ask, settings: Settings, header: str | None) -> None:
    with pytest.raises(Unauthorized):
        ask(header.replace("{token}", token(settings)) if header else header)


def test_a_token_for_another_function_is_none(ask: Ask, settings: Settings) -> None:
    with pytest.raises(Unauthorized):
        ask(f"Bearer {token(settings, audience='http://127.0.0.1:8081/twilio-voice')}")


def test_with_nobody_authorised_nobody_is(ask: Ask, settings: Settings) -> None:
    with pytest.raises(HTTPException):
        ask(f"Bearer {token(settings)}", settings)
