"""The signed token with which a web page opens its one media stream.

It says for which call, page and clinic it is good and until when, so that the realtime service can turn
a stranger away before it asks the store or the model anything. `base64url(JSON).base64url(HMAC-SHA256)`:
letters that a WebSocket subprotocol may have (RFC 9110, `token`), because a browser can send no header.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

SUBPROTOCOL = "clinic-voice.v1"
"""What the page speaks over its WebSocket, and what the service agrees to."""
_PREFIX = "token."
_LONGEST = 1_024


class WebToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a token says."""

    call_id: Annotated[str, Meta(min_length=1, max_length=64)]
    origin: str
    """Of the page, as its browser sends it: `https://clinic.example.com`."""
    clinic: str
    expires: int
    """Unix time, seconds."""
    once: str
    """128 random bits: no two tokens are the same, whatever they say."""

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether the token may still begin a call."""
        return now.timestamp() < self.expires


def issue(call_id: str, origin: str, clinic: str, expires: datetime, secret: str) -> str:
    """Return a token that nobody without the secret can make."""
    once = secrets.token_urlsafe(16)
    said = WebToken(
        call_id=call_id, origin=origin, clinic=clinic, expires=int(expires.timestamp()), once=once
    )
    body = urlsafe_b64encode(msgspec.json.encode(said)).rstrip(b"=").decode()
    return f"{body}.{_signature(body, secret)}"


def read(token: str, secret: str) -> WebToken | None:
    """Return what a token says, expired or not; None where the secret's holder has not issued it."""
    body, _, signature = token.partition(".")
    if not body.isascii() or not signature.isascii() or len(token) > _LONGEST:
        return None
    if not hmac.compare_digest(signature, _signature(body, secret)):
        return None
    return msgspec.json.decode(urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=WebToken)


def subprotocols(token: str) -> list[str]:
    """Return what a page offers to speak: the protocol, and the token in the guise of another one."""
    return [SUBPROTOCOL, f"{_PREFIX}{token}"]


def token_among(offered: str) -> str:
    """Return the token out of a `Sec-WebSocket-Protocol` header; empty where there is none."""
    names = (name.strip() for name in offered.split(","))
    return next((name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX)), "")


def _signature(body: str, secret: str) -> str:
    signature = hmac.digest(secret.encode(), body.encode(), hashlib.sha256)
    return urlsafe_b64encode(signature).rstrip(b"=").decode()
