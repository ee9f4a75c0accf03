"""Google's token endpoint: a service account's signed assertion, or a refresh token, for an access token."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from msgspec import Struct

from rehearsal.google_workspace.refusal import Refused

LIFETIME_SECONDS = 3600
_SERVICE_ACCOUNT = "clinic@example-project.iam.gserviceaccount.com"
_CLIENT = {"client_id": "client.apps.example.com", "client_secret": "development-only-not-a-secret"}
_REFRESH_TOKEN = "development-only-refresh-token"  # noqa: S105


class TokenRefused(Exception):
    """RFC 6749, 5.2: an error's code, and words for people."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


class _Token(Struct, frozen=True):
    scopes: frozenset[str]
    expires_at: float


class Tokens:
    """The access tokens that are good, and the clients that may ask for one."""

    def __init__(self, subject: str, scopes: Collection[str]) -> None:
        """`subject` is whom the service account may act as, `scopes` what its administrator allows."""
        self.subject, self.scopes = subject, frozenset(scopes)
        self._tokens: dict[str, _Token] = {}

    def service_account(self, token_uri: str) -> dict[str, str]:
        """Return a service account's key file, as the console hands it out."""
        pem = _account_key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        account = {"type": "service_account", "client_email": _SERVICE_ACCOUNT, "client_id": "1"}
        key = {"private_key": pem.decode(), "private_key_id": "1", "project_id": "example-project"}
        return {**account, **key, "token_uri": token_uri}

    def authorised_user(self, token_uri: str) -> dict[str, str]:
        """Return a person's refresh token, in the form of an application default credentials file."""
        return {
            "type": "authorized_user",
            **_CLIENT,
            "refresh_token": _REFRESH_TOKEN,
            "token_uri": token_uri,
        }

    def give(self, form: Mapping[str, str], here: str) -> dict[str, Any]:
        """Answer a token request. Raises TokenRefused."""
        grants = {
            "urn:ietf:params:oauth:grant-type:jwt-bearer": self._by_assertion,
            "refresh_token": self._by_refresh_token,
        }
        if form.get("grant_type") not in grants:
            raise TokenRefused("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type')}")
        scopes = grants[form["grant_type"]](form, here)
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self._tokens[token] = _Token(scopes, time.time() + LIFETIME_SECONDS)
        given = {"access_token": token, "expires_in": LIFETIME_SECONDS, "token_type": "Bearer"}
        return {**given, "scope": " ".join(sorted(scopes))}

    def revoke_all(self) -> None:
        """Make every access token worthless, as their hour's end does."""
        self._tokens.clear()

    def check(self, authorization: str, allowed: Collection[str]) -> None:
        """Raise Refused, 401 or 403, unless a token that holds one of these scopes was sent."""
        token = self._tokens.get(authorization.removeprefix("Bearer "))
        if token is None or token.expires_at < time.time():
            raise Refused(401, "authError", "Request had invalid authentication credentials.")
        if token.scopes.isdisjoint(allowed):
            raise Refused(403, "insufficientPermissions", "Request had insufficient authentication scopes.")

    def _by_assertion(self, form: Mapping[str, str], here: str) -> frozenset[str]:
        claims = self._verified(form.get("assertion", ""))
        if claims.get("aud") not in (here, _GOOGLES) or claims.get("exp", 0) < time.time():
            raise TokenRefused("invalid_grant", "Invalid JWT: it is too old, or for another server.")
        if claims.get("sub") != self.subject:
            raise TokenRefused("unauthorized_client", _NOT_DELEGATED, 401)
        wanted = frozenset(str(claims.get("scope", "")).split())
        if not wanted <= self.scopes:
            raise TokenRefused("unauthorized_client", _NOT_DELEGATED, 401)
        return wanted

    def _verified(self, assertion: str) -> dict[str, Any]:
        signed, _, signature = assertion.rpartition(".")
        try:
            _account_key().public_key().verify(
                _decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
            claims: dict[str, Any] = msgspec.json.decode(_decoded(signed.partition(".")[2]))
        except (InvalidSignature, binascii.Error, msgspec.DecodeError) as error:
            raise TokenRefused("invalid_grant", "Invalid JWT Signature.") from error
        return claims

    def _by_refresh_token(self, form: Mapping[str, str], _: str) -> frozenset[str]:
        if {name: form.get(name) for name in _CLIENT} != _CLIENT:
            raise TokenRefused("invalid_client", "The OAuth client was not found.", 401)
        if form.get("refresh_token") != _REFRESH_TOKEN:
            raise TokenRefused("invalid_grant", "Token has been expired or revoked.")
        wanted = frozenset(form.get("scope", "").split()) or self.scopes
        if not wanted <= self.scopes:
            raise TokenRefused("invalid_scope", "Some requested scopes were invalid.")
        return wanted


_GOOGLES = "https://oauth2.googleapis.com/token"
"""What Google's library writes as the audience, whatever endpoint the key names."""
_NOT_DELEGATED = (
    "Client is unauthorized to retrieve access tokens using this method,"
    " or client not authorized for any of the scopes requested."
)


@cache
def _account_key() -> rsa.RSAPrivateKey:
    """Return the service account's key, which lives in memory and dies with the process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
