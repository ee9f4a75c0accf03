"""The one-time token that a webhook gives out and a media stream brings back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from datetime import timedelta

VALID_FOR = timedelta(seconds=60)
"""From the webhook's answer to the stream's `start`; Twilio dials within seconds."""


def new_call_id() -> str:
    """Return an id for a conversation's record."""
    return uuid.uuid4().hex


def new_token() -> str:
    """Return a token that can't be guessed: 256 bits."""
    return secrets.token_urlsafe(32)


def repeated_token(key: str, *request: str) -> str:
    """Return the token of a request that may be sent twice: the same each time, and secret."""
    return hmac.new(key.encode(), "\n".join(request).encode(), hashlib.sha256).hexdigest()


def digest(token: str) -> str:
    """Return what the store keeps of a token: who reads the store can't open a stream."""
    return hashlib.sha256(token.encode()).hexdigest()
