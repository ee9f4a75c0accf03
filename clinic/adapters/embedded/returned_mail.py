"""An outbox folder has no way back: what it takes stays there."""

from __future__ import annotations

from clinic.contracts.returned import Returned
from clinic.settings import Settings


class NoReturnedMail:
    """Implements `ReturnedMail`."""

    def new(self) -> tuple[Returned, ...]:
        """Return nothing."""
        return ()


def open_port(_: Settings) -> NoReturnedMail:
    """Open nothing."""
    return NoReturnedMail()
