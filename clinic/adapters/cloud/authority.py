"""Google's id tokens, of service accounts and people: `gcloud auth print-identity-token --audiences=…`.

Source: cloud.google.com/docs/authentication/get-id-token. Cloud Run takes the signature off a token that it
has checked itself; whoever it checks sends theirs in X-Serverless-Authorization as well.
"""

from __future__ import annotations

from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.oauth2 import id_token

from clinic.authority import Unauthenticated
from clinic.settings import Settings

CERTIFICATES = "https://www.googleapis.com/oauth2/v1/certs"
_ISSUERS = ("accounts.google.com", "https://accounts.google.com")


class GoogleAuthority:
    """Implements `Authority`."""

    def __init__(self, certificates: str = CERTIFICATES) -> None:
        self._certificates = certificates

    def email_of(self, token: str, audience: str) -> str:
        """Return who Google says it is; asks it for its certificates."""
        try:
            claims = id_token.verify_token(token, Request(), audience, self._certificates)
        except (ValueError, GoogleAuthError) as error:
            raise Unauthenticated(type(error).__name__) from None
        if claims.get("iss") not in _ISSUERS or claims.get("email_verified") is not True:
            raise Unauthenticated("another issuer, or an address that nobody has verified")
        return str(claims["email"])


def open_port(_: Settings) -> GoogleAuthority:
    """Return Google as the authority; nothing is dialled yet."""
    return GoogleAuthority()
