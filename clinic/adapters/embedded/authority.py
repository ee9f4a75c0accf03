"""The authority of this machine: tokens signed with the key that signs the rehearsed Twilio's requests."""

from __future__ import annotations

import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
from msgspec import Struct

from clinic.authority import Unauthenticated
from clinic.contracts.ticket import repeated_token
from clinic.settings import Settings


class _Claims(Struct, frozen=True, forbid_unknown_fields=True):
    email: str
    audience: str
    expires: float
    """Unix time, seconds."""


class EmbeddedAuthority:
    """Implements `Authority`, and issues what it reads."""

    def __init__(self, key: str) -> None:
        self._key = key

    def issue(self, email: str, audience: str, seconds: float = 300) -> str:
        """Return a token for somebody to show to an audience."""
        claims = msgspec.json.encode(_Claims(email, audience, time.time() + seconds))
        body = urlsafe_b64encode(claims).decode()
        return f"{body}.{self._signature(body)}"

    def email_of(self, token: str, audience: str) -> str:
        """Return whose token it is."""
        body, _, signature = token.partition(".")
        if not token.isascii() or not hmac.compare_digest(signature, self._signature(body)):
            raise Unauthenticated("signature")
        claims = msgspec.json.decode(urlsafe_b64decode(body), type=_Claims)
        if claims.audience != audience or claims.expires < time.time():
            raise Unauthenticated("audience or time")
        return claims.email

    def _signature(self, body: str) -> str:
        return repeated_token(self._key, "id token", body)


def open_port(settings: Settings) -> EmbeddedAuthority:
    """Return this machine's authority."""
    return EmbeddedAuthority(settings.signing_token)
