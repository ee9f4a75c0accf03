"""Which answers of Google's servers pass by themselves: what was asked is asked again."""

from __future__ import annotations

from google.api_core.exceptions import (
    Aborted,
    Cancelled,
    InternalServerError,
    ResourceExhausted,
    ServiceUnavailable,
    Unknown,
)

PASSING = (Aborted, Cancelled, InternalServerError, ResourceExhausted, ServiceUnavailable, Unknown)
"""Those that Google's own publisher tries again. Broken transports say Internal or Unknown. Nobody here
cancels, but Firestore's emulator says Cancelled, or Unknown, to others while somebody's listening ends."""
