"""Lets in who may ask for a function that not everybody may ask for."""

from __future__ import annotations

import flask
import structlog
from werkzeug.exceptions import Forbidden, Unauthorized

from clinic.authority import Authority, Unauthenticated
from clinic.settings import Settings

_log = structlog.get_logger("clinic")


def require_authorised(request: flask.Request, name: str, authority: Authority, settings: Settings) -> None:
    """Check the id token of a request (RFC 6750, section 2.1), made for this function's address.

    Raises Unauthorized where it shows nobody, Forbidden where it shows somebody whom no setting names.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        if kind.lower() != "bearer":
            raise Unauthenticated("no token")
        email = authority.email_of(token.strip(), settings.address_of(name))
    except Unauthenticated as error:
        _log.warning("! request refused", function=name, reason=str(error))
        raise Unauthorized from None
    if email.lower() not in settings.authorised_emails:
        _log.warning("! request refused", function=name, reason="not an authorised caller")
        raise Forbidden
