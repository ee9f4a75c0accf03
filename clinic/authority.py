"""What a function needs to know who asks it for something that not everybody may ask for."""

from __future__ import annotations

from typing import Protocol


class Unauthenticated(Exception):
    """The token does not show who asks: forged, expired, or made for something else."""


class Authority(Protocol):
    """Whoever issues id tokens (OpenID Connect Core, section 2)."""

    def email_of(self, token: str, audience: str) -> str:
        """Return the verified e-mail address of who shows the token to this audience, a URL.

        Raises Unauthenticated.
        """
